"""The receipt page: what was received, and what happens next."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.canonical import canonical_json
from coalition_portal.ledger.append import entry_of
from tenders.notices.models import Tender
from tenders.notices.states import TenderState
from tenders.proposals.models import (
    Receipt,
)
from tenders.proposals.receipts import receipt_document
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle
from tests.tenders.proposals.pages import press_submit, url_of

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def test_receipt_page_says_what_was_received(open_tender, web_of, cutoff):
    bundle = staged_bundle(tender=open_tender, name="Example Aero")
    browser = web_of(bundle.proposal)
    received_at = cutoff.at(-1234567 * MICROSECOND)

    page = browser.get(press_submit(browser, bundle).url).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    receipt = Receipt.objects.get()
    assert receipt.received_at == received_at
    assert "<title>SUBMITTED: receipt" in page
    assert received_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") in page
    assert "1 s before the deadline." in page
    assert " ".join(bundle.sha256[start : start + 8] for start in range(0, 64, 8)) in page
    assert f"Log entry <b>{entry_of(receipt.commitment).index}</b>" in page
    assert "Example Aero" in page
    for document in bundle.proposal.documents.all():
        assert " ".join(document.sha256[start : start + 8] for start in range(0, 64, 8)) in page


def test_receipt_says_what_happens_next_at_each_stage(cutoff, web_of, page_clock):
    proposal = cutoff.submitted()
    browser, path = web_of(proposal), url_of("proposal-receipt", proposal, 1)
    sealed, ended = "stays sealed until people of two countries open", "has ended without an opening"

    page_clock(cutoff.closes_at - SECOND)
    assert "stays sealed until the deadline has passed" in browser.get(path).content.decode()
    page_clock(cutoff.closes_at)
    waiting = browser.get(path).content.decode()
    cutoff.open()
    opened = browser.get(path).content.decode()
    ended_by = {"state": TenderState.CANCELLED, "cancelled_at": clock.now(), "cancel_reason": "No funds."}
    Tender.objects.filter(pk=cutoff.tender.pk).update(opened_at=None, **ended_by)
    cancelled = browser.get(path).content.decode()

    told = [
        (sealed in page, "the reviewers read the proposal" in page, ended in page)
        for page in (waiting, opened, cancelled)
    ]
    assert told == [(True, False, False), (False, True, False), (False, False, True)]


def test_receipt_of_what_was_submitted_when_time_ran_out_says_so(open_tender, web_of, cutoff):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    browser.post(url_of("proposal-auto-submit", bundle.proposal), {"asked": "yes"})
    cutoff.close()

    page = browser.get(url_of("proposal-receipt", bundle.proposal, 1)).content.decode()

    assert "Version 1 was submitted for you when time ran out, as your company had asked." in page
    assert f"<dt>Asked for by</dt><dd>{bundle.staged_by}, <time" in page
    assert "Submitted by" not in page


def test_receipt_comes_as_canonical_json(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    press_submit(browser, bundle)

    response = browser.get(url_of("proposal-receipt-json", bundle.proposal, 1))

    number, pid = open_tender.number, bundle.proposal.public_id
    assert response.content == canonical_json(receipt_document(Receipt.objects.get()))
    assert json.loads(response.content)["bundle_sha256"] == bundle.sha256
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == f'attachment; filename="receipt-{number}-{pid}-1.json"'


def test_receipt_that_does_not_exist_is_not_found(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)

    assert browser.get(url_of("proposal-receipt", bundle.proposal, 1)).status_code == 404
    assert browser.get(url_of("proposal-receipt-json", bundle.proposal, 7)).status_code == 404


def test_receipt_of_another_company_is_not_found(open_tender, web_of):
    mine, other = staged_bundle(tender=open_tender), staged_bundle(tender=open_tender)
    press_submit(web_of(other.proposal), other)

    assert web_of(mine.proposal).get(url_of("proposal-receipt", other.proposal, 1)).status_code == 404


def test_a_receipt_exists_and_is_listed_although_its_page_fails(open_tender, web_of, monkeypatch):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    browser.raise_request_exception = False

    def fail(_receipt):
        raise RuntimeError("the vault is down")

    monkeypatch.setattr("tenders.proposals.views.receipts.receipt_document", fail)
    url = press_submit(browser, bundle).url

    assert browser.get(url).status_code == 500
    assert url in browser.get(reverse("dashboard")).content.decode()
