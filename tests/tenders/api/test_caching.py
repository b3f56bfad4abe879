from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from tenders.api import caching

NOW = datetime(2026, 3, 9, 12, 0, 0, 250_000, tzinfo=UTC)
TAG = '"abc"'
DATE = "Mon, 09 Mar 2026 11:59:59 GMT"


@pytest.mark.parametrize(
    ("left", "seconds"),
    [
        (None, 30),
        (timedelta(days=1), 30),
        (timedelta(seconds=30), 30),
        (timedelta(seconds=30, microseconds=-1), 29),
        (timedelta(seconds=1), 1),
        (timedelta(seconds=1, microseconds=-1), 0),
        (timedelta(0), 0),
        (timedelta(seconds=-1), 0),
    ],
)
def test_nothing_is_fresh_beyond_the_next_event(left, seconds):
    next_event_at = None if left is None else NOW + left

    assert caching.cache_control(NOW, next_event_at) == f"public, max-age={seconds}, must-revalidate"


def test_what_only_a_release_changes_is_fresh_for_longer():
    assert caching.cache_control(NOW, None, longest=300) == "public, max-age=300, must-revalidate"


def test_any_other_fact_is_another_tag():
    facts = ["status", "IDC-2026-0007", 4, "open", "en"]
    others = [[*facts[:place], "other", *facts[place + 1 :]] for place in range(len(facts))]

    tags = {caching.entity_tag(*known) for known in [facts, *others, ["statusIDC-2026-0007", 4, "open", "en"]]}

    assert len(tags) == 7
    assert caching.entity_tag(*facts) == caching.entity_tag(*facts)
    assert all(len(tag) == 34 and tag.startswith('"') for tag in tags)


@pytest.mark.parametrize(
    ("changed_at", "date"),
    [
        (NOW.replace(microsecond=0) - timedelta(microseconds=1), DATE),
        (NOW.replace(microsecond=0) - timedelta(seconds=1), DATE),
        (NOW.replace(microsecond=0), None),
        (NOW, None),
        (NOW + timedelta(seconds=5), None),
    ],
)
def test_a_second_that_is_not_over_is_no_date_of_change(changed_at, date):
    assert caching.last_modified(changed_at, NOW) == date


@pytest.mark.parametrize(
    ("headers", "held"),
    [
        ({}, None),
        ({"If-None-Match": TAG}, TAG),
        ({"If-None-Match": f"W/{TAG}"}, f"W/{TAG}"),
        ({"If-None-Match": f'"x", W/{TAG} , "y"'}, f"W/{TAG}"),
        ({"If-None-Match": "*"}, TAG),
        ({"If-None-Match": '"abcd"'}, None),
        ({"If-None-Match": "abc"}, None),
        ({"If-None-Match": ""}, None),
        ({"If-Modified-Since": DATE}, TAG),
        ({"If-Modified-Since": "Mon, 09 Mar 2026 12:00:00 GMT"}, None),
        ({"If-Modified-Since": "yesterday"}, None),
        ({"If-None-Match": '"old"', "If-Modified-Since": DATE}, None),
    ],
)
def test_which_answer_a_client_holds(headers, held):
    request = RequestFactory().get("/", headers=headers)

    assert caching.matching_tag(request, TAG, DATE) == held
    assert caching.is_conditional(request) == bool(headers)


def test_without_a_date_of_change_no_date_matches():
    request = RequestFactory().get("/", headers={"If-Modified-Since": DATE})

    assert caching.matching_tag(request, TAG, None) is None
