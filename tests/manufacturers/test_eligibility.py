import json
import re
from collections import Counter

from django_countries import countries

from coalition_portal.identity.loading import DATA
from manufacturers.eligibility import confidences, default_list, is_eligible_state

MEMBERS = {member["country"] for member in json.loads(DATA.read_text(encoding="utf-8"))["members"]}


def test_list_holds_what_the_sources_name():
    assert Counter(confidences().values()) == {"high": 47, "medium": 7}
    assert all(re.fullmatch("[A-Z]{2}", code) and code in countries for code in confidences())


def test_states_that_the_sources_name_surely_are_eligible():
    assert [is_eligible_state(code) for code in ["UA", "US", "KR", "XK", "CY", "IL", "BR", "RU", "", "ua"]] == [
        True,
        True,
        True,
        True,
        False,
        False,
        False,
        False,
        False,
        False,
    ]


def test_every_member_of_the_coalition_is_eligible():
    assert [code for code in MEMBERS if not is_eligible_state(code)] == []


def test_default_list_is_sorted_and_a_fresh_copy():
    first = default_list()
    first[0]["sources"].append("spoilt")
    first.pop()

    again = default_list()

    assert [state["code"] for state in again] == sorted(confidences())
    assert again[0] == {"code": "AL", "confidence": "high", "sources": ["nato"]}
