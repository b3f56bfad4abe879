import pytest
from django.http import QueryDict

from tenders.api import parameters
from tenders.api.errors import Problem
from tenders.api.parameters import read_tender_list

UNKNOWN = (
    "This parameter is not known here. Known are count, cpv, cursor, deadline_from, deadline_to, limit, q, sort, "
    "status, updated_from, updated_to."
)
NO_INSTANT = (
    "{} is no instant. Write it as in RFC 3339 with a zone, for example 2026-10-14T09:00:00Z; "
    "in an address a plus sign is written %2B."
)
NO_CPV = "{} is no CPV code. Give its first 2 to 8 digits, or all 8 with the check digit, as in 35613000-4."
NO_LIMIT = "{} is no possible limit. Give a whole number from 1 to 100."
NO_STATUS = (
    "{} is no status. Give one of planned, open, sealed, evaluation, unsuccessful, cancelled; "
    "repeat the parameter for several."
)
NO_SORT = "{} is no order. Give deadline, published or both, each once, with a minus for descending order."
NO_WORDS = "Give 1 to 8 words, 100 characters at most, without control characters."


BAD_NAMES = [
    ("foo=1", [("foo", "unknown", UNKNOWN)]),
    ("Status=open", [("Status", "unknown", UNKNOWN)]),
    ("limit=1&limit=1", [("limit", "repeated", "This parameter stands 2 times; give it once.")]),
    (
        "foo=1&foo=2&q=a&q=b&q=c",
        [("foo", "unknown", UNKNOWN), ("q", "repeated", "This parameter stands 3 times; give it once.")],
    ),
    ("%00" + "x" * 120 + "=1", [("\N{REPLACEMENT CHARACTER}" + "x" * 98 + "…", "unknown", UNKNOWN)]),
]

BAD_VALUES = [
    ("status=", [("status", "choice", NO_STATUS.format(""))]),
    ("status=open,sealed", [("status", "choice", NO_STATUS.format("open,sealed"))]),
    ("status=open&status=OPEN", [("status", "choice", NO_STATUS.format("OPEN"))]),
    ("cpv=3", [("cpv", "pattern", NO_CPV.format("3"))]),
    ("cpv=356130000", [("cpv", "pattern", NO_CPV.format("356130000"))]),
    ("cpv=3561-4", [("cpv", "pattern", NO_CPV.format("3561-4"))]),
    ("cpv=35%25", [("cpv", "pattern", NO_CPV.format("35%"))]),
    ("cpv=35%0A", [("cpv", "pattern", NO_CPV.format("35\N{REPLACEMENT CHARACTER}"))]),
    ("cpv=%D9%A3%D9%A5", [("cpv", "pattern", NO_CPV.format("٣٥"))]),
    ("deadline_from=2026-03-09", [("deadline_from", "instant", NO_INSTANT.format("2026-03-09"))]),
    (
        "deadline_from=2026-03-09T12:00:00",
        [("deadline_from", "instant", NO_INSTANT.format("2026-03-09T12:00:00"))],
    ),
    (
        "deadline_to=2026-03-09T14:00:00+02:00",
        [("deadline_to", "instant", NO_INSTANT.format("2026-03-09T14:00:00 02:00"))],
    ),
    (
        "updated_to=2026-02-30T12:00:00Z",
        [("updated_to", "instant", NO_INSTANT.format("2026-02-30T12:00:00Z"))],
    ),
    (
        "updated_from=0001-01-01T00:00:00%2B10:00",
        [("updated_from", "instant", NO_INSTANT.format("0001-01-01T00:00:00+10:00"))],
    ),
    (
        "deadline_from=2026-03-09T12:00:00Z&deadline_to=2026-03-09T12:00:00Z",
        [("deadline_to", "window", "deadline_to is not after deadline_from, so the window is empty.")],
    ),
    (
        "updated_from=2026-03-09T12:00:00Z&updated_to=2026-03-09T11:00:00Z",
        [("updated_to", "window", "updated_to is not after updated_from, so the window is empty.")],
    ),
    ("q=", [("q", "words", NO_WORDS)]),
    ("q=+", [("q", "words", NO_WORDS)]),
    ("q=a%00b", [("q", "words", NO_WORDS)]),
    ("q=1+2+3+4+5+6+7+8+9", [("q", "words", NO_WORDS)]),
    ("q=" + "x" * 101, [("q", "words", NO_WORDS)]),
    ("sort=title", [("sort", "choice", NO_SORT.format("title"))]),
    ("sort=deadline,-deadline", [("sort", "choice", NO_SORT.format("deadline,-deadline"))]),
    ("sort=", [("sort", "choice", NO_SORT.format(""))]),
    ("limit=0", [("limit", "range", NO_LIMIT.format("0"))]),
    ("limit=101", [("limit", "range", NO_LIMIT.format("101"))]),
    ("limit=-1", [("limit", "range", NO_LIMIT.format("-1"))]),
    ("limit=1.0", [("limit", "range", NO_LIMIT.format("1.0"))]),
    ("limit=1e9999", [("limit", "range", NO_LIMIT.format("1e9999"))]),
    ("limit=%D9%A1", [("limit", "range", NO_LIMIT.format("١"))]),
    ("count=1", [("count", "choice", "1 is neither true nor false.")]),
    (
        "limit=0&sort=x&status=y",
        [
            ("limit", "range", NO_LIMIT.format("0")),
            ("sort", "choice", NO_SORT.format("x")),
            ("status", "choice", NO_STATUS.format("y")),
        ],
    ),
]


def refusal_of(query):
    with pytest.raises(Problem) as raised:
        read_tender_list(QueryDict(query))
    mistakes = [(mistake.parameter, mistake.code, mistake.detail) for mistake in raised.value.mistakes]
    return raised.value.kind.slug, raised.value.sentence, mistakes


@pytest.mark.parametrize(("query", "mistakes"), BAD_NAMES)
def test_unknown_and_repeated_parameters(query, mistakes):
    detail = "The query has parameters that this route does not take like this."

    assert refusal_of(query) == ("bad-request", detail, mistakes)


@pytest.mark.parametrize(("query", "mistakes"), BAD_VALUES)
def test_values_that_are_not_possible(query, mistakes):
    detail = "A query parameter has a value that is not possible."

    assert refusal_of(query) == ("validation", detail, mistakes)


def test_a_route_without_parameters_says_so():
    with pytest.raises(Problem) as raised:
        parameters.check_names(QueryDict("format=json"), {})

    assert raised.value.mistakes[0].detail == "This parameter is not known here: the route takes none."
