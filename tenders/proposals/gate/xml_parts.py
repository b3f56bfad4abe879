"""XML of a workbook's parts: no document type, no entity, nothing fetched (CWE-611). Pure.

Small parts whose fields matter are read into a tree by defusedxml; large ones only pass through the same expat with a
document type forbidden, which is where entities are declared. Both know UTF-16 by themselves.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tenders.proposals.gate.verdict import Fault, Unfit


class _Declared(Exception):
    """The part declares a document type."""


def check_xml(chunks: Iterable[bytes]) -> None:
    """Read one part to its end, keeping nothing; raises Unfit where it is not XML or declares anything."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _declared
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except _Declared:
        raise Unfit(Fault.ACTIVE) from None
    except (expat.ExpatError, ValueError, LookupError, OSError):
        raise Unfit(Fault.DAMAGED) from None


def _declared(*_about: object) -> None:
    raise _Declared


def tree_of(content: bytes) -> Element:
    """A small part as a tree; raises Unfit where it is not XML or declares anything."""
    try:
        return fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise Unfit(Fault.ACTIVE) from None
    except (ParseError, ValueError, LookupError, OSError):
        raise Unfit(Fault.DAMAGED) from None


def check_drawing(content: bytes) -> None:
    """A drawing in VML need not be well-formed: it must only declare nothing, in whatever encoding."""
    if any(word in content.replace(b"\x00", b"").lower() for word in (b"<!doctype", b"<!entity")):
        raise Unfit(Fault.ACTIVE)
