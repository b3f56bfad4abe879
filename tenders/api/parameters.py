"""The query parameters of the tender list: one table from which requests are read and the documentation is made."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations, product
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal.formatting import iso
from tenders.api import problems
from tenders.api.errors import Mistake, Problem, shown
from tenders.notices.timetable import PublicStatus

STATUSES = [status.value for status in PublicStatus]
LIMIT_DEFAULT, LIMIT_MAX = 20, 100
WORDS_MAX, SEARCH_CHARACTERS_MAX = 8, 100
SORT_FIELDS = ("deadline", "published")
SORTS = [
    ",".join(sign + name for sign, name in zip(signs, names, strict=True))
    for length in (1, 2)
    for names in permutations(SORT_FIELDS, length)
    for signs in product(("", "-"), repeat=length)
]
SORT_DEFAULT = "-published"
CPV_PATTERN = r"^[0-9]{2,8}$|^[0-9]{8}-[0-9]$"
CURSOR_PATTERN = r"^[A-Za-z0-9_-]{1,300}$"
TENDER_PATTERN = r"^IDC-[0-9]{4}-[0-9]{4,10}$"
PUBLIC_ID_PATTERN = r"^[a-z2-7]{26}$"
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True)
class TenderListQuery:
    """What a client asked the list for; unset filters are None or empty."""

    status: tuple[str, ...] = ()
    cpv: str | None = None
    deadline_from: datetime | None = None
    deadline_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    q: tuple[str, ...] = ()
    sort: str = SORT_DEFAULT
    limit: int = LIMIT_DEFAULT
    cursor: str | None = None
    count: bool = False

    @property
    def asks_the_clock(self) -> bool:
        """Whether the passing of a deadline alone can bring a tender into this list or take it out."""
        return bool(self.status or self.updated_from or self.updated_to)

    @property
    def needs_deadlines(self) -> bool:
        return bool(self.asks_the_clock or self.deadline_from or self.deadline_to or "deadline" in self.sort)

    def address(self, cursor: str | None) -> str:
        """The same question as a query string, in one fixed order and without defaults, at another cursor."""
        pairs = [("status", status) for status in self.status]
        windows = ("deadline_from", "deadline_to", "updated_from", "updated_to")
        pairs += [("cpv", self.cpv)] if self.cpv else []
        pairs += [(name, iso(getattr(self, name))) for name in windows if getattr(self, name)]
        pairs += [("q", " ".join(self.q))] if self.q else []
        pairs += [("sort", self.sort)] if self.sort != SORT_DEFAULT else []
        pairs += [("limit", str(self.limit))] if self.limit != LIMIT_DEFAULT else []
        pairs += [("count", "true")] if self.count else []
        pairs += [("cursor", cursor)] if cursor else []
        return f"?{urlencode(pairs)}" if pairs else ""


class Wrong(ValueError):
    """A value that a parameter cannot have; the code is for programs, the sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def _status(text: str) -> str:
    if text not in STATUSES:
        raise Wrong(
            "choice",
            _("%(got)s is no status. Give one of %(wanted)s; repeat the parameter for several.")
            % {"got": shown(text), "wanted": ", ".join(STATUSES)},
        )
    return text


def _cpv(text: str) -> str:
    """The digits; a check digit is taken off."""
    if not re.match(CPV_PATTERN, text, re.ASCII) or text.endswith("\n"):
        raise Wrong(
            "pattern",
            _("%(got)s is no CPV code. Give its first 2 to 8 digits, or all 8 with the check digit, as in 35613000-4.")
            % {"got": shown(text)},
        )
    return text[:8]


def _instant(text: str) -> datetime:
    try:
        if not INSTANT.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(
            "instant",
            _(
                "%(got)s is no instant. Write it as in RFC 3339 with a zone, for example 2026-10-14T09:00:00Z; "
                "in an address a plus sign is written %%2B."
            )
            % {"got": shown(text)},
        ) from None


def _words(text: str) -> tuple[str, ...]:
    words = tuple(text.split())
    fits = 0 < len(words) <= WORDS_MAX and len(text) <= SEARCH_CHARACTERS_MAX
    if not fits or not all(word.isprintable() for word in words):
        raise Wrong(
            "words",
            _("Give 1 to %(words)s words, %(characters)s characters at most, without control characters.")
            % {"words": WORDS_MAX, "characters": SEARCH_CHARACTERS_MAX},
        )
    return words


def _sort(text: str) -> str:
    if text not in SORTS:
        raise Wrong(
            "choice",
            _("%(got)s is no order. Give deadline, published or both, each once, with a minus for descending order.")
            % {"got": shown(text)},
        )
    return text


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) or not 1 <= int(text) <= LIMIT_MAX:
        raise Wrong(
            "range",
            _("%(got)s is no possible limit. Give a whole number from 1 to %(max)s.")
            % {"got": shown(text), "max": LIMIT_MAX},
        )
    return int(text)


def _cursor(text: str) -> str:
    """Opaque here; pagination.py reads it once the order is known."""
    return text


def _count(text: str) -> bool:
    if text not in ("true", "false"):
        raise Wrong("choice", _("%(got)s is neither true nor false.") % {"got": shown(text)})
    return text == "true"


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise Wrong("choice", _("%(got)s is neither en nor uk.") % {"got": shown(text)})
    return text


def _number_of_tender(text: str) -> str:
    if not re.fullmatch(TENDER_PATTERN, text, re.ASCII) or text.endswith("\n"):
        raise Wrong(
            "pattern",
            _("%(got)s is no number of a tender. Write it as the list writes it: IDC, the year, four digits or more.")
            % {"got": shown(text)},
        )
    return text


def _cursor_of_proposals(text: str) -> str:
    if not re.fullmatch(PUBLIC_ID_PATTERN, text, re.ASCII) or text.endswith("\n"):
        raise Wrong("pattern", _("The cursor cannot be read. Follow links.next unchanged."))
    return text


def _version(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text, re.ASCII) or text.endswith("\n"):
        raise Wrong("range", _("%(got)s is no version. Versions count from 1.") % {"got": shown(text)})
    return int(text)


@dataclass(frozen=True)
class Parameter:
    """`read` makes the value or raises Wrong; `schema` describes the text in OpenAPI."""

    read: Callable[[str], object]
    schema: dict
    description: Promise
    is_many: bool = False


_INSTANT_SCHEMA = {"type": "string", "format": "date-time"}

TENDER_LIST: Mapping[str, Parameter] = {
    "status": Parameter(
        _status,
        {"type": "array", "items": {"type": "string", "enum": STATUSES}},
        gettext_lazy("Only tenders with this public status by the clock; repeat it for several."),
        is_many=True,
    ),
    "cpv": Parameter(
        _cpv,
        {"type": "string", "pattern": CPV_PATTERN},
        gettext_lazy("Only tenders with a CPV code that begins with these digits; a check digit is ignored."),
    ),
    "deadline_from": Parameter(_instant, _INSTANT_SCHEMA, gettext_lazy("Only deadlines at this instant or later.")),
    "deadline_to": Parameter(_instant, _INSTANT_SCHEMA, gettext_lazy("Only deadlines before this instant.")),
    "updated_from": Parameter(
        _instant, _INSTANT_SCHEMA, gettext_lazy("Only tenders that changed at this instant or later.")
    ),
    "updated_to": Parameter(
        _instant, _INSTANT_SCHEMA, gettext_lazy("Only tenders whose last change is before this instant.")
    ),
    "q": Parameter(
        _words,
        {"type": "string", "minLength": 1, "maxLength": SEARCH_CHARACTERS_MAX},
        gettext_lazy(
            "Words that all stand in the number, title or description, in either language, in any case of letters."
        ),
    ),
    "sort": Parameter(
        _sort,
        {"type": "string", "enum": SORTS, "default": SORT_DEFAULT},
        gettext_lazy("Order; a minus means descending. Only the order by publication never changes while you walk it."),
    ),
    "limit": Parameter(
        _limit,
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
        gettext_lazy("How many tenders a page has at most."),
    ),
    "cursor": Parameter(
        _cursor,
        {"type": "string", "pattern": CURSOR_PATTERN},
        gettext_lazy("Where the page begins: opaque, from links.next of the page before. It does not expire."),
    ),
    "count": Parameter(
        _count,
        {"type": "boolean", "default": False},
        gettext_lazy("true adds total: how many tenders all pages together have."),
    ),
}
LANGUAGES = ["en", "uk"]
OPENAPI: Mapping[str, Parameter] = {
    "lang": Parameter(
        _language,
        {"type": "string", "enum": LANGUAGES},
        gettext_lazy("Language of the description; without it Accept-Language decides."),
    )
}
PROPOSAL_LIST: Mapping[str, Parameter] = {
    "tender": Parameter(
        _number_of_tender,
        {"type": "string", "pattern": TENDER_PATTERN},
        gettext_lazy("Only proposals in the tender with this number."),
    ),
    "limit": Parameter(
        _limit,
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
        gettext_lazy("How many proposals a page has at most."),
    ),
    "cursor": Parameter(
        _cursor_of_proposals,
        {"type": "string", "pattern": PUBLIC_ID_PATTERN},
        gettext_lazy("Where the page begins: from links.next of the page before."),
    ),
}
RECEIPT: Mapping[str, Parameter] = {
    "version": Parameter(
        _version,
        {"type": "integer", "minimum": 1, "maximum": 999_999},
        gettext_lazy("The submitted version; without it the one that counts, or the latest that counted."),
    )
}
WINDOWS = (("deadline_from", "deadline_to"), ("updated_from", "updated_to"))


def read_tender_list(query: QueryDict) -> TenderListQuery:
    return TenderListQuery(**read(query, TENDER_LIST, WINDOWS))


def read(
    query: QueryDict, known: Mapping[str, Parameter], windows: Sequence[tuple[str, str]] = ()
) -> dict[str, object]:
    """The values by name. Raises Problem: bad-request for unknown or repeated parameters, else validation with all
    that is wrong."""
    check_names(query, known)
    values, mistakes = {}, []
    for name, texts in query.lists():
        try:
            found = [known[name].read(text) for text in texts]
            values[name] = tuple(dict.fromkeys(found)) if known[name].is_many else found[0]
        except Wrong as wrong:
            mistakes.append(Mistake(name, wrong.code, wrong.sentence))
    mistakes += [mistake for first, last in windows if (mistake := _empty_window(values, first, last))]
    if mistakes:
        raise Problem(problems.VALIDATION, _("A query parameter has a value that is not possible."), mistakes=mistakes)
    return values


def check_names(query: QueryDict, known: Mapping[str, Parameter]) -> None:
    """Raises Problem bad-request for parameters that the route does not know, and for repeated ones."""
    if not query:
        return
    mistakes = [_unknown(name, known) for name in query if name not in known]
    mistakes += [
        Mistake(name, "repeated", _("This parameter stands %(times)s times; give it once.") % {"times": len(texts)})
        for name, texts in query.lists()
        if name in known and len(texts) > 1 and not known[name].is_many
    ]
    if mistakes:
        detail = _("The query has parameters that this route does not take like this.")
        raise Problem(problems.BAD_REQUEST, detail, mistakes=mistakes)


def _unknown(name: str, known: Mapping[str, Parameter]) -> Mistake:
    if known:
        detail = _("This parameter is not known here. Known are %(names)s.") % {"names": ", ".join(sorted(known))}
    else:
        detail = _("This parameter is not known here: the route takes none.")
    return Mistake(shown(name), "unknown", detail)


def _empty_window(values: Mapping[str, object], first: str, last: str) -> Mistake | None:
    start, end = values.get(first), values.get(last)
    if start is None or end is None or start < end:
        return None
    detail = _("%(last)s is not after %(first)s, so the window is empty.") % {"first": first, "last": last}
    return Mistake(last, "window", detail)
