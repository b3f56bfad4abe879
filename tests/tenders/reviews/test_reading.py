from decimal import Decimal

import pytest
from django.utils import translation

from tenders.notices.claims import Verdict
from tenders.notices.models import Requirement
from tenders.reviews.reading import Evidence, claim_rows, failing_must_haves, files_of, offer_of
from tests.factories.reviews import Review
from tests.tenders.reviews.conftest import kept

base = kept(lambda say: Review(say, proposals=1, panel={}, template_code="reconnaissance"))


@pytest.fixture
def requirements(story):
    return list(Requirement.objects.filter(tender=story.tender).order_by("order"))


def answers(**changes):
    return {"answers": {code.replace("_", "-"): answer for code, answer in changes.items()}}


def rows_of(content, requirements):
    return {row.requirement.code: row for row in claim_rows(content, requirements)}


def test_a_frozen_number_is_read_exactly_and_judged(requirements):
    rows = rows_of(answers(ISR_01={"type": "NUMBER", "value": "34.9"}), requirements)

    row = rows["ISR-01"]
    assert (row.claim, row.verdict, row.fails_must_have) == (Decimal("34.9"), Verdict.FAILS, True)
    assert (row.claimed, row.wanted, row.unit) == (
        "34.9\N{NO-BREAK SPACE}min",
        "at least 35\N{NO-BREAK SPACE}min",
        "min",
    )
    assert (row.number, row.is_drawn) == (Decimal("34.9"), True)


def test_units_follow_their_own_numbers():
    facts = {"answer_type": "NUMBER", "unit": "d", "operator": "lte", "threshold": Decimal(30), "code": "X-1"}
    rows = [Requirement(**facts, objective=objective) for objective in (Decimal(21), None)]

    with translation.override("uk"):
        read = [
            claim_rows({"answers": {"X-1": {"type": "NUMBER", "value": value}} if value else {}}, [row])[0]
            for row, value in zip(rows, ("22", None), strict=True)
        ]
        units = [(row.unit, row.claim_unit, row.objective_unit) for row in read]

    assert units == [("днів", "дні", "день"), ("днів", "", "")]


def test_the_threshold_itself_passes_where_at_least_is_wanted(requirements):
    row = rows_of(answers(ISR_01={"type": "NUMBER", "value": "35"}), requirements)["ISR-01"]

    assert (row.verdict, row.fails_must_have) == (Verdict.PASSES, False)


@pytest.mark.parametrize(
    "answer",
    [None, {"type": "NUMBER", "value": None}, {"type": "NUMBER", "value": ""}, {"type": "TEXT", "value": "52"}],
)
def test_no_answer_and_one_of_another_type_are_missing(requirements, answer):
    row = rows_of({"answers": {} if answer is None else {"ISR-01": answer}}, requirements)["ISR-01"]

    assert (row.claim, row.verdict, row.fails_must_have, row.is_drawn) == (None, Verdict.MISSING, True, False)
    assert row.claimed == ""


def test_yes_no_and_choice_are_read_as_they_are(requirements):
    content = answers(ISR_04={"type": "YES_NO", "value": False}, ISR_03={"type": "CHOICE", "value": "nonsense"})

    rows = rows_of(content, requirements)

    assert (rows["ISR-04"].claim, rows["ISR-04"].verdict, rows["ISR-04"].number) == (False, Verdict.FAILS, None)
    assert (rows["ISR-03"].verdict, rows["ISR-03"].claimed) == (Verdict.FAILS, "nonsense")


def test_only_must_haves_exclude(requirements):
    codes = {row.requirement.code for row in failing_must_haves(None, requirements)}

    assert codes == {row.code for row in requirements if row.must_have}
    assert failing_must_haves(None, []) == []


def test_what_was_submitted_passes_and_stands_with_its_prices_and_files(story, requirements):
    opened = story.opened[0]

    offer = offer_of(opened, story.tender)
    files = files_of(opened, list(story.tender.wanted_documents.all()))

    assert failing_must_haves(opened.content, requirements) == []
    assert [(row.step.quantity, row.price) for row in offer.steps] == [
        (10, Decimal(4380)),
        (20, Decimal(4198)),
        (500, Decimal(4150)),
        (1500, Decimal(4050)),
        (5000, Decimal(3590)),
    ]
    assert offer.lines == [("Extra ground station (option)", None), ("Spares kit for 20 drones (option)", None)]
    assert (offer.lead_time_days, offer.delivery) == (21, "DAP, Riga, Latvia")
    assert [(file.name, file.wanted.code) for file in files][:2] == [
        ("technical_description.pdf", "technical_description"),
        ("flight_evidence.pdf", "flight_evidence"),
    ]
    assert {len(file.sha256) for file in files} == {64}


def test_a_proposal_that_could_not_be_read_is_empty(story):
    opened = story.opened[0]
    opened.content = None

    offer = offer_of(opened, story.tender)
    assert ([amount for _title, amount in offer.lines], offer.steps, offer.months) == ([None] * 4, [], [])
    assert files_of(opened, []) == []


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (None, None),
        ({"document": "doc1", "page": 14}, Evidence(public_id="doc1", name="flights.csv", page=14)),
        ({"document": "doc1", "page": None}, Evidence(public_id="doc1", name="flights.csv", page=None)),
        ({"document": "doc2", "page": 1}, None),
    ],
)
def test_answer_names_a_document_of_the_same_version(requirements, named, expected):
    answer = {"type": "NUMBER", "value": "52"} | ({"evidence": named} if named else {})
    content = answers(ISR_01=answer) | {"documents": [{"public_id": "doc1", "name": "flights.csv"}]}

    assert rows_of(content, requirements)["ISR-01"].evidence == expected
