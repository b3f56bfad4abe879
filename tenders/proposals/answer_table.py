"""The requirement table as a workbook: written with what is saved, read back cell by cell. Nothing is saved here.

A second sheet, which no spreadsheet program shows, holds what the table was written for. A cell is never a formula:
texts are written as strings, and a formula that comes back is refused.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, Protection
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from coalition_portal.formatting import in_language
from coalition_portal.permission import Refused
from tenders.notices.claims import unit_words, wanted_text
from tenders.notices.models import AnswerType, Requirement
from tenders.proposals.draft_texts import number_wanted, sentence_about_answer

SCHEMA = "idc-answers/1"
ABOUT = "portal"
LANGUAGES = ("en", "uk")
CODE, ANSWER = 0, 3
WIDTHS = {"A": 12, "B": 60, "C": 44, "D": 40}
ROWS_MAX, BYTES_MAX = 1_000, 2 * 1024 * 1024
UNPACKED_BYTES_MAX = 4 * 1024 * 1024
EXACT_DIGITS = ".15g"
"""A spreadsheet keeps numbers in binary: 15 digits are those that a person typed, the rest is noise."""

LIST_LENGTH_MAX = 255


class NotThisTable(Refused):
    """The workbook is not the table of this proposal, or cannot be read."""


@dataclass(frozen=True)
class Origin:
    """What a table was written for, and the texts that it showed."""

    tender: str
    proposal: str
    revision: int
    seen: Mapping[str, str]


@dataclass(frozen=True)
class CellMistake:
    """As in "D7" and why its content cannot be kept."""

    cell: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Table:
    """`typed` maps requirement codes to texts that can be kept, `cells` to where they stand."""

    origin: Origin
    typed: Mapping[str, str]
    cells: Mapping[str, str]
    mistakes: tuple[CellMistake, ...]


# Writing


def written(requirements: Iterable[Requirement], origin: Origin) -> bytes:
    """An XLSX in the active language. Everything but the column of answers is protected, without a password."""
    rows = list(requirements)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Answers")[:31])
    sheet.protection.sheet = True
    sheet.freeze_panes = "A2"
    for column, width in WIDTHS.items():
        sheet.column_dimensions[column].width = width
    heads = [_("Code"), _("Requirement"), _("Wanted"), _("Your answer")]
    sheet.append([_cell(sheet, head, is_bold=True) for head in heads])
    for place, row in enumerate(rows, start=2):
        sheet.append(_row(sheet, row, origin.seen.get(row.code, "")))
        _offer_choices(sheet, row, f"D{place}")
    about = book.create_sheet(ABOUT)
    about.sheet_state = "veryHidden"
    for name, value in {"schema": SCHEMA, "tender": origin.tender, "proposal": origin.proposal}.items():
        about.append([_cell(about, name), _cell(about, value)])
    about.append([_cell(about, "revision"), _cell(about, str(origin.revision))])
    for code, text in origin.seen.items():
        about.append([_cell(about, f"seen {code}"), _cell(about, json.dumps(text, ensure_ascii=True))])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _row(sheet: object, row: Requirement, text: str) -> list[WriteOnlyCell]:
    said = [in_language(row, name) for name in ("title", "wording", "condition")]
    return [
        _cell(sheet, row.code),
        _cell(sheet, "\n".join(part for part in said if part)),
        _cell(sheet, _wanted(row)),
        _answer_cell(sheet, row, text),
    ]


def _wanted(row: Requirement) -> str:
    """What is held against the claim, and how to type it."""
    wanted = [wanted_text(row)] if row.answer_type != AnswerType.NUMBER or row.threshold is not None else []
    if row.answer_type == AnswerType.NUMBER:
        wanted.append(_("Type %(number)s.") % {"number": number_wanted(row.decimals, unit_words(row.unit, Decimal(2)))})
    if row.answer_type == AnswerType.CHOICE:
        wanted.append(_("Type one of: %(choices)s") % {"choices": "; ".join(_choices(row).values())})
    if row.answer_type == AnswerType.YES_NO:
        wanted.append(_("Type yes or no."))
    return "\n".join(wanted)


def _answer_cell(sheet: object, row: Requirement, text: str) -> WriteOnlyCell:
    if row.answer_type == AnswerType.NUMBER and text:
        cell = WriteOnlyCell(sheet, value=Decimal(text))
    else:
        cell = _cell(sheet, _choices(row).get(text, text))
    cell.protection = Protection(locked=False)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _cell(sheet: object, text: str, *, is_bold: bool = False) -> WriteOnlyCell:
    """A text is told to be a string: left alone, the library takes one that begins with "=" for a formula."""
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub(" ", text))
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _choices(row: Requirement) -> dict[str, str]:
    """Stored values and their words in the active language; empty for what is typed freely."""
    if row.answer_type == AnswerType.YES_NO:
        return {"yes": _("yes"), "no": _("no")}
    if row.answer_type == AnswerType.CHOICE:
        return {choice["code"]: in_language(choice, "title") for choice in row.choices}
    return {}


def _offer_choices(sheet: object, row: Requirement, place: str) -> None:
    """A list to choose from, where the file format can hold it: no comma in a word, and not too long in all."""
    words = list(_choices(row).values())
    joined = ",".join(words)
    if not words or any(mark in word for word in words for mark in ',"') or len(joined) > LIST_LENGTH_MAX - 2:
        return
    choices = DataValidation(type="list", formula1=f'"{joined}"', allow_blank=True)
    choices.add(place)
    sheet.data_validations.append(choices)


# Reading


def read(file: BinaryIO, requirements: Iterable[Requirement]) -> Table:
    """What stands in the column of answers, judged by the words of the answers page.

    The gate has looked at the file before. Raises NotThisTable for a workbook that was not written here.
    """
    known = {row.code: row for row in requirements}
    try:
        _check_unpacked_size(file)
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        origin = _origin(book)
        rows = list(_rows(book.worksheets[0]))
    except (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, IndexError, OSError) as fault:
        raise NotThisTable(_not_readable()) from fault
    typed: dict[str, str] = {}
    cells: dict[str, str] = {}
    mistakes: list[CellMistake] = []
    for code, cell, place in rows:
        requirement = known.get(code)
        text, sentence = _text_of(cell, requirement)
        if code in cells:
            sentence = _("%(code)s stands here a second time. Keep one row for it.") % {"code": code}
        if sentence := sentence or sentence_about_answer(requirement, text):
            title = in_language(requirement, "title") if requirement else code[:40]
            mistakes.append(CellMistake(place, title, sentence))
        else:
            typed[code], cells[code] = text, place
    return Table(origin=origin, typed=typed, cells=cells, mistakes=tuple(mistakes))


def _check_unpacked_size(file: BinaryIO) -> None:
    """The library holds all texts of a workbook in memory, here and not in the gate's child; ours are small.

    The sizes are true: the gate has compared them with what the parts unpack to.
    """
    if sum(part.file_size for part in ZipFile(file).infolist()) > UNPACKED_BYTES_MAX:
        raise NotThisTable(_not_readable())
    file.seek(0)


def _origin(book: Workbook) -> Origin:
    if ABOUT not in book.sheetnames:
        raise NotThisTable(_not_readable())
    rows = book[ABOUT].iter_rows(max_row=ROWS_MAX, max_col=2, values_only=True)
    told = {str(name): str(value) for name, value in (row for row in rows if len(row) == 2)}
    if told.get("schema") != SCHEMA:
        raise NotThisTable(_not_readable())
    seen = {name.removeprefix("seen "): json.loads(text) for name, text in told.items() if name.startswith("seen ")}
    return Origin(
        tender=told["tender"],
        proposal=told["proposal"],
        revision=int(told["revision"]),
        seen={code: text for code, text in seen.items() if isinstance(text, str)},
    )


def _rows(sheet: object) -> Iterable[tuple[str, object, str]]:
    """Code, cell of the answer and where it stands, for each row below the head that names a requirement."""
    for place, row in enumerate(sheet.iter_rows(min_row=2, max_row=ROWS_MAX, max_col=ANSWER + 1), start=2):
        code = str(row[CODE].value or "").strip() if row else ""
        if code:
            yield code, row[ANSWER] if len(row) > ANSWER else None, f"D{place}"


def _text_of(cell: object, requirement: Requirement | None) -> tuple[str, str]:
    """The text of a cell as it would be typed on the page, and a sentence where it is none."""
    value = getattr(cell, "value", None)
    kind = getattr(cell, "data_type", "")
    if kind == "f":
        return "", _("We got a formula. We want the value itself. Type it without an equals sign.")
    if kind == "e":
        return "", _("We got an error of the spreadsheet. We want the value itself. Type it anew.")
    if isinstance(value, date | datetime | time):
        return "", _("We got a date; the spreadsheet may have made it of a number. Set the cell to text, type it anew.")
    if isinstance(value, bool):
        return "yes" if value else "no", ""
    if isinstance(value, int | float):
        return format(Decimal(format(value, EXACT_DIGITS)), "f"), ""
    text = str(value or "").replace("\r\n", "\n").strip()
    return _stored(requirement, text) if requirement else text, ""


def _stored(requirement: Requirement, text: str) -> str:
    """The stored value of a choice whose words were typed, in any of our languages."""
    for language in LANGUAGES:
        with translation.override(language):
            for value, words in _choices(requirement).items():
                if text.casefold() in (words.casefold(), value.casefold()):
                    return value
    return text


def check_origin(origin: Origin, *, tender: str, proposal: str) -> None:
    """Raises NotThisTable for the table of another tender or of another proposal."""
    if origin.tender != tender:
        raise NotThisTable(
            _("This table is of the tender %(got)s. This proposal is in %(wanted)s. Choose its table.")
            % {"got": origin.tender[:40], "wanted": tender}
        )
    if origin.proposal != proposal:
        raise NotThisTable(
            _("This table was downloaded for another proposal in this tender. Choose the table of this one.")
        )


def _not_readable() -> str:
    return _(
        "This is not the table that you downloaded here, or it cannot be read. "
        "Download it again, copy your answers into its last column and save it as XLSX."
    )
