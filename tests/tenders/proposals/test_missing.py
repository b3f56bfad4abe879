from decimal import Decimal

import pytest

from coalition_portal import clock
from tenders.proposals.completeness import Overview
from tenders.proposals.documents import kept_documents, remove_document
from tenders.proposals.draft_content import with_content
from tenders.proposals.drafting import save_answers
from tenders.proposals.models import Document, Proposal, ScanState
from tenders.proposals.offering import accept_declarations, save_offer
from tests.factories import companies
from tests.factories.proposals import complete_proposal, draft_proposal, offer_of

pytestmark = pytest.mark.django_db


def _overview(proposal, **facts):
    return Overview(with_content(Proposal.objects.all()).get(pk=proposal.pk), **facts)


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


def test_harmful_document_is_to_be_removed_and_does_not_count(tender):
    proposal = complete_proposal(tender=tender)
    document = kept_documents(proposal)[0]
    Document.objects.filter(pk=document.pk).update(scan=ScanState.INFECTED)

    missing = Overview(Proposal.objects.get(pk=proposal.pk)).missing

    assert [item.sentence for item in missing] == [
        "Technical description",
        f"The scanner found “{document.name}” harmful: remove it",
    ]


def test_many_answers_are_told_in_one_line(tender):
    proposal = complete_proposal(tender=tender)
    owner = companies.owner_of(proposal.company)
    blanks = {"FPV-05": "", "FPV-10": "", "FPV-13": ""}
    save_answers(proposal=proposal, answers=blanks, revision=proposal.revision, by=owner, now=clock.now())

    [item] = _overview(proposal).missing_briefly

    assert (item.sentence, item.anchor) == ("3 answers: FPV‑05, FPV‑10, FPV‑13", "fpv-05")


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
