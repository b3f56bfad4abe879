"""An empty draft filled from an earlier proposal: what is taken, what is left and why, and empty again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.permission import Denied
from manufacturers.models import CompanyRole
from tenders.notices.models import Requirement, Tender, WantedDocument
from tenders.notices.queries import deadline_in_force
from tenders.proposals import copying
from tenders.proposals.contents import chunks_of
from tenders.proposals.copying import NotCopyable, copy_from, empty_again, sources_for
from tenders.proposals.documents import add_document, kept_documents
from tenders.proposals.draft_texts import offer_texts
from tenders.proposals.drafting import kept_answers, save_answers
from tenders.proposals.models import Answer, Document, Proposal, ScanState
from tenders.proposals.offering import accept_declarations, save_offer_fields
from tests.factories import companies
from tests.factories.proposals import complete_proposal, draft_proposal, pdf_bytes
from tests.factories.tenders import extended_tender, published_tender

pytestmark = pytest.mark.django_db

MONTHS = 12


@pytest.fixture
def source(company):
    return complete_proposal(tender=published_tender(template_code="advanced_fpv"), company=company, model_name="Swift")


@pytest.fixture
def draft(source, company):
    tender = published_tender(template_code="advanced_fpv")
    return draft_proposal(tender=tender, company=company, model_name="Swift")


def _copy(draft, source, *, by=None, now=None):
    return copy_from(proposal=draft, source=source, by=by or companies.owner_of(draft.company), now=now or clock.now())


def _left(proposal):
    return [(row["what"], row["why"].replace("\N{NO-BREAK SPACE}", " ")) for row in proposal.copied["left"]]


def test_everything_that_fits_is_taken_and_nothing_is_signed(draft, source, owner):
    _copy(draft, source)

    draft = Proposal.objects.get(pk=draft.pk)
    assert draft.copied == {
        "source": f"{source.tender.number}, Swift",
        "revision": draft.revision,
        "answers": [f"FPV-{number:02}" for number in range(1, 19)],
        "offer": [
            "Price of one drone in the trial batch",
            "Price of one drone in production, for the largest quantity step",
            "Price of one drone when 500 are ordered",
            "Price of one drone when 1,500 are ordered",
            "Lead time of the trial batch",
            "Production capacity",
            "Validity",
            "Place of delivery",
            "Region of production",
            "Support at the trials",
            "VAT",
            "Partners and subcontractors",
        ],
        "documents": [document.name for document in kept_documents(source)],
        "left": [],
    }
    assert offer_texts(draft) == offer_texts(source)
    assert _claims(draft) == _claims(source)
    assert draft.declarations_accepted == []


def _claims(proposal):
    return {
        answer.requirement.code: (answer.number, answer.yes, answer.choice, answer.text)
        for answer in kept_answers(proposal)
    }


def test_documents_are_rows_of_their_own_for_the_same_content(draft, source, owner):
    Document.objects.filter(proposal=source).update(scan=ScanState.CLEAN, scanned_at=clock.now(), stripped=["author"])
    now = clock.now()

    _copy(draft, source, now=now)

    here, there = kept_documents(Proposal.objects.get(pk=draft.pk)), kept_documents(Proposal.objects.get(pk=source.pk))
    assert [(row.content_id, row.name, row.sha256, row.size_bytes, row.kind_code) for row in here] == [
        (row.content_id, row.name, row.sha256, row.size_bytes, row.kind_code) for row in there
    ]
    assert {(row.uploaded_by, row.uploaded_at, row.scan, tuple(row.stripped)) for row in here} == {
        (owner, now, ScanState.CLEAN, ("author",))
    }
    assert not {row.public_id for row in here} & {row.public_id for row in there}
    assert b"".join(chunks_of(here[0].content)).startswith(b"%PDF")


def test_evidence_leads_to_the_copy_of_its_document(draft, source, owner):
    [flights] = [row for row in kept_documents(source) if row.kind_code == "flight_evidence"]
    rows = Requirement.objects.filter(tender=source.tender, evidence="document:flight_evidence").order_by("order")
    asked = rows.first()
    fields = {f"evidence-{asked.code}": flights.public_id, f"page-{asked.code}": "4"}
    save_answers(proposal=source, answers=fields, revision=source.revision, by=owner, now=clock.now())

    _copy(draft, source)

    answer = Answer.objects.select_related("evidence").get(proposal=draft, requirement__code=asked.code)
    assert (answer.evidence.proposal_id, answer.evidence.sha256, answer.evidence_page) == (draft.pk, flights.sha256, 4)


def test_what_is_asked_otherwise_is_left_with_the_reason(draft, source, owner):
    here = Requirement.objects.filter(tender=draft.tender)
    here.filter(code="FPV-01").update(unit="lb")
    here.filter(code="FPV-09").update(answer_type="TEXT")
    here.filter(code="FPV-02").delete()
    here.filter(code="FPV-08").update(choices=[{"code": "other", "title_en": "Other", "title_uk": "Інше"}])

    copied = _copy(draft, source)

    told = dict(_left(copied))
    titles = {row.code: f"{row.code}, {row.title_en}" for row in here}
    assert told["FPV-02"] == "This tender has no such requirement, or you cannot see it."
    assert told[titles["FPV-01"]] == told[titles["FPV-09"]] == "It is asked here in another way or unit."
    assert "none of the choices" in told[titles["FPV-08"]]
    assert copied.answers.count() == 14


def test_a_number_that_is_too_fine_here_is_left_and_not_rounded(draft, source, owner):
    fine = Requirement.objects.filter(tender=source.tender, answer_type="NUMBER", decimals__gt=0).order_by("order")[0]
    save_answers(proposal=source, answers={fine.code: "7.5"}, revision=source.revision, by=owner, now=clock.now())
    Requirement.objects.filter(tender=draft.tender, code=fine.code).update(decimals=0)

    copied = _copy(draft, source)

    assert not copied.answers.filter(requirement__code=fine.code).exists()
    assert any(what.startswith(fine.code) and "whole number" in why for what, why in _left(copied))


def test_an_answer_that_is_evidence_alone_is_no_answer_yet(draft, source, owner):
    asked = Requirement.objects.filter(tender=source.tender, evidence="document:flight_evidence").order_by("order")[0]
    save_answers(
        proposal=source,
        answers={asked.code: "", f"page-{asked.code}": "4"},
        revision=source.revision,
        by=owner,
        now=clock.now(),
    )

    copied = _copy(draft, source)

    assert asked.code not in copied.copied["answers"]
    assert _left(copied) == []


def test_months_come_along_as_far_as_they_are_asked_here(draft, source, owner):
    first, *_rest, last = [name for name in offer_texts(source) if name.startswith("capacity-")]
    texts = {first: "0", last: "450"}
    save_offer_fields(proposal=source, texts=texts, revision=source.revision, by=owner, now=clock.now())
    later = deadline_in_force(draft.tender).closes_at + timedelta(days=40)
    extended_tender(draft.tender, later)

    copied = _copy(draft, source)

    assert copied.capacity_by_month == {last.removeprefix("capacity-"): 450}
    assert [what for what, _why in _left(copied)] == ["Capacity by month"]


def test_prices_never_go_into_another_currency(draft, source):
    Tender.objects.filter(pk=draft.tender_id).update(currency="GBP")

    copied = _copy(draft, source)

    assert (copied.prices, copied.step_prices) == ({}, {})
    assert _left(copied) == [
        ("Price of one drone in the trial batch", "It was in EUR; this tender wants GBP."),
        ("Price of one drone in production, for the largest quantity step", "It was in EUR; this tender wants GBP."),
        ("Price of one drone when 500 are ordered", "It was in EUR; this tender wants GBP."),
        ("Price of one drone when 1,500 are ordered", "It was in EUR; this tender wants GBP."),
    ]
    assert (copied.lead_time_days, copied.delivery_place) == (21, "Riga, Latvia")


def test_terms_and_steps_of_another_tender_are_left(draft, source, owner):
    save_offer_fields(
        proposal=source, texts={"prevailing_language": "uk"}, revision=source.revision, by=owner, now=clock.now()
    )
    price = draft.tender.price | {"delivery_term": "FCA", "quantity_steps": [20, 1500, 5000]}
    terms = draft.tender.terms | {"proposal_languages": ["en"]}
    Tender.objects.filter(pk=draft.tender_id).update(price=price, terms=terms)

    copied = _copy(draft, source)

    assert _left(copied) == [
        ("Price of one drone when 500 are ordered", "This tender asks for no price of that quantity."),
        ("Place of delivery", "It was for DAP; this tender wants FCA."),
        ("Prevailing language", "We got “uk”, which is none of the choices. Choose one of them."),
    ]
    assert (copied.step_prices, copied.delivery_place) == ({"1500": "4050.00"}, "")


def test_documents_are_held_to_this_tenders_limits(draft, source, owner):
    kinds = WantedDocument.objects.filter(tender=draft.tender)
    kinds.filter(code="flight_evidence").update(file_types=["mp4"])
    kinds.filter(code="production_plan").delete()
    [first, *_others] = kept_documents(source)
    Document.objects.filter(pk=first.pk).update(scan=ScanState.INFECTED)

    copied = _copy(draft, source)

    told = dict(_left(copied))
    assert told["technical_description.pdf"] == "A scan found it harmful."
    assert told["production_plan.pdf"].startswith("This tender does not ask for such a document.")
    assert "We want: MP4 video." in told["flight_evidence.pdf"]
    assert [row.kind_code for row in kept_documents(Proposal.objects.get(pk=draft.pk))] == ["origin_table"]


def test_a_file_too_many_is_left(draft, source):
    Tender.objects.filter(pk=draft.tender_id).update(files_max=3)

    copied = _copy(draft, source)

    assert [why for _what, why in _left(copied)] == [
        "A proposal has at most 3 files. Remove one, then choose this file again."
    ]
    assert len(copied.copied["documents"]) == 3


def test_answers_to_requirements_that_one_may_not_see_are_left(draft, source, monkeypatch):
    monkeypatch.setattr("manufacturers.queries.WORDING", 9_000)

    copied = _copy(draft, source)

    public = Requirement.objects.filter(tender=draft.tender, visibility="PUBLIC").order_by("order")
    hidden = Requirement.objects.filter(tender=draft.tender).exclude(visibility="PUBLIC").order_by("order")
    assert copied.copied["answers"] == [row.code for row in public]
    assert _left(copied) == [(row.code, "This tender has no such requirement, or you cannot see it.") for row in hidden]


# When


def test_a_draft_that_is_not_empty_keeps_what_is_there(draft, source, owner):
    save_answers(proposal=draft, answers={"FPV-01": "7"}, revision=draft.revision, by=owner, now=clock.now())

    with pytest.raises(NotCopyable, match="not empty any more"):
        _copy(draft, source)

    assert [answer.number for answer in kept_answers(draft)] == [Decimal(7)]


@pytest.mark.parametrize("what", ["offer", "declaration", "document"])
def test_anything_at_all_makes_a_draft_not_empty(draft, owner, what):
    facts = {"proposal": draft, "by": owner, "now": clock.now()}
    assert copying.is_empty(draft)

    if what == "offer":
        save_offer_fields(texts={"trial_support": "Two"}, revision=draft.revision, **facts)
    elif what == "declaration":
        accept_declarations(codes=["truth"], **facts)
    else:
        upload = ContentFile(pdf_bytes(), name="plan.pdf")
        add_document(kind_code="production_plan", upload=upload, **facts)

    assert not copying.is_empty(Proposal.objects.get(pk=draft.pk))


def test_another_kind_of_drone_or_another_company_is_no_source(draft, source, owner, company):
    other_kind = complete_proposal(tender=published_tender(template_code="interceptor"), company=company)
    foreign = complete_proposal(tender=draft.tender)

    for wrong in (other_kind, foreign, draft):
        with pytest.raises(NotCopyable, match="cannot be copied"):
            _copy(draft, wrong)
    assert list(sources_for(owner, draft.tender)) == [source]


def test_a_viewer_copies_nothing_and_nobody_after_the_deadline(draft, source, owner, company):
    viewer = companies.person_of(company, CompanyRole.VIEWER)
    closes_at = deadline_in_force(draft.tender).closes_at

    for by, now in ((viewer, clock.now()), (owner, closes_at)):
        with pytest.raises(Denied):
            _copy(draft, source, by=by, now=now)
    assert copying.is_empty(Proposal.objects.get(pk=draft.pk))


def test_the_latest_comes_first_and_the_same_model_before_it(draft, source, owner, company):
    other = complete_proposal(
        tender=published_tender(template_code="advanced_fpv"),
        company=company,
        model_name="Other",
        now=clock.now() + timedelta(seconds=5),
    )

    plain = copying.source_choices(owner, draft.tender)
    from_the_form = copying.source_choices(owner, draft.tender, first=copying.OF_THE_MODEL)
    in_the_draft = copying.source_choices(owner, draft.tender, besides=draft)

    assert [value for value, _label in plain] == [other.public_id, source.public_id]
    assert from_the_form == [("model", "What we last answered for this model"), *plain]
    assert [value for value, _label in in_the_draft] == [source.public_id, other.public_id]
    assert plain[1][1].startswith(f"{source.tender.number}, Swift, ")
    assert copying.chosen(owner, draft, "model") == source
    assert copying.chosen(owner, draft, other.public_id) == other
    assert copying.chosen(owner, draft, "nonsense") is None


def test_without_an_earlier_proposal_nothing_is_offered(owner, company):
    draft = draft_proposal(tender=published_tender(template_code="advanced_fpv"), company=company)

    assert copying.source_choices(owner, draft.tender, first=copying.OF_THE_MODEL) == []
    assert copying.chosen(owner, draft, "model") is None


# Empty again


def test_the_draft_is_empty_again(draft, source, owner):
    copied = _copy(draft, source)

    empty_again(proposal=copied, by=owner, now=clock.now())

    again = Proposal.objects.get(pk=draft.pk)
    assert copying.is_empty(again)
    assert (again.copied, again.revision) == (None, copied.revision + 1)
    assert len(kept_documents(Proposal.objects.get(pk=source.pk))) == 4
    assert b"".join(chunks_of(kept_documents(source)[0].content))
    assert not copying.is_empty(_copy(again, source))


def test_what_was_changed_since_is_not_emptied(draft, source, owner):
    copied = _copy(draft, source)
    changed = save_answers(
        proposal=copied, answers={"FPV-01": "7"}, revision=copied.revision, by=owner, now=clock.now()
    )

    with pytest.raises(NotCopyable, match="changed since it was filled"):
        empty_again(proposal=changed, by=owner, now=clock.now())

    assert changed.answers.count() == 18


def test_what_was_never_copied_is_not_emptied(source, owner):
    with pytest.raises(NotCopyable):
        empty_again(proposal=source, by=owner, now=clock.now())


# The pages


def test_an_empty_draft_offers_it_and_tells_what_came(client_of, draft, source, owner):
    web, page = client_of(owner), reverse("proposal", args=[draft.public_id])
    offered = web.get(page).content.decode()

    response = web.post(reverse("proposal-copy", args=[draft.public_id]), {"source": source.public_id}, follow=True)

    told = response.content.decode()
    assert "Begin from an earlier proposal" in offered
    assert response.redirect_chain == [(page, 302)]
    assert f"Copied from {source.tender.number}, Swift" in told
    assert "Never copied: a signatory signs them for this tender." in told
    assert "Empty the draft again" in told

    response = web.post(reverse("proposal-empty", args=[draft.public_id]), follow=True)
    told = response.content.decode()
    assert "The draft is empty again." in told
    assert "Begin from an earlier proposal" in told


def test_after_a_change_the_list_stays_and_the_button_goes(client_of, draft, source, owner):
    copied = _copy(draft, source)
    save_answers(proposal=copied, answers={"FPV-01": "7"}, revision=copied.revision, by=owner, now=clock.now())
    web = client_of(owner)

    told = web.get(reverse("proposal", args=[draft.public_id])).content.decode()
    refused = web.post(reverse("proposal-empty", args=[draft.public_id]), follow=True).content.decode()

    assert "What was copied and what was not" in told
    assert "The draft was changed since, so what was copied is taken back field by field." in told
    assert "Empty the draft again" not in told
    assert "it is not emptied at one stroke" in refused


def test_a_choice_that_leads_nowhere_says_so(client_of, draft, owner):
    response = client_of(owner).post(reverse("proposal-copy", args=[draft.public_id]), {"source": "x"}, follow=True)

    assert "There is nothing to copy from there." in response.content.decode()


def test_a_draft_begun_from_the_tenders_page_is_filled(client_of, source, owner):
    tender = published_tender(template_code="advanced_fpv")
    web = client_of(owner)
    assert "What we last answered for this model" in web.get(reverse("tender", args=[tender.number])).content.decode()

    response = web.post(reverse("proposal-start", args=[tender.number]), {"model_name": "swift", "source": "model"})

    draft = Proposal.objects.get(tender=tender)
    assert response.url == reverse("proposal", args=[draft.public_id])
    assert draft.answers.count() == 18


def test_a_new_model_begins_empty_and_says_why(client_of, source, owner):
    tender = published_tender(template_code="advanced_fpv")

    response = client_of(owner).post(
        reverse("proposal-start", args=[tender.number]), {"model_name": "New", "source": "model"}, follow=True
    )

    page = response.content.decode()
    assert "Your company answered nothing for “New” in another tender, so the draft is empty." in page
    assert Proposal.objects.get(tender=tender).answers.count() == 0


def test_a_draft_that_is_there_already_is_not_called_empty(client_of, source, owner):
    draft = complete_proposal(
        tender=published_tender(template_code="advanced_fpv"), company=source.company, model_name="New"
    )

    response = client_of(owner).post(
        reverse("proposal-start", args=[draft.tender.number]), {"model_name": "New", "source": "model"}, follow=True
    )

    assert "There is nothing to copy from there. The draft is as it was." in response.content.decode()


def test_a_viewer_is_told_why_nothing_is_copied(client_of, draft, source, company):
    web = client_of(companies.person_of(company, CompanyRole.VIEWER))

    response = web.post(reverse("proposal-copy", args=[draft.public_id]), {"source": source.public_id}, follow=True)

    assert "A viewer reads and does not write." in response.content.decode()
