"""The query parameters of each route: one table from which requests are read and the documentation is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenders.api import problems, query_values
from tenders.api.errors import Mistake, Problem, shown
from tenders.api.query_values import (
    CPV_PATTERN,
    CURSOR_PATTERN,
    LANGUAGES,
    LIMIT_DEFAULT,
    LIMIT_MAX,
    PUBLIC_ID_PATTERN,
    SEARCH_CHARACTERS_MAX,
    SORT_DEFAULT,
    SORTS,
    STATUSES,
    TENDER_PATTERN,
    Wrong,
)
from tenders.api.tender_query import TenderListQuery


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
        query_values.status,
        {"type": "array", "items": {"type": "string", "enum": STATUSES}},
        gettext_lazy("Only tenders with this public status by the clock; repeat it for several."),
        is_many=True,
    ),
    "cpv": Parameter(
        query_values.cpv,
        {"type": "string", "pattern": CPV_PATTERN},
        gettext_lazy("Only tenders with a CPV code that begins with these digits; a check digit is ignored."),
    ),
    "deadline_from": Parameter(
        query_values.instant, _INSTANT_SCHEMA, gettext_lazy("Only deadlines at this instant or later.")
    ),
    "deadline_to": Parameter(
        query_values.instant, _INSTANT_SCHEMA, gettext_lazy("Only deadlines before this instant.")
    ),
    "updated_from": Parameter(
        query_values.instant, _INSTANT_SCHEMA, gettext_lazy("Only tenders that changed at this instant or later.")
    ),
    "updated_to": Parameter(
        query_values.instant, _INSTANT_SCHEMA, gettext_lazy("Only tenders whose last change is before this instant.")
    ),
    "q": Parameter(
        query_values.words,
        {"type": "string", "minLength": 1, "maxLength": SEARCH_CHARACTERS_MAX},
        gettext_lazy(
            "Words that all stand in the number, title or description, in either language, in any case of letters."
        ),
    ),
    "sort": Parameter(
        query_values.sort,
        {"type": "string", "enum": SORTS, "default": SORT_DEFAULT},
        gettext_lazy("Order; a minus means descending. Only the order by publication never changes while you walk it."),
    ),
    "limit": Parameter(
        query_values.limit,
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
        gettext_lazy("How many tenders a page has at most."),
    ),
    "cursor": Parameter(
        query_values.cursor,
        {"type": "string", "pattern": CURSOR_PATTERN},
        gettext_lazy("Where the page begins: opaque, from links.next of the page before. It does not expire."),
    ),
    "count": Parameter(
        query_values.count,
        {"type": "boolean", "default": False},
        gettext_lazy("true adds total: how many tenders all pages together have."),
    ),
}
OPENAPI: Mapping[str, Parameter] = {
    "lang": Parameter(
        query_values.language,
        {"type": "string", "enum": LANGUAGES},
        gettext_lazy("Language of the description; without it Accept-Language decides."),
    )
}
PROPOSAL_LIST: Mapping[str, Parameter] = {
    "tender": Parameter(
        query_values.tender_number,
        {"type": "string", "pattern": TENDER_PATTERN},
        gettext_lazy("Only proposals in the tender with this number."),
    ),
    "limit": Parameter(
        query_values.limit,
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
        gettext_lazy("How many proposals a page has at most."),
    ),
    "cursor": Parameter(
        query_values.proposal_cursor,
        {"type": "string", "pattern": PUBLIC_ID_PATTERN},
        gettext_lazy("Where the page begins: from links.next of the page before."),
    ),
}
RECEIPT: Mapping[str, Parameter] = {
    "version": Parameter(
        query_values.version,
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
