import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from coalition_portal.identity.loading import DATA, load_coalition
from coalition_portal.identity.models import FundMilestone, MemberCountry
from coalition_portal.ledger.models import Entry

pytestmark = pytest.mark.django_db


def test_load_coalition_writes_members_and_figures(fixed_now):
    assert load_coalition(now=fixed_now) == 23

    assert MemberCountry.objects.count() == 20
    assert set(MemberCountry.objects.filter(lead=True).values_list("code", flat=True)) == {"LV", "GB"}
    assert set(MemberCountry.objects.filter(founding=True).values_list("code", flat=True)) == {
        "LV", "GB", "SE", "DK", "DE", "LT", "EE", "NL",
    }  # fmt: skip
    joined = dict(MemberCountry.objects.values_list("code", "joined"))
    assert (joined["LV"], joined["LU"], joined["UA"]) == ("2024-02-14", "2024-10", "")
    assert list(FundMilestone.objects.order_by("date").values_list("date", "amount", "currency")) == [
        ("2024-07-10", Decimal(45_000_000), "EUR"),
        ("2024-10", Decimal(50_000_000), "EUR"),
        ("2025-03", Decimal(176_000_000), "EUR"),
    ]


def test_load_coalition_again_changes_nothing_and_logs_nothing(fixed_now):
    load_coalition(now=fixed_now)

    assert load_coalition(now=fixed_now) == 0
    assert list(Entry.objects.values_list("event", "subject")) == [("identity:coalition:loaded", "coalition")]


def test_load_coalition_mends_what_differs_and_keeps_the_level(fixed_now):
    load_coalition(now=fixed_now)
    MemberCountry.objects.filter(code="LV").update(lead=False, level="FUNDER")

    assert load_coalition(now=fixed_now) == 1
    assert MemberCountry.objects.filter(code="LV").values_list("lead", "level").get() == (True, "FUNDER")


def test_a_member_that_joins_is_added_from_a_newer_file(fixed_now, tmp_path):
    load_coalition(now=fixed_now)
    coalition = json.loads(DATA.read_text())
    coalition["members"].append({"country": "FI", "joined": "2027-01", "founding": False})
    newer = tmp_path / "coalition.json"
    newer.write_text(json.dumps(coalition))

    assert load_coalition(now=fixed_now, path=newer) == 1
    assert MemberCountry.objects.get(code="FI").joined == "2027-01"


def test_the_command_says_what_it_did():
    first, second = StringIO(), StringIO()

    call_command("load_coalition", stdout=first)
    call_command("load_coalition", stdout=second)

    assert (first.getvalue(), second.getvalue()) == ("23 rows written.\n", "Everything was loaded already.\n")
