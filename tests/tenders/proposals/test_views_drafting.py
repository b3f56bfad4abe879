"""The pages on which a draft is begun and filled in."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coalition_portal import uploads
from manufacturers.models import CompanyRole
from tenders.notices.queries import deadline_in_force
from tenders.proposals.documents import kept_documents
from tenders.proposals.drafting import save_answers
from tenders.proposals.models import Answer, Document, Proposal
from tests.factories import companies, people
from tests.factories.proposals import complete_proposal, csv_bytes, draft_proposal, file_of, pdf_bytes
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.django_db


@pytest.fixture
def after_the_deadline(tender, monkeypatch):
    """The page's clock at the very instant of the deadline, which is late."""
    at = deadline_in_force(tender).closes_at
    monkeypatch.setattr("coalition_portal.middleware.clock.now", lambda: at)


def _url(name, proposal, *args):
    return reverse(name, args=[proposal.public_id, *args])


def _answers_form(draft, **answers):
    draft.refresh_from_db()
    return {"revision": draft.revision, "seen": "{}"} | answers


def _claims(draft):
    rows = Answer.objects.filter(proposal=draft).select_related("requirement")
    return {row.requirement.code: row.number for row in rows}


# Who sees anything


PAGES = ["proposal", "proposal-answers", "proposal-offer", "proposal-documents", "proposal-check", "proposal-withdraw"]


@pytest.mark.parametrize("name", PAGES)
def test_foreign_and_missing_proposals_look_the_same(client_of, draft, name, fixed_now, monkeypatch):
    monkeypatch.setattr("coalition_portal.middleware.clock.now", lambda: fixed_now)
    stranger = client_of(companies.owner_of(companies.company(undertaking=True)))

    foreign = stranger.get(_url(name, draft))
    missing = stranger.get(reverse(name, args=["a" * 26]))

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert _without_chance(foreign, draft.public_id) == _without_chance(missing, "a" * 26)


def _without_chance(response, public_id):
    """The page without its own address and without the token that is another one in every answer."""
    page = response.content.decode().replace(public_id, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.mark.parametrize("name", PAGES)
def test_staff_find_no_proposal(officer_client, draft, name):
    assert officer_client.get(_url(name, draft)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_visitors_are_sent_to_sign_in_and_come_back(client, draft, name):
    response = client.get(_url(name, draft))

    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={_url(name, draft)}")


@pytest.mark.parametrize("name", ["proposal-answers", "proposal-offer", "proposal-documents"])
def test_a_viewer_reads_everything_on_the_check_page(client_of, draft, name):
    viewer = client_of(companies.person_of(draft.company, CompanyRole.VIEWER))

    response = viewer.get(_url(name, draft))

    assert (response.status_code, response.url) == (302, _url("proposal-check", draft))
    assert viewer.get(response.url).status_code == 200


# Beginning


def test_start_leads_to_the_answers(client_of, tender):
    company = companies.company(undertaking=True)

    response = client_of(companies.owner_of(company)).post(
        reverse("proposal-start", args=[tender.number]), {"model_name": "Example 12"}
    )

    proposal = Proposal.objects.get(company=company)
    assert (response.status_code, response.url) == (302, _url("proposal-answers", proposal))


@pytest.mark.parametrize(("name", "sentence"), [("", "Type the name"), ("Example 7", "Type another model name")])
def test_refused_start_keeps_what_was_typed(client_of, tender, name, sentence):
    company = companies.company(undertaking=True)
    companies.drone_model(company, name="Example 7", kind="INTERCEPTOR")

    response = client_of(companies.owner_of(company)).post(
        reverse("proposal-start", args=[tender.number]), {"model_name": name}
    )

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert f'value="{name}"' in response.content.decode() or not name
    assert not Proposal.objects.filter(company=company).exists()


def test_start_of_a_tender_that_is_not_published_is_not_found(web):
    assert web.get(reverse("proposal-start", args=["IDC-2026-9999"])).status_code == 404


@pytest.mark.parametrize("name", ["dashboard", "proposal-start"])
def test_people_without_a_company_are_led_to_register_one(client_of, tender, name):
    url = reverse(name, args=[tender.number] if name == "proposal-start" else [])

    response = client_of(companies.verified_user()).get(url)

    assert (response.status_code, response.url) == (302, reverse("company-register"))


def test_staff_are_led_to_their_desk(officer_client):
    assert officer_client.get(reverse("dashboard")).url == reverse("admin:index")


# Task list


def test_task_list_says_what_is_missing_and_leads_on(web, draft):
    response = web.get(_url("proposal", draft))

    page = response.content.decode()
    assert "<title>NOT SUBMITTED: Advanced FPV drones: Example 10" in page
    assert "36 items are missing." in page
    assert "2 % complete: 1 of 37 items" in page
    assert f'href="{_url("proposal-answers", draft)}#fpv-01">18 answers: FPV\N{NON-BREAKING HYPHEN}01' in page
    assert f'<a class="button" href="{_url("proposal-answers", draft)}">Continue: Answers to requirements</a>' in page


def test_task_list_of_a_complete_draft_leads_to_the_check_page(client_of, tender):
    proposal = complete_proposal(tender=tender)

    page = client_of(companies.owner_of(proposal.company)).get(_url("proposal", proposal)).content.decode()

    assert "Nothing is missing. It counts only once it is submitted." in page
    assert f'<a class="button" href="{_url("proposal-check", proposal)}">Check and submit</a>' in page


def test_task_list_after_the_deadline_says_so_and_lets_read(web, draft, after_the_deadline):
    page = web.get(_url("proposal", draft)).content.decode()

    assert "The deadline has passed. The draft stays readable for ever" in page
    assert _url("proposal-answers", draft) not in page
    assert f'href="{_url("proposal-check", draft)}">Read the draft</a>' in page


# Answers


@pytest.mark.parametrize("template_code", ["advanced_fpv", "interceptor", "reconnaissance"])
def test_answers_stand_under_each_criterion_once(client_of, template_code):
    draft = draft_proposal(tender=published_tender(template_code=template_code))

    response = client_of(companies.owner_of(draft.company)).get(_url("proposal-answers", draft))

    titles = [title for title, _rows in response.context["groups"]]
    codes = [row.requirement.code for _title, rows in response.context["groups"] for row in rows]
    assert len(titles) == len(set(titles)) > 3
    assert sorted(codes) == [row.code for row in draft.tender.requirements.order_by("code")]


def test_answers_show_thresholds_with_units_and_conditions(web, draft):
    page = web.get(_url("proposal-answers", draft)).content.decode()

    assert "<h1><span data-answered>0</span> of 18 requirements are answered</h1>" in page
    assert "<b>at least 10\N{NO-BREAK SPACE}km</b>" in page
    assert "With an inert test mass of 5.0 kg" in page
    assert "Evidence: Flight evidence" in page
    assert 'data-operator="gte" data-threshold="10.0000"' in page
    assert 'data-accepted="swap both"' in page


def test_saved_answers_lead_to_the_offer_and_warn_of_must_haves(web, draft):
    response = web.post(
        _url("proposal-answers", draft), _answers_form(draft, **{"FPV-01": "6,5", "FPV-02": "9.4"}), follow=True
    )

    assert response.redirect_chain == [(_url("proposal-offer", draft), 302)]
    page = response.content.decode()
    assert "Your answers are saved." in page
    assert "These must-haves do not pass: Range with payload." in page
    assert _claims(draft) == {"FPV-01": Decimal("6.5"), "FPV-02": Decimal("9.4")}


def test_saved_answers_are_judged_on_the_same_page(web, draft):
    response = web.post(
        _url("proposal-answers", draft),
        _answers_form(draft, **{"FPV-01": "6.5", "FPV-02": "9.4", "FPV-03": "5", "stay": "1"}),
        follow=True,
    )

    page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert response.redirect_chain == [(_url("proposal-answers", draft), 302)]
    assert (
        'class="say good" data-verdict aria-live="polite">Passes. <span>You claim 6.5 kg; wanted: more than 5 kg.'
        in page
    )
    assert "Does not pass. <span>You claim 9.4 km; wanted: at least 10 km. Correct it if it is wrong." in page
    assert "Misses the threshold. <span>You claim 5 min; wanted: at least 15 min.</span>" in page


def test_one_unreadable_answer_costs_no_other_and_keeps_every_word(web, draft):
    response = web.post(
        _url("proposal-answers", draft), _answers_form(draft, **{"FPV-01": "6.5", "FPV-05": "about 1200"})
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert list(_claims(draft)) == ["FPV-01"]
    assert 'value="about 1200"' in page
    assert 'href="#id_FPV-05">Ceiling: We got “about 1200”. We need a whole number in m.' in page
    assert "All other answers are saved." in page
    assert 'name="revision" value="2"' in page


def test_stale_page_shows_both_values_and_keeps_every_word(web, draft, owner, fixed_now):
    colleague = companies.person_of(draft.company)
    form = _answers_form(draft, **{"FPV-01": "7", "FPV-05": "1300", "FPV-08": "both"})
    now = deadline_in_force(draft.tender).closes_at - timedelta(days=1)
    save_answers(proposal=draft, answers={"FPV-01": "6.5", "FPV-03": "20"}, revision=1, by=colleague, now=now)

    response = web.post(_url("proposal-answers", draft), form)

    page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert response.status_code == 409
    assert "Somebody saved other values while you were typing." in page
    assert "Somebody saved here meanwhile: 6.5 kg" in page
    assert '<a href="#id_FPV-01">Payload: 6.5 kg</a>' in page
    assert 'name="FPV-01" value="7"' in page
    assert 'name="FPV-05" value="1300"' in page
    assert 'name="FPV-03" value="20"' in page
    assert list(_claims(draft)) == ["FPV-01", "FPV-03"]

    seen = json.dumps({"FPV-01": "6.5", "FPV-03": "20"})
    again = {"FPV-01": "7", "FPV-03": "20", "FPV-05": "1300", "FPV-08": "both", "revision": 2, "seen": seen}
    assert web.post(_url("proposal-answers", draft), again).status_code == 302
    assert _claims(draft)["FPV-01"] == 7


@pytest.mark.parametrize(("revision", "seen"), [("", "no json"), ("x", "[]"), ("9" * 30, "{}"), ("-1", "null")])
def test_hidden_fields_that_were_tampered_with_lose_nothing(web, draft, revision, seen):
    response = web.post(_url("proposal-answers", draft), {"FPV-01": "6.5", "revision": revision, "seen": seen})

    assert response.status_code in (302, 409)
    assert Answer.objects.filter(proposal=draft).count() == (response.status_code == 302)


def test_answers_after_the_deadline_are_refused_and_keep_every_word(web, draft, after_the_deadline):
    response = web.post(_url("proposal-answers", draft), _answers_form(draft, **{"FPV-01": "6.5"}))

    page = response.content.decode()
    assert response.status_code == 403
    assert "The deadline has passed" in page
    assert 'name="FPV-01" value="6.5"' in page
    assert "Save and continue" not in page
    assert _claims(draft) == {}


def test_registered_requirements_are_hidden_before_the_undertaking(client_of, tender):
    draft = draft_proposal(tender=tender, company=companies.company())

    page = client_of(companies.owner_of(draft.company)).get(_url("proposal-answers", draft)).content.decode()

    assert "10 more requirements are shown under the confidentiality undertaking" in page
    assert "FPV-01" in page
    assert "FPV-02" not in page
    assert f"{reverse('undertaking')}?next={_url('proposal-answers', draft)}" in page


def test_page_that_shows_nothing_registered_leaks_no_threshold(client_of, tender):
    draft = draft_proposal(tender=tender, company=companies.company())
    web = client_of(companies.owner_of(draft.company))

    for name in ("proposal", "proposal-answers", "proposal-check"):
        page = web.get(_url(name, draft)).content.decode()
        assert "Range with payload" not in page
        assert "at least 10\N{NO-BREAK SPACE}km" not in page


# Offer


OFFER = {
    "price-trial_unit_price": "4380",
    "price-production_unit_price": "3590,50",
    "lead_time_days": "21",
    "monthly_capacity": "400",
    "production_region": "Example region",
    "partner-1-name": "Placeholder Rotors",
    "partner-1-country": "LV",
    "partner-1-part": "motors",
    "trial_support": "One\r\nTwo",
}


def test_saved_offer_and_declarations_lead_to_the_documents(web, draft):
    form = _answers_form(draft, **OFFER, declarations=["truth", "sanctions"])

    response = web.post(_url("proposal-offer", draft), form)

    draft.refresh_from_db()
    assert (response.status_code, response.url) == (302, _url("proposal-documents", draft))
    assert draft.prices == {"trial_unit_price": "4380.00", "production_unit_price": "3590.50"}
    assert draft.partners == [{"name": "Placeholder Rotors", "country": "LV", "part": "motors"}]
    assert (draft.trial_support, draft.declarations_accepted) == ("One\nTwo", ["sanctions", "truth"])


def test_offer_shows_what_the_prices_come_to(web, draft):
    response = web.post(_url("proposal-offer", draft), _answers_form(draft, **OFFER, stay="1"), follow=True)

    page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert response.redirect_chain == [(_url("proposal-offer", draft), 302)]
    assert "EUR 87,600" in page
    assert "EUR 3,748.40" in page
    assert "7.51 of 10" in page


def test_refused_offer_keeps_every_word_and_saves_the_rest(web, draft):
    form = OFFER | {"price-trial_unit_price": "4,380", "production_region": "Main street 5"}

    response = web.post(_url("proposal-offer", draft), _answers_form(draft, **form))

    page = response.content.decode()
    draft.refresh_from_db()
    assert response.status_code == 422
    assert 'value="4,380"' in page
    assert 'value="Main street 5"' in page
    assert "Everything else is saved." in page
    assert (draft.prices, draft.lead_time_days) == ({"production_unit_price": "3590.50"}, 21)


def test_stale_offer_shows_both_values(web, draft):
    web.post(_url("proposal-offer", draft), _answers_form(draft, **OFFER))
    seen = json.dumps({"lead_time_days": ""})

    response = web.post(_url("proposal-offer", draft), OFFER | {"lead_time_days": "25", "revision": 1, "seen": seen})

    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else saved here: 21" in page
    assert 'name="lead_time_days" value="25"' in page


def test_an_editor_sees_declarations_and_signs_none(client_of, draft):
    editor = client_of(companies.person_of(draft.company, CompanyRole.EDITOR))

    page = editor.get(_url("proposal-offer", draft)).content.decode()
    response = editor.post(_url("proposal-offer", draft), _answers_form(draft, **OFFER, declarations=["truth"]))

    draft.refresh_from_db()
    assert "A signatory of your company signs these:" in page
    assert 'name="declarations"' not in page
    assert (response.status_code, draft.declarations_accepted, draft.lead_time_days) == (302, [], 21)


def test_offer_with_an_unknown_declaration_is_refused(web, draft):
    response = web.post(_url("proposal-offer", draft), _answers_form(draft, **OFFER, declarations=["other"]))

    draft.refresh_from_db()
    assert (response.status_code, draft.declarations_accepted) == (422, [])


def test_offer_after_the_deadline_is_refused_and_keeps_every_word(web, draft, after_the_deadline):
    response = web.post(_url("proposal-offer", draft), _answers_form(draft, **OFFER))

    page = response.content.decode()
    assert response.status_code == 403
    assert "The deadline has passed" in page
    assert 'value="Example region"' in page


# Documents


def _upload(name="log.csv", content=None):
    return {"file": SimpleUploadedFile(name, csv_bytes() if content is None else content)}


def test_documents_page_tells_what_is_allowed_before(web, draft):
    page = web.get(_url("proposal-documents", draft)).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    assert "0 of 4 required documents are here" in page
    assert "PDF, CSV or Excel workbook (XLSX), up to 5 files, at most 50 MB" in page
    assert "At most 12 files and 500 MB in all. You use 0 files and 0 bytes." in page
    assert 'accept=".pdf,.csv,.xlsx"' in page


def test_uploaded_file_is_shown_with_its_digest(web, draft):
    response = web.post(_url("proposal-document-add", draft, "flight_evidence"), _upload(), follow=True)

    page = response.content.decode()
    [document] = kept_documents(draft)
    assert response.redirect_chain == [(f"{_url('proposal-documents', draft)}#kind-flight_evidence", 302)]
    assert "log.csv is received and checked." in page
    assert f'title="{document.sha256}"' in page


def test_name_that_was_changed_is_told(web, draft):
    response = web.post(
        _url("proposal-document-add", draft, "flight_evidence"), _upload(name="flights: first.csv"), follow=True
    )

    assert [document.name for document in kept_documents(draft)] == ["flights_ first.csv"]
    assert "Its name was changed" in response.content.decode()


def test_refused_file_stands_on_the_page_with_its_reason(web, draft):
    response = web.post(
        _url("proposal-document-add", draft, "production_plan"), _upload(name="plan.docx", content=b"PK")
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "We got a Word document. We want: PDF. Save it as PDF and choose it again." in page
    assert 'href="#file-production_plan">plan.docx: ' in page
    assert not Document.objects.exists()


def test_file_that_is_too_large_is_refused_in_plain_words(monkeypatch, web, draft):
    monkeypatch.setattr(uploads, "upload_bytes_max", lambda: 10)

    response = web.post(_url("proposal-document-add", draft, "flight_evidence"), _upload())

    assert response.status_code == 422
    assert "We got a file of more than 300\N{NO-BREAK SPACE}MB." in response.content.decode()


def _full_disk(**_options):
    return open("/dev/full", "w+b")


def test_file_for_which_the_disk_has_no_room_is_refused_in_plain_words(monkeypatch, web, draft):
    monkeypatch.setattr(uploads.tempfile, "TemporaryFile", _full_disk)

    response = web.post(_url("proposal-document-add", draft, "flight_evidence"), _upload())

    assert response.status_code == 422
    assert "The portal’s store has no room for this file right now. Nothing" in response.content.decode()


def test_form_without_a_file_says_what_to_do(web, draft):
    response = web.post(_url("proposal-document-add", draft, "flight_evidence"), {})

    assert response.status_code == 422
    assert "No file was chosen." in response.content.decode()


def test_kind_that_the_tender_does_not_ask_for_is_not_found(web, draft):
    assert web.post(_url("proposal-document-add", draft, "register_extract"), _upload()).status_code == 404


def test_file_after_the_deadline_is_refused(web, draft, after_the_deadline):
    response = web.post(_url("proposal-document-add", draft, "flight_evidence"), _upload())

    assert response.status_code == 403
    assert "The deadline has passed" in response.content.decode()


def test_remove_asks_first(web, draft):
    web.post(_url("proposal-document-add", draft, "flight_evidence"), _upload())
    [document] = kept_documents(draft)
    url = _url("proposal-document-remove", draft, document.public_id)

    asked = web.get(url)
    draft = Proposal.objects.get(pk=draft.pk)
    assert ("Remove log.csv?" in asked.content.decode(), len(kept_documents(draft))) == (True, 1)

    response = web.post(url)
    draft = Proposal.objects.get(pk=draft.pk)
    assert (response.url, kept_documents(draft)) == (_url("proposal-documents", draft), [])
    assert web.post(url).status_code == 404


def test_download_is_an_inert_attachment_under_its_own_name(web, draft):
    name, content = "Технічний опис №1.pdf", pdf_bytes()
    web.post(_url("proposal-document-add", draft, "technical_description"), _upload(name=name, content=content))
    [document] = kept_documents(draft)

    response = web.get(_url("proposal-document", draft, document.public_id))

    assert b"".join(response.streaming_content) == content
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%D0%A2%D0%B5%D1%85%D0%BD%D1%96%D1%87%D0%BD%D0%B8%D0%B9%20"
        "%D0%BE%D0%BF%D0%B8%D1%81%20%E2%84%961.pdf"
    )
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(content))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "no-store, private"


def test_document_of_another_proposal_is_not_found(web, draft, client_of):
    web.post(_url("proposal-document-add", draft, "flight_evidence"), _upload())
    [document] = kept_documents(draft)
    other = draft_proposal(tender=draft.tender)
    stranger = client_of(companies.owner_of(other.company))

    assert stranger.get(_url("proposal-document", draft, document.public_id)).status_code == 404
    assert stranger.get(_url("proposal-document", other, document.public_id)).status_code == 404
    assert stranger.post(_url("proposal-document-remove", other, document.public_id)).status_code == 404


def test_continue_from_the_documents_freezes_what_is_complete(client_of, tender):
    proposal = complete_proposal(tender=tender)
    web = client_of(companies.owner_of(proposal.company))

    response = web.post(_url("proposal-documents", proposal))

    assert (response.url, proposal.bundles.count()) == (_url("proposal-submit", proposal), 1)


def test_continue_from_the_documents_freezes_nothing_incomplete(web, draft):
    response = web.post(_url("proposal-documents", draft))

    assert (response.url, draft.bundles.count()) == (_url("proposal-check", draft), 0)


def test_a_viewer_adds_nothing(client_of, draft):
    viewer = client_of(companies.person_of(draft.company, CompanyRole.VIEWER))

    response = viewer.post(_url("proposal-document-add", draft, "flight_evidence"), _upload())

    assert (response.status_code, Document.objects.count()) == (403, 0)
    assert viewer.post(_url("proposal-documents", draft)).url == _url("proposal-check", draft)


def test_people_factory_is_no_company_member(client_of, draft):
    assert client_of(people.person()).get(_url("proposal", draft)).status_code == 404


# Weight and queries


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("proposal", 21),
        ("proposal-answers", 16),
        ("proposal-offer", 14),
        ("proposal-documents", 15),
        ("proposal-check", 15),
    ],
)
def test_queries_of_a_page_are_known(web, draft, django_assert_num_queries, name, queries):
    web.get(_url(name, draft))

    with django_assert_num_queries(queries):
        web.get(_url(name, draft))


def test_upload_costs_a_known_number_of_queries(web, draft, django_assert_num_queries):
    upload = {"file": SimpleUploadedFile("log.pdf", file_of("pdf").read())}

    with django_assert_num_queries(35):
        web.post(_url("proposal-document-add", draft, "flight_evidence"), upload)
