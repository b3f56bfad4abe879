"""Where a claim is shown: from the answers page into the frozen version and to whoever reads it."""

import pytest
from django.urls import reverse

from coalition_portal import clock
from tenders.notices.models import Requirement
from tenders.proposals.documents import kept_documents, remove_document
from tenders.proposals.drafting import keep_answer_fields
from tenders.proposals.staging import stage
from tenders.proposals.vault import read_manifest
from tests.factories.proposals import file_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def flights(proposal, owner):
    """The log that the answers on range and endurance point to; only one of them names a row."""
    document = next(row for row in kept_documents(proposal) if row.kind_code == "flight_evidence")
    typed = {"evidence-FPV-02": document.public_id, "page-FPV-02": "14", "evidence-FPV-03": document.public_id}
    keep_answer_fields(proposal=proposal, typed=typed, seen=dict.fromkeys(typed, ""), by=owner, now=clock.now())
    return document


def _name(proposal, owner, document, codes):
    typed = {f"evidence-{code}": document.public_id for code in codes}
    keep_answer_fields(proposal=proposal, typed=typed, seen=dict.fromkeys(typed, ""), by=owner, now=clock.now())


def test_frozen_version_names_document_and_page(proposal, owner, flights):
    proposal.refresh_from_db()

    answers = read_manifest(stage(proposal=proposal, by=owner, now=clock.database_now()))["answers"]

    assert {code: answer["evidence"] for code, answer in answers.items() if "evidence" in answer} == {
        "FPV-02": {"document": flights.public_id, "page": 14},
        "FPV-03": {"document": flights.public_id, "page": None},
    }


def test_answers_page_shows_what_is_linked(client_of, proposal, owner, flights):
    page = client_of(owner).get(reverse("proposal-answers", args=[proposal.public_id])).content.decode()

    assert f"<summary>Evidence: Flight evidence, {flights.name}</summary>" in page
    assert "<summary>Evidence: Flight evidence, no document chosen yet</summary>" in page
    assert f'<option value="{flights.public_id}" selected>{flights.name}</option>' in page
    assert 'name="page-FPV-02" value="14"' in page


def test_documents_page_leads_back_to_answers_that_could_name_one_and_name_none(client_of, proposal, owner, flights):
    """Only those that ask for a kind of which a document is here."""
    url, answers = (reverse(name, args=[proposal.public_id]) for name in ("proposal-documents", "proposal-answers"))

    before = client_of(owner).get(url).content.decode()
    asking = Requirement.objects.filter(tender=proposal.tender, evidence__startswith="document:").order_by("order")
    rest = [row.code for row in asking if row.code not in ("FPV-02", "FPV-03")]
    _name(proposal, owner, flights, rest[:-1])
    after = client_of(owner).get(url).content.decode()
    _name(proposal, owner, flights, rest[-1:])
    done = client_of(owner).get(url).content.decode()

    told = "answers can name a document that is here as their evidence, and name none yet."
    assert f'{len(rest)} {told} <a href="{answers}#id_evidence-{rest[0]}">' in before
    assert "1 answer can name a document that is here as its evidence, and names none yet." in after
    assert "as its evidence" not in done


def test_documents_page_says_nothing_of_evidence_before_a_document_of_that_kind_is_here(client_of, draft, owner, add):
    url = reverse("proposal-documents", args=[draft.public_id])

    before = client_of(owner).get(url).content.decode()
    add(file_of("xlsx"), "origin_table")
    after = client_of(owner).get(url).content.decode()

    asking = Requirement.objects.filter(tender=draft.tender, evidence="document:origin_table").count()
    assert ("as its evidence" in before, asking) == (False, 1)
    assert "1 answer can name a document that is here as its evidence, and names none yet." in after


def test_check_page_links_the_document(client_of, proposal, owner, flights):
    page = client_of(owner).get(reverse("proposal-check", args=[proposal.public_id])).content.decode()

    url = reverse("proposal-document", args=[proposal.public_id, flights.public_id])
    assert f'<a href="{url}">{flights.name}</a>, page or row 14</span>' in page
    assert f'<a href="{url}">{flights.name}</a></span>' in page


def test_removing_a_document_tells_which_answers_name_it(client_of, proposal, owner, flights):
    url = reverse("proposal-document-remove", args=[proposal.public_id, flights.public_id])

    page = client_of(owner).get(url).content.decode()

    told = "These answers name it as evidence and will name none: Range with payload; Endurance with payload."
    assert told in page


def test_what_was_removed_is_named_no_more(client_of, proposal, owner, flights):
    remove_document(document=flights, by=owner, now=clock.now())

    page = client_of(owner).get(reverse("proposal-check", args=[proposal.public_id])).content.decode()

    assert flights.name not in page


def test_form_without_a_script_links_too_and_says_what_cannot_be(client_of, proposal, owner, flights):
    url = reverse("proposal-answers", args=[proposal.public_id])
    form = {"revision": "0", "seen": "{}", "page-FPV-04": "row 9", "evidence-FPV-04": flights.public_id, "stay": "1"}

    response = client_of(owner).post(url, form)

    page = response.content.decode()
    assert response.status_code == 422
    assert "We got “row 9”. We need a whole number." in page
    assert 'name="page-FPV-04" value="row 9"' in page
    assert "<details open><summary>" in page


def test_stale_page_shows_which_evidence_somebody_chose(client_of, proposal, owner, flights):
    """Without a script: the page was loaded before the log was linked."""
    other = next(row for row in kept_documents(proposal) if row.pk != flights.pk)
    form = {"revision": "1", "seen": "{}", "evidence-FPV-02": other.public_id, "page-FPV-02": "3", "stay": "1"}

    response = client_of(owner).post(reverse("proposal-answers", args=[proposal.public_id]), form)

    page = response.content.decode()
    assert response.status_code == 409
    assert f"Somebody saved here meanwhile: {flights.name}; page or row 14" in page
    assert 'name="page-FPV-02" value="3"' in page
