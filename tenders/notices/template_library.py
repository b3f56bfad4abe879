"""The tender templates that come with the portal, read once from the slice's own copy of the data."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "tender-templates.json"


class UnknownTemplate(LookupError):
    """No template has this code."""


@dataclass(frozen=True)
class Template:
    """One template with its scales, documents and declarations resolved; `body` keeps the shape of the file."""

    code: str
    body: dict
    documents: list[dict]
    declarations: list[dict]
    limits: dict

    @property
    def kind(self) -> str:
        return self.body["kind"].upper()

    def scale_of(self, criterion: dict) -> list[dict]:
        """The described points of a reviewed criterion, rising; none for a computed one."""
        return [] if criterion["scale_code"] is None else _library()["scales"][criterion["scale_code"]]


def template(code: str) -> Template:
    library = _library()
    found = next((body for body in library["templates"] if body["code"] == code), None)
    if found is None:
        raise UnknownTemplate(f"No tender template is called {code!r}; there are {', '.join(codes())}.")
    return Template(
        code=code,
        body=found,
        documents=_named(library["documents"], found["document_codes"]),
        declarations=_named(library["declarations"], found["declaration_codes"]),
        limits=library["proposal_limits"],
    )


def codes() -> list[str]:
    return [body["code"] for body in _library()["templates"]]


def templates() -> list[Template]:
    return [template(code) for code in codes()]


def _named(rows: list[dict], wanted: list[str]) -> list[dict]:
    by_code = {row["code"]: row for row in rows}
    return [by_code[code] for code in wanted]


@cache
def _library() -> dict:
    return json.loads(DATA.read_text(encoding="utf-8"))
