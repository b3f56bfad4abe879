"""Scanner and mail server are down from the first file to the closing: nobody loses the deadline by it."""

from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.post.models import OutgoingMail
from tenders.proposals import scanning
from tenders.proposals.models import Closing, Document, Receipt, ScanState
from tenders.proposals.sweeping import sweep
from tests.factories.proposals import staged_bundle
from tests.services.redis import free_port
from tests.tenders.proposals.pages import press_submit, url_of


@pytest.fixture
def nobody_answers(settings, monkeypatch):
    monkeypatch.setattr(scanning, "_down_until", 0.0)
    settings.PORTAL_CLAMD = f"127.0.0.1:{free_port()}"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()


def test_who_submits_while_scanner_and_mail_are_down_has_a_receipt_and_gets_the_mail_later(
    cutoff, open_tender, web_of, nobody_answers, settings, mailoutbox
):
    bundle = staged_bundle(tender=open_tender)
    assert set(Document.objects.values_list("scan", flat=True)) == {ScanState.UNSCANNED}

    answer = press_submit(web_of(bundle.proposal), bundle)
    cutoff.at(timedelta(seconds=10))
    swept = sweep(now=clock.now())

    assert answer.url == url_of("proposal-receipt", bundle.proposal, 1)
    assert (Receipt.objects.get().bundle, Closing.objects.count()) == (bundle, 1)
    mail = OutgoingMail.objects.get(template="proposal_received")
    assert (swept.mails, mail.sent_at, mail.last_error.split(":")[0]) == (0, None, "ConnectionRefusedError")

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    sweep(now=clock.now() + timedelta(minutes=1))
    assert [mail.to for mail in mailoutbox if mail.subject.startswith("Received")] == [[bundle.staged_by.email]]
