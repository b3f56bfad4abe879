from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from tenders.api.parameters import read_tender_list
from tenders.api.tender_query import TenderListQuery

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
GOOD = [
    ("", TenderListQuery()),
    ("status=open", TenderListQuery(status=("open",))),
    ("status=open&status=sealed&status=open", TenderListQuery(status=("open", "sealed"))),
    ("cpv=35", TenderListQuery(cpv="35")),
    ("cpv=35613000-4", TenderListQuery(cpv="35613000")),
    ("deadline_from=2026-03-09T12:00:00Z", TenderListQuery(deadline_from=NOON)),
    ("deadline_to=2026-03-09t14:00:00.000000%2B02:00", TenderListQuery(deadline_to=NOON)),
    ("updated_from=2026-03-09T11:00:00-01:00", TenderListQuery(updated_from=NOON)),
    ("updated_to=2026-03-09T12:00:00z", TenderListQuery(updated_to=NOON)),
    ("q=fpv++drone", TenderListQuery(q=("fpv", "drone"))),
    ("sort=deadline,-published", TenderListQuery(sort="deadline,-published")),
    ("limit=1", TenderListQuery(limit=1)),
    ("limit=100", TenderListQuery(limit=100)),
    ("cursor=abc", TenderListQuery(cursor="abc")),
    ("count=true", TenderListQuery(count=True)),
    ("count=false", TenderListQuery()),
]


@pytest.mark.parametrize(("query", "wanted"), GOOD)
def test_what_is_understood(query, wanted):
    assert read_tender_list(QueryDict(query)) == wanted


@pytest.mark.parametrize(("query", "_wanted"), GOOD)
def test_the_address_asks_the_same_again(query, _wanted):
    asked = read_tender_list(QueryDict(query))

    assert read_tender_list(QueryDict(asked.address(asked.cursor).removeprefix("?"))) == asked


def test_which_filters_ask_the_clock():
    asked = [query for query, _wanted in GOOD if read_tender_list(QueryDict(query)).asks_the_clock]

    assert asked == [
        "status=open",
        "status=open&status=sealed&status=open",
        "updated_from=2026-03-09T11:00:00-01:00",
        "updated_to=2026-03-09T12:00:00z",
    ]


def test_the_address_is_short_and_in_one_order():
    asked = read_tender_list(QueryDict("limit=20&q=a+b&status=open&sort=-published&deadline_to=2026-03-09T12:00:00Z"))

    assert asked.address("xyz") == "?status=open&deadline_to=2026-03-09T12%3A00%3A00Z&q=a+b&cursor=xyz"
    assert TenderListQuery().address(None) == ""
