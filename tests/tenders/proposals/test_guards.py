"""Direct writes past every verb: what the program would never do, the database refuses."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from coalition_portal.watch.models import Incident
from tenders.proposals.models import (
    Bundle,
    Closing,
    OpenedProposal,
    Opening,
    Provisional,
    ProvisionalDecision,
    Receipt,
    Refusal,
    Reinstatement,
    Wish,
    Withdrawal,
    WithdrawalNotice,
)
from tests.factories import people
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender

SECOND = timedelta(seconds=1)
APPEND_ONLY = [Bundle, Receipt, Refusal, Withdrawal, Provisional, Closing]


def _judged(cutoff, bundle, received_at, **changes):
    row = {
        "tender": cutoff.tender,
        "seq": 1,
        "closes_at": cutoff.closes_at,
        "received_at": received_at,
        "by": bundle.staged_by,
        "salt": "0" * 32,
        "commitment": "a" * 64,
        "proposal": bundle.proposal,
        "bundle": bundle,
    }
    return row | changes


def _is_refused(model, row):
    try:
        with transaction.atomic():
            model.objects.create(**row)
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize(
    ("offset", "receipt_refused", "refusal_refused"),
    [(-MICROSECOND, False, True), (0 * MICROSECOND, True, False), (MICROSECOND, True, False)],
)
def test_late_receipt_and_early_refusal_cannot_be_written(cutoff, offset, receipt_refused, refusal_refused):
    bundle = staged_bundle(tender=cutoff.tender)
    row = _judged(cutoff, bundle, cutoff.closes_at + offset)

    assert _is_refused(Receipt, row) == receipt_refused
    assert _is_refused(Refusal, row | {"act": "SUBMIT", "commitment": "b" * 64}) == refusal_refused


def test_receipt_with_a_deadline_of_its_own_invention_is_refused(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    received = cutoff.closes_at + SECOND

    assert _is_refused(Receipt, _judged(cutoff, bundle, received, closes_at=cutoff.closes_at + 60 * SECOND))
    assert _is_refused(Receipt, _judged(cutoff, bundle, received, seq=2, closes_at=cutoff.closes_at + 60 * SECOND))


def test_stamp_after_the_clock_or_over_a_minute_back_is_refused(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)

    assert _is_refused(Receipt, _judged(cutoff, bundle, cutoff.closes_at - 60 * SECOND))
    late = _judged(cutoff, bundle, cutoff.closes_at + 3600 * SECOND, act="SUBMIT")
    assert _is_refused(Refusal, late)


def test_receipt_after_the_closing_row_and_provisional_before_it_are_refused(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    row = _judged(cutoff, bundle, cutoff.closes_at - MICROSECOND)

    assert _is_refused(Provisional, row | {"act": "SUBMIT"})
    cutoff.close()
    assert _is_refused(Receipt, row)
    assert not _is_refused(Provisional, row | {"act": "SUBMIT"})


@pytest.mark.parametrize(("offset", "refused"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, True)])
def test_receipt_made_by_the_closing_is_stamped_with_its_staging(cutoff, offset, refused):
    bundle = staged_bundle(tender=cutoff.tender)
    row = _judged(cutoff, bundle, bundle.staged_at + offset, kind="AUTO")

    assert _is_refused(Receipt, row) == refused


def test_provisional_row_of_an_incident_needs_no_closing_but_some_clock_before_the_deadline(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    incident = Incident.objects.create(begun_at=cutoff.closes_at, noticed_by="test", kind="DATABASE")
    late, early = cutoff.closes_at, cutoff.closes_at - MICROSECOND
    row = _judged(cutoff, bundle, late, act="SUBMIT", incident=incident)

    assert _is_refused(Provisional, row)
    assert _is_refused(Provisional, row | {"witnessed_at": late})
    assert _is_refused(Provisional, row | {"incident": None, "witnessed_at": early})
    assert not _is_refused(Provisional, row | {"witnessed_at": early})


def test_receipt_for_another_companys_proposal_is_refused(cutoff):
    mine = staged_bundle(tender=cutoff.tender)
    other = staged_bundle(tender=cutoff.tender)

    assert _is_refused(Receipt, _judged(cutoff, mine, cutoff.closes_at - SECOND, proposal=other.proposal))


def _taken_back(cutoff, bundle, **changes):
    """A withdrawal of the version's receipt, or of what `changes` names in its place."""
    row = _judged(cutoff, bundle, cutoff.closes_at - SECOND, commitment="d" * 64) | {"receipt": None} | changes
    return {key: value for key, value in row.items() if key != "bundle"}


def test_withdrawal_of_what_another_company_submitted_is_refused(cutoff):
    mine, other = cutoff.submitted(), cutoff.submitted()
    receipt, elsewhere = Receipt.objects.get(proposal=other), published_tender(closes_at=cutoff.closes_at)
    row = _taken_back(cutoff, receipt.bundle, receipt=receipt)

    assert _is_refused(Withdrawal, row | {"proposal": mine})
    assert _is_refused(Withdrawal, row | {"tender": elsewhere})
    assert not _is_refused(Withdrawal, row)


def _decided(provisional, country, *, accepted=True):
    officer = people.officer(country)
    ProvisionalDecision.objects.create(
        provisional=provisional,
        accepted=accepted,
        reason="Seen.",
        by=officer,
        country_id=country,
        decided_at=provisional.received_at,
    )


def _left_to_people(cutoff, bundle, act="SUBMIT"):
    """A provisional row that needs no closing: a clock was in doubt."""
    incident = Incident.objects.create(begun_at=cutoff.closes_at, noticed_by="test", kind="DATABASE")
    early, commitment = cutoff.closes_at - MICROSECOND, f"{bundle.pk:064d}"
    row = _judged(cutoff, bundle, cutoff.closes_at, act=act, incident=incident, witnessed_at=early)
    Incident.objects.filter(pk=incident.pk).update(ended_at=cutoff.closes_at)
    return Provisional.objects.create(**row | {"commitment": commitment})


def test_reinstatement_without_two_words_for_it_is_refused(cutoff):
    mine, other = staged_bundle(tender=cutoff.tender), staged_bundle(tender=cutoff.tender)
    provisional = _left_to_people(cutoff, mine)
    row = {"provisional": provisional, "bundle": mine, "reinstated_at": cutoff.closes_at}

    assert _is_refused(Reinstatement, row)
    _decided(provisional, "LV")
    _decided(provisional, "GB", accepted=False)
    assert _is_refused(Reinstatement, row)
    _decided(provisional, "EE")
    assert _is_refused(Reinstatement, row | {"bundle": other})
    assert not _is_refused(Reinstatement, row)


def test_accepted_withdrawal_reinstates_nothing(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    provisional = _left_to_people(cutoff, bundle, act="WITHDRAW")
    _decided(provisional, "LV")
    _decided(provisional, "GB")

    row = {"provisional": provisional, "bundle": bundle, "reinstated_at": cutoff.closes_at}
    assert _is_refused(Reinstatement, row)


def test_withdrawal_of_what_was_reinstated_for_another_company_is_refused(cutoff):
    mine, other = staged_bundle(tender=cutoff.tender), staged_bundle(tender=cutoff.tender)
    provisional = _left_to_people(cutoff, other)
    _decided(provisional, "LV")
    _decided(provisional, "GB")
    reinstated = Reinstatement.objects.create(provisional=provisional, bundle=other, reinstated_at=cutoff.closes_at)

    assert _is_refused(Withdrawal, _taken_back(cutoff, mine, reinstatement=reinstated))
    assert not _is_refused(Withdrawal, _taken_back(cutoff, other, reinstatement=reinstated))


@pytest.mark.parametrize(("seq", "refused"), [(0, True), (1, False), (2, True)])
def test_notice_of_withdrawal_names_the_deadline_in_force(cutoff, seq, refused):
    proposal = cutoff.submitted()
    row = {
        "proposal": proposal,
        "seq": seq,
        "reason": "The line stands still.",
        "by": proposal.created_by,
        "given_at": cutoff.closes_at,
        "salt": "0" * 32,
        "commitment": "e" * 64,
    }

    assert _is_refused(WithdrawalNotice, row) is refused


def test_wish_for_another_companys_version_is_refused(cutoff):
    mine, other = staged_bundle(tender=cutoff.tender), staged_bundle(tender=cutoff.tender)
    row = {
        "proposal": mine.proposal,
        "bundle": mine,
        "is_asked": True,
        "by": mine.staged_by,
        "given_at": cutoff.closes_at,
        "salt": "0" * 32,
        "commitment": "f" * 64,
    }

    assert _is_refused(Wish, row | {"bundle": other})
    assert not _is_refused(Wish, row)


def test_proposal_is_opened_with_its_own_version_in_its_own_tender(cutoff):
    elsewhere = staged_bundle(tender=published_tender(closes_at=cutoff.closes_at))
    mine, other = staged_bundle(tender=cutoff.tender), staged_bundle(tender=cutoff.tender)
    opening = cutoff.open()
    row = {
        "public_id": mine.proposal.public_id,
        "opening": opening,
        "tender": cutoff.tender,
        "proposal": mine.proposal,
        "bundle": mine,
        "content": {},
    }

    assert _is_refused(OpenedProposal, row | {"bundle": other})
    assert _is_refused(OpenedProposal, row | {"tender": elsewhere.proposal.tender})
    assert _is_refused(OpenedProposal, row | {"proposal": elsewhere.proposal, "bundle": elsewhere})
    assert not _is_refused(OpenedProposal, row)


def test_closing_before_the_deadline_is_refused(cutoff):
    row = {"tender": cutoff.tender, "seq": 1, "closes_at": cutoff.closes_at, "salt": "0" * 32, "commitment": "c" * 64}

    assert _is_refused(Closing, row | {"closed_at": cutoff.closes_at - MICROSECOND})
    assert not _is_refused(Closing, row | {"closed_at": cutoff.closes_at})


@pytest.mark.parametrize("model", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_history_cannot_be_changed(cutoff, model, statement):
    proposal = cutoff.submitted()
    late, waiting = staged_bundle(tender=cutoff.tender), staged_bundle(tender=cutoff.tender)
    cutoff.submit(late, SECOND)
    from_receipt = Receipt.objects.get(proposal=proposal)
    Withdrawal.objects.create(
        receipt=from_receipt,
        **{
            key: value
            for key, value in _judged(
                cutoff, from_receipt.bundle, cutoff.closes_at - SECOND, commitment="d" * 64
            ).items()
            if key != "bundle"
        },
    )
    cutoff.close()
    cutoff.submit(waiting, -MICROSECOND)
    assert model.objects.exists()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table))


def test_opening_that_took_place_is_final(cutoff):
    cutoff.open()

    with pytest.raises(DatabaseError), transaction.atomic():
        Opening.objects.update(opened_at=cutoff.closes_at)
