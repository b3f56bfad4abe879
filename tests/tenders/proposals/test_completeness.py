from decimal import Decimal

import pytest

from coalition_portal import clock
from tenders.proposals.completeness import Overview
from tenders.proposals.draft_content import with_content
from tenders.proposals.drafting import save_answers
from tenders.proposals.models import Proposal
from tenders.proposals.offering import accept_declarations
from tests.factories import companies
from tests.factories.proposals import complete_proposal, draft_proposal

pytestmark = pytest.mark.django_db


def _overview(proposal, **facts):
    return Overview(with_content(Proposal.objects.all()).get(pk=proposal.pk), **facts)


def _rows(overview):
    return [(item.task.value, item.sentence, item.url_name, item.anchor) for item in overview.missing]


def test_empty_draft_misses_everything(tender):
    overview = _overview(draft_proposal(tender=tender))

    rows = _rows(overview)
    assert rows[0] == ("answers", "Answer to FPV-01, Payload", "proposal-answers", "fpv-01")
    assert len([row for row in rows if row[0] == "answers"]) == 18
    assert rows[18:] == [
        ("offer", "Price of one drone in the trial batch", "proposal-offer", "id_price-trial_unit_price"),
        ("offer", "Price of one drone when 500 are ordered", "proposal-offer", "id_step-500"),
        ("offer", "Price of one drone when 1,500 are ordered", "proposal-offer", "id_step-1500"),
        (
            "offer",
            "Price of one drone in production, for the largest quantity step",
            "proposal-offer",
            "id_price-production_unit_price",
        ),
        ("offer", "Place of delivery", "proposal-offer", "id_delivery_place"),
        ("offer", "VAT", "proposal-offer", "id_vat_basis"),
        ("offer", "Lead time of the trial batch", "proposal-offer", "id_lead_time_days"),
        ("offer", "Region of production", "proposal-offer", "id_production_region"),
        ("offer", "Production capacity", "proposal-offer", "id_monthly_capacity"),
        ("documents", "Technical description", "proposal-documents", "kind-technical_description"),
        ("documents", "Flight evidence", "proposal-documents", "kind-flight_evidence"),
        ("documents", "Production and quality plan", "proposal-documents", "kind-production_plan"),
        ("documents", "Component origin table", "proposal-documents", "kind-origin_table"),
        ("declarations", "Declarations: 5 to sign", "proposal-offer", "declarations"),
    ]
    assert (overview.done, overview.wanted, overview.percent, overview.is_complete) == (1, 37, 2, False)
    assert [(task.code.value, task.state, task.done, task.wanted) for task in overview.tasks] == [
        ("model", "done", 1, 1),
        ("answers", "not_begun", 0, 18),
        ("offer", "not_begun", 0, 9),
        ("documents", "not_begun", 0, 4),
        ("declarations", "not_begun", 0, 5),
    ]


def test_complete_draft_misses_nothing(tender):
    proposal = complete_proposal(tender=tender)

    overview = _overview(proposal)

    assert (overview.missing, overview.missing_briefly, overview.warnings) == ([], [], [])
    assert (overview.done, overview.wanted, overview.percent, overview.is_complete) == (38, 38, 100, True)
    assert {task.state for task in overview.tasks} == {"done"}
    assert overview.task("answers").need == "18 of 18 answered."
    assert overview.task("offer").need == "Prices, time and capacity are stated."
    assert overview.task("declarations").need == "5 of 5 are signed."


def test_half_done_is_begun(tender):
    draft = draft_proposal(tender=tender)
    owner = companies.owner_of(draft.company)
    save_answers(proposal=draft, answers={"FPV-01": "6.5"}, revision=1, by=owner, now=clock.now())
    accept_declarations(proposal=draft, codes=["truth"], by=owner, now=clock.now())

    overview = _overview(draft)

    assert [task.state for task in overview.tasks] == ["done", "begun", "not_begun", "not_begun", "begun"]
    assert overview.task("answers").need == "1 of 18 answered."
    assert overview.task("offer").need == "Missing: Price of one drone in the trial batch."
    assert overview.task("declarations").need == "1 of 5 are signed."
    assert "Declarations: 4 to sign" in [item.sentence for item in overview.missing]


def test_failing_must_have_warns_and_misses_nothing(tender):
    proposal = complete_proposal(tender=tender, answers={"FPV-02": Decimal("9.4"), "FPV-03": Decimal("2")})

    overview = _overview(proposal)

    [warning] = overview.warnings
    assert warning.code == "FPV-02"
    assert warning.anchor == "fpv-02"
    assert warning.sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "FPV-02, Range with payload: you claim 9.4 km; at least 10 km is required."
    )
    assert overview.is_complete
    assert overview.task("answers").need == "18 of 18 answered. 1 must-have does not pass."
