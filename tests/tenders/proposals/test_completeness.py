from decimal import Decimal

import pytest

from coalition_portal import clock
from tenders.proposals import completeness
from tenders.proposals.completeness import Overview, with_content
from tenders.proposals.documents import kept_documents, remove_document
from tenders.proposals.drafting import save_answers
from tenders.proposals.models import Document, Proposal, ScanState
from tenders.proposals.offering import accept_declarations, save_offer
from tests.factories import companies
from tests.factories.proposals import complete_proposal, draft_proposal, offer_of

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
    assert completeness.missing(proposal) == completeness.warnings(proposal) == []
    assert completeness.is_complete(proposal)
    assert [task.state for task in completeness.tasks(proposal)] == ["done"] * 5


def test_harmful_document_is_to_be_removed_and_does_not_count(tender):
    proposal = complete_proposal(tender=tender)
    document = kept_documents(proposal)[0]
    Document.objects.filter(pk=document.pk).update(scan=ScanState.INFECTED)

    missing = Overview(Proposal.objects.get(pk=proposal.pk)).missing

    assert [item.sentence for item in missing] == [
        "Technical description",
        f"The scanner found “{document.name}” harmful: remove it",
    ]


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


def test_one_thing_missing_of_each_page(tender):
    proposal = complete_proposal(tender=tender)
    owner = companies.owner_of(proposal.company)
    now = clock.now()
    save_answers(proposal=proposal, answers={"FPV-05": ""}, revision=proposal.revision, by=owner, now=now)
    proposal.refresh_from_db()
    save_offer(proposal=proposal, offer=offer_of(monthly_capacity=""), revision=proposal.revision, by=owner, now=now)
    accept_declarations(
        proposal=proposal, codes=["exclusion_grounds", "sanctions", "truth", "validity"], by=owner, now=now
    )
    [plan] = [document for document in kept_documents(proposal) if document.kind_code == "production_plan"]
    remove_document(document=plan, by=owner, now=now)

    overview = _overview(proposal)

    assert [item.sentence for item in overview.missing] == [
        "Answer to FPV-05, Ceiling",
        "Production capacity",
        "Production and quality plan",
        "Declarations: 1 to sign",
    ]
    assert overview.missing_briefly == overview.missing
    assert overview.percent == 89


def test_many_answers_are_told_in_one_line(tender):
    proposal = complete_proposal(tender=tender)
    owner = companies.owner_of(proposal.company)
    blanks = {"FPV-05": "", "FPV-10": "", "FPV-13": ""}
    save_answers(proposal=proposal, answers=blanks, revision=proposal.revision, by=owner, now=clock.now())

    [item] = _overview(proposal).missing_briefly

    assert (item.sentence, item.anchor) == ("3 answers: FPV‑05, FPV‑10, FPV‑13", "fpv-05")


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


def test_what_a_reader_may_not_see_is_counted_and_never_named(tender):
    proposal = complete_proposal(tender=tender, answers={"FPV-02": Decimal("9.4"), "FPV-03": ""})

    overview = _overview(proposal, sees_all=False)

    assert [item.sentence for item in overview.missing] == ["1 answer to a requirement that you cannot see yet"]
    assert overview.missing[0].anchor == "unseen"
    assert overview.warnings == []
    assert {row.visibility for row in overview.visible_requirements} == {"PUBLIC"}


def test_the_brief_list_names_what_is_seen_and_counts_the_rest_apart(tender):
    overview = _overview(draft_proposal(tender=tender), sees_all=False)

    told = [item.sentence for item in overview.missing_briefly if item.task == "answers"]

    assert told == [
        "8 answers: FPV‑01, FPV‑08, FPV‑09, FPV‑14, FPV‑15, FPV‑16, FPV‑17, FPV‑18",
        "10 answers to requirements that you cannot see yet",
    ]


def test_company_of_a_state_that_is_not_on_the_list_waits_for_an_officer(tender):
    company = companies.company(country="BR", undertaking=True)
    draft = draft_proposal(tender=tender, company=company)

    first = _overview(draft).missing[0]

    assert first.sentence == (
        "An officer has to decide whether companies from Brazil may take part. "
        "You can fill in the draft meanwhile. Write to tender@example.test."
    )
    assert (first.task.value, first.url_name, first.anchor) == ("model", "proposal", "")


def test_content_of_many_proposals_is_fetched_at_once(tender, django_assert_num_queries):
    for _number in range(3):
        draft_proposal(tender=tender)

    with django_assert_num_queries(5):
        overviews = [Overview(proposal) for proposal in with_content(Proposal.objects.all())]
        assert [overview.percent for overview in overviews] == [2, 2, 2]
