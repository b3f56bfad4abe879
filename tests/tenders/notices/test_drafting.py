from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from manufacturers.eligibility import default_list
from tenders.notices.drafting import NotFillable, draft_from_template, fill_in, name_series
from tenders.notices.models import Tender
from tenders.notices.template_library import UnknownTemplate, codes, template
from tests.factories import people, tenders

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(fixed_now):
    return tenders.blank_draft(now=fixed_now)


def refused(draft, now, **values):
    with pytest.raises(NotFillable) as caught:
        fill_in(tender=draft, by=draft.officer, now=now, **values)
    return caught.value.field


@pytest.mark.parametrize("code", codes())
def test_a_draft_takes_everything_from_its_template(code, fixed_now):
    officer = people.officer("LV")
    source = template(code)

    tender = draft_from_template(template_code=code, by=officer, now=fixed_now)

    tender.refresh_from_db()
    assert (tender.state, tender.number, tender.kind) == ("DRAFT", "IDC-2026-0001", source.kind)
    assert (tender.officer, tender.officer_country_id, tender.second_approver) == (officer, "LV", None)
    assert (tender.title_en, tender.title_uk) == (source.body["title_en"], source.body["title_uk"])
    assert [row.code for row in tender.requirements.all()] == [row["code"] for row in source.body["requirements"]]
    assert [row.code for row in tender.criteria.all()] == [row["code"] for row in source.body["criteria"]]
    assert [row.code for row in tender.wanted_documents.all()] == source.body["document_codes"]
    assert [row["code"] for row in tender.declarations] == source.body["declaration_codes"]
    assert tender.eligible_states == default_list()
    assert (tender.planned_closes_at, tender.budget_amount, tender.batches_max) == (None, None, None)
    assert (tender.trial_share_percent, tender.production_share_percent) == (Decimal(20), Decimal(80))
    assert (tender.files_max, tender.total_size_mb) == (12, 500)


def test_bounds_keep_their_exact_values(draft):
    rows = {row.code: row for row in draft.requirements.all()}

    cold, without_navigation, camera, training = (rows[f"INT-{code}"] for code in ("12", "09", "07", "18"))
    assert (cold.operator, cold.threshold, cold.objective, cold.unit) == ("lte", Decimal(-20), Decimal(-30), "°C")
    assert (without_navigation.wanted_yes, without_navigation.operator, without_navigation.threshold) == (
        True,
        "",
        None,
    )
    assert (camera.accepted_choices, [one["code"] for one in camera.choices]) == (
        ["variants", "both"],
        ["day", "variants", "both"],
    )
    assert (training.accepted_choices, training.must_have, training.scored) == ([], False, True)


def test_a_scale_comes_with_its_words(draft):
    performance, price = draft.criteria.get(code="performance"), draft.criteria.get(code="price")

    assert [described["points"] for described in performance.scale] == [0, 3, 5, 8, 10]
    assert (performance.method, performance.group, performance.minimum_points) == ("REVIEWED", "TECHNICAL", 3)
    assert (price.method, price.group, price.scale) == ("COMPUTED", "", [])


def test_numbers_run_by_the_year_and_never_twice():
    def number(year):
        return tenders.blank_draft(now=datetime(year, 5, 1, tzinfo=UTC)).number

    assert [number(2026), number(2026), number(2027), number(2026)] == [
        "IDC-2026-0001",
        "IDC-2026-0002",
        "IDC-2027-0001",
        "IDC-2026-0003",
    ]


def test_a_suffix_and_a_series_tell_tenders_apart(fixed_now):
    series = name_series(slug="2026-2", title_en="Second series 2026", title_uk="Друга серія 2026")

    tender = tenders.blank_draft(title_suffix="2026-II", series=series, now=fixed_now)

    assert (tender.title_en, tender.title_uk) == ("Interceptor drones 2026-II", "Дрони-перехоплювачі 2026-II")
    assert tender.series == name_series(slug="2026-2", title_en="Other", title_uk="Інша")


def test_a_template_that_does_not_exist_is_named(fixed_now):
    with pytest.raises(UnknownTemplate, match="called 'balloon'; there are advanced_fpv, interceptor, reconnaissance"):
        tenders.blank_draft(template_code="balloon", now=fixed_now)
    assert Tender.objects.count() == 0


def test_only_officers_draft(fixed_now):
    with pytest.raises(Denied):
        draft_from_template(template_code="interceptor", by=people.chair("GB"), now=fixed_now)


def test_filling_in_writes_what_is_given_and_keeps_the_rest(draft, fixed_now):
    chair, later = people.chair("GB"), fixed_now + timedelta(hours=1)
    panel = [people.country("LV"), people.country("GB")]
    fill_in(tender=draft, contact_mailbox="a@example.test", panel_countries=panel, by=draft.officer, now=fixed_now)

    tender = fill_in(
        tender=draft,
        deadline=datetime(2026, 11, 11, 10, 0, tzinfo=UTC),
        budget_amount=Decimal("2000000.50"),
        budget_currency="GBP",
        batches_max=15,
        second_approver=chair,
        title_uk="Перехоплювачі",
        by=draft.officer,
        now=later,
    )

    tender.refresh_from_db()
    assert tender.planned_closes_at == datetime(2026, 11, 11, 10, 0, tzinfo=UTC)
    assert (tender.budget_amount, tender.budget_currency) == (Decimal("2000000.50"), "GBP")
    assert (tender.batches_max, tender.second_approver, tender.title_uk) == (15, chair, "Перехоплювачі")
    assert (tender.contact_mailbox, tender.title_en) == ("a@example.test", "Interceptor drones")
    assert set(tender.panel_countries.all()) == set(panel)
    assert tender.updated_at == later


def test_what_was_filled_in_can_be_emptied_again(fixed_now):
    draft = tenders.draft_tender(now=fixed_now)

    tender = fill_in(
        tender=draft, deadline=None, second_approver=None, panel_countries=[], by=draft.officer, now=fixed_now
    )

    assert (tender.planned_closes_at, tender.second_approver) == (None, None)
    assert tender.panel_countries.count() == 0
    assert tender.batches_max == 10


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"deadline": datetime(2026, 11, 11, 10, 0, 0, 1, tzinfo=UTC)}, "deadline"),
        ({"budget_amount": Decimal(0)}, "budget_amount"),
        ({"budget_amount": Decimal(-1)}, "budget_amount"),
        ({"batches_max": 0}, "batches_max"),
    ],
)
def test_values_that_cannot_be_are_refused(draft, fixed_now, values, field):
    assert refused(draft, fixed_now, **values) == field


@pytest.mark.parametrize("find", [lambda: people.chair("LV"), lambda: people.officer("GB"), people.person])
def test_the_second_approver_is_a_chair_of_another_country(draft, fixed_now, find):
    assert refused(draft, fixed_now, second_approver=find()) == "second_approver"


def test_no_other_column_can_be_filled_in(draft, fixed_now):
    with pytest.raises(TypeError, match="state"):
        fill_in(tender=draft, by=draft.officer, now=fixed_now, state="PUBLISHED")


def test_a_refusal_leaves_the_draft_as_it_was(draft, fixed_now):
    refused(draft, fixed_now, contact_mailbox="b@example.test", batches_max=0)

    draft.refresh_from_db()
    assert draft.contact_mailbox == ""


def test_both_verbs_write_into_the_log(fixed_now):
    draft = tenders.blank_draft(now=fixed_now)
    fill_in(tender=draft, batches_max=3, panel_countries=[], by=draft.officer, now=fixed_now)

    entries = Entry.objects.filter(subject=draft.number).order_by("index").values_list("event", flat=True)
    assert list(entries) == ["notices:tender:drafted", "notices:tender:changed"]
