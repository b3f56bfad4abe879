"""What the mails about an act say: what became of it, and where it is read."""

from datetime import timedelta

import pytest

from coalition_portal.ledger.append import entry_of
from coalition_portal.post.delivery import render
from coalition_portal.post.models import OutgoingMail
from coalition_portal.watch import clock_guard
from coalition_portal.watch.models import Incident
from manufacturers.models import CompanyRole
from tenders.proposals import auto_submit, submission
from tenders.proposals.models import Receipt
from tenders.proposals.provisional import decide
from tests.factories import companies, people
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import extended_tender

SECOND = timedelta(seconds=1)


def _mails(template):
    return [render(mail) for mail in OutgoingMail.objects.filter(template=template).order_by("pk")]


def _told(template):
    """Subject and body of the newest mail of this kind."""
    return _mails(template)[-1]


def _withdraw(cutoff, proposal, offset):
    cutoff.at(offset)
    return submission.withdraw(proposal=proposal, by=companies.owner_of(proposal.company))


def _decided(row, cutoff, *, accepted):
    for country in ("LV", "GB"):
        decide(
            provisional=row,
            accepted=accepted,
            reason="The record shows it.",
            by=people.officer(country),
            now=cutoff.closes_at,
        )


def _doubtful_submit(cutoff, bundle=None):
    bundle = bundle or staged_bundle(tender=cutoff.tender)
    cutoff.close()
    return cutoff.submit(bundle, -MICROSECOND).provisional


# Received


def test_a_first_version_was_received(cutoff):
    cutoff.submitted()

    subject, body = _told("proposal_received")
    assert subject == f"Received: your proposal, version 1, for {cutoff.tender.number}"
    assert "was received on " in body
    assert "Until the deadline you can replace it or withdraw it." in body
    assert "replaces" not in body


def test_the_mail_holds_what_the_receipt_proves(cutoff):
    cutoff.submitted()

    receipt = Receipt.objects.get()
    assert _told("proposal_received")[1].split("/receipt/1/\n")[1].split("--")[0] == (
        f"\nReceived: {receipt.received_at:%Y-%m-%dT%H:%M:%S.%fZ}\n"
        f"Digest of the version (SHA-256): {receipt.bundle.sha256}\n"
        f"Entry in the log: {entry_of(receipt.commitment).index}\n\n"
    )


def test_a_second_version_replaces_the_first(cutoff):
    proposal = cutoff.submitted()
    cutoff.submit(staged_bundle(proposal=proposal, is_changed=True), -2 * SECOND)

    assert "and replaces version 1." in _told("proposal_received")[1]


def test_a_version_after_a_withdrawal_replaces_nothing(cutoff):
    proposal = cutoff.submitted()
    _withdraw(cutoff, proposal, -3 * SECOND)
    cutoff.submit(staged_bundle(proposal=proposal, is_changed=True), -2 * SECOND)

    assert "replaces" not in _told("proposal_received")[1]


def test_who_asked_for_it_is_told_that_it_was_submitted_when_time_ran_out(cutoff):
    cutoff.at(-4 * SECOND)
    bundle = staged_bundle(tender=cutoff.tender)
    auto_submit.ask(bundle=bundle, by=bundle.staged_by)
    cutoff.close()

    subject, body = _told("proposal_received")
    assert subject == f"SUBMITTED when time ran out: your proposal, version 1, for {cutoff.tender.number}"
    assert "as a signatory of your company had asked" in body
    assert "Until the deadline" not in body


# Too late


@pytest.mark.parametrize("offset", [0 * SECOND, MICROSECOND])
def test_a_late_attempt_is_told_once_to_every_signatory(cutoff, offset):
    bundle = staged_bundle(tender=cutoff.tender)
    signatory = companies.person_of(bundle.proposal.company, CompanyRole.SIGNATORY)
    companies.person_of(bundle.proposal.company, CompanyRole.EDITOR)
    cutoff.submit(bundle, offset)
    cutoff.submit(bundle, offset + SECOND)

    told = OutgoingMail.objects.filter(template="proposal_late").values_list("to", flat=True)
    subject, body = _told("proposal_late")
    assert sorted(told) == sorted([bundle.staged_by.email, signatory.email])
    assert subject == f"NOT SUBMITTED, too late: version 1 for {cutoff.tender.number}"
    assert "Nothing of this proposal is submitted." in body
    assert f"/proposals/{bundle.proposal.public_id}/late/1/submit/" in body


def test_a_late_replacement_is_told_that_the_first_version_counts(cutoff):
    proposal = cutoff.submitted()
    cutoff.submit(staged_bundle(proposal=proposal, is_changed=True), SECOND)

    assert "Version 1, which was received in time, still counts." in _told("proposal_late")[1]


def test_a_late_withdrawal_is_told_so(cutoff):
    proposal = cutoff.submitted()
    _withdraw(cutoff, proposal, SECOND)

    subject, body = _told("proposal_late")
    assert subject == f"NOT WITHDRAWN, too late: your proposal for {cutoff.tender.number}"
    assert "Version 1, which was received in time, still counts." in body
    assert f"/proposals/{proposal.public_id}/late/1/withdraw/" in body


# Left to two people


def test_the_company_and_the_two_who_decide_are_told_of_what_is_undecided(cutoff):
    other = staged_bundle(tender=cutoff.tender)
    row = _doubtful_submit(cutoff)
    _doubtful_submit(cutoff, other)

    subject, body = _mails("proposal_undecided")[0]
    deciding = OutgoingMail.objects.filter(template="provisional_waits")
    assert subject == f"To be decided: your request to submit version 1 for {cutoff.tender.number}"
    assert f"/proposals/{row.proposal.public_id}/provisional/1/submit/" in body
    assert sorted(mail.to for mail in deciding) == sorted(
        [cutoff.tender.officer.email, cutoff.tender.second_approver.email]
    )
    for told in deciding:
        assert row.proposal.company.legal_name not in "".join(render(told))
        assert row.proposal.public_id not in str(told.context) + told.key
        assert f"/admin/opening/{cutoff.tender.number}/" in render(told)[1]


def test_a_request_of_an_incident_is_told_too(cutoff, monkeypatch):
    bundle = staged_bundle(tender=cutoff.tender)
    Incident.objects.create(begun_at=cutoff.closes_at, noticed_by="test", kind="DATABASE")
    monkeypatch.setattr(clock_guard, "witness", lambda: cutoff.closes_at - SECOND)
    cutoff.submit(bundle, SECOND)

    assert "or a clock of ours was in doubt" in _told("proposal_undecided")[1]


@pytest.mark.parametrize(
    ("accepted", "subject", "counts"),
    [
        (True, "Accepted: your request to submit version 1 for ", "SUBMITTED: version 1 of your proposal counts."),
        (
            False,
            "Not accepted: your request to submit version 1 for ",
            "NOT SUBMITTED: nothing of this proposal counts.",
        ),
    ],
)
def test_the_company_is_told_what_was_decided_on_a_submission(cutoff, accepted, subject, counts):
    row = _doubtful_submit(cutoff)
    _decided(row, cutoff, accepted=accepted)

    [mail] = _mails("proposal_decided")
    assert mail[0] == subject + cutoff.tender.number
    assert counts in mail[1]
    assert "The record shows it." not in mail[1]


@pytest.mark.parametrize(
    ("accepted", "subject", "counts"),
    [
        (True, "Accepted: your request to withdraw ", "WITHDRAWN: nothing of this proposal counts."),
        (False, "Not accepted: your request to withdraw ", "SUBMITTED: version 1 of your proposal counts."),
    ],
)
def test_the_company_is_told_what_was_decided_on_a_withdrawal(cutoff, accepted, subject, counts):
    proposal = cutoff.submitted()
    cutoff.close()
    row = _withdraw(cutoff, proposal, -MICROSECOND).provisional
    _decided(row, cutoff, accepted=accepted)

    told = _told("proposal_decided")
    assert told[0] == f"{subject}your proposal for {cutoff.tender.number}"
    assert counts in told[1]


def test_what_came_later_is_what_the_mail_calls_counting(cutoff):
    row = _doubtful_submit(cutoff)
    cutoff.at(10 * SECOND)
    extended_tender(cutoff.tender, cutoff.closes_at + 3600 * SECOND)
    newer = staged_bundle(proposal=row.proposal, is_changed=True)
    submission.submit(bundle=newer, sha256=newer.sha256, by=newer.staged_by)
    _decided(row, cutoff, accepted=True)

    assert "SUBMITTED: version 2 of your proposal counts." in _told("proposal_decided")[1]


# No secrets


def test_no_mail_about_an_act_names_the_company_or_the_model(cutoff):
    proposal, other = cutoff.submitted(name="Example Rotor"), staged_bundle(tender=cutoff.tender, name="Example Aero")
    cutoff.submit(staged_bundle(proposal=proposal, is_changed=True), SECOND)
    _withdraw(cutoff, proposal, 2 * SECOND)
    _decided(_doubtful_submit(cutoff, other), cutoff, accepted=True)

    letters = "".join(subject + body for mail in OutgoingMail.objects.all() for subject, body in [render(mail)])
    for kind in ("proposal_received", "proposal_late", "proposal_undecided", "provisional_waits", "proposal_decided"):
        assert OutgoingMail.objects.filter(template=kind).exists()
    for secret in ("Example Rotor", "Example Aero", proposal.drone_model.name):
        assert secret not in letters
