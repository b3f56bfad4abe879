from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.identity.models import User
from coalition_portal.ledger.entries import commit
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from coalition_portal.post.models import OutgoingMail
from manufacturers import registration
from manufacturers.models import CompanyRole
from tenders.proposals import auto_submit, submission
from tenders.proposals.auto_submit import NotAskable
from tenders.proposals.models import Receipt, ReceiptKind, Wish
from tenders.proposals.queries import standing_of
from tenders.proposals.states import ProposalState
from tests.factories.companies import owner_of, person_of
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle

SECOND = timedelta(seconds=1)


@pytest.fixture
def bundle(cutoff):
    return staged_bundle(tender=cutoff.tender)


def _asked(bundle):
    bundle.proposal.refresh_from_db()
    proposal = bundle.proposal
    return proposal.auto_submit_id, proposal.auto_submit_by_id, proposal.auto_submit_at


def _ask(cutoff, bundle, offset):
    at = cutoff.at(offset)
    auto_submit.ask(bundle=bundle, by=bundle.staged_by)
    return at


def test_what_was_asked_for_is_received_at_the_closing_as_of_its_staging(cutoff, bundle):
    asked_at = _ask(cutoff, bundle, -5 * SECOND)
    assert _asked(bundle) == (bundle.pk, bundle.staged_by_id, asked_at)
    assert not standing_of(bundle.proposal).is_submitted

    [closing] = cutoff.close()

    receipt = Receipt.objects.get()
    assert (receipt.kind, receipt.bundle, receipt.received_at, receipt.by) == (
        ReceiptKind.AUTO,
        bundle,
        bundle.staged_at,
        bundle.staged_by,
    )
    bundle.proposal.refresh_from_db()
    assert bundle.proposal.state == ProposalState.SUBMITTED
    assert standing_of(bundle.proposal).is_submitted
    assert closing.commitment == commit(
        closing.salt, {"count": 1, "set": [[bundle.proposal.public_id, 1, bundle.sha256]]}
    )
    assert Entry.objects.filter(commitment=receipt.commitment).exists()
    mails = OutgoingMail.objects.filter(template="proposal_received")
    assert list(mails.values_list("to", flat=True)) == [bundle.staged_by.email]


def test_nothing_is_submitted_for_who_did_not_ask(cutoff, bundle):
    cutoff.close()

    assert Receipt.objects.count() == 0


@pytest.mark.parametrize(("offset", "count"), [(-MICROSECOND, 1), (0 * MICROSECOND, 0), (MICROSECOND, 0)])
def test_it_is_asked_for_before_the_deadline_and_not_at_it(cutoff, bundle, offset, count):
    cutoff.at(offset)

    if count:
        auto_submit.ask(bundle=bundle, by=bundle.staged_by)
    else:
        with pytest.raises(NotAskable, match="^The deadline has passed"):
            auto_submit.ask(bundle=bundle, by=bundle.staged_by)
    cutoff.close()

    assert Receipt.objects.count() == count


@pytest.mark.parametrize(("offset", "count"), [(-MICROSECOND, 0), (0 * MICROSECOND, 1), (MICROSECOND, 1)])
def test_it_is_taken_back_before_the_deadline_and_not_at_it(cutoff, bundle, offset, count):
    _ask(cutoff, bundle, -5 * SECOND)
    cutoff.at(offset)

    if count:
        with pytest.raises(NotAskable, match="^The deadline has passed"):
            auto_submit.take_back(proposal=bundle.proposal, by=bundle.staged_by)
    else:
        auto_submit.take_back(proposal=bundle.proposal, by=bundle.staged_by)
        assert _asked(bundle) == (None, None, None)
    cutoff.close()

    assert Receipt.objects.count() == count


def test_asking_and_taking_back_twice_has_one_effect(cutoff, bundle):
    asked_at = _ask(cutoff, bundle, -5 * SECOND)
    entries = Entry.objects.count()

    _ask(cutoff, bundle, -4 * SECOND)
    assert (_asked(bundle)[2], Entry.objects.count()) == (asked_at, entries)

    auto_submit.take_back(proposal=bundle.proposal, by=bundle.staged_by)
    auto_submit.take_back(proposal=bundle.proposal, by=bundle.staged_by)
    assert Entry.objects.count() == entries + 1


def test_each_wish_is_a_row_that_the_log_commits_to(cutoff, bundle):
    asked_at = _ask(cutoff, bundle, -5 * SECOND)
    taken_at = cutoff.at(-4 * SECOND)
    auto_submit.take_back(proposal=bundle.proposal, by=bundle.staged_by)

    wishes = list(Wish.objects.order_by("pk"))
    facts = {
        "act": "wish to submit when time runs out",
        "proposal": bundle.proposal.public_id,
        "version": 1,
        "bundle_sha256": bundle.sha256,
    }
    assert [(wish.bundle, wish.by, wish.is_asked, wish.given_at) for wish in wishes] == [
        (bundle, bundle.staged_by, True, asked_at),
        (bundle, bundle.staged_by, False, taken_at),
    ]
    for wish in wishes:
        opened = facts | {"is_asked": wish.is_asked, "given_at": wish.given_at}
        assert wish.commitment == commit(wish.salt, opened)
        assert Entry.objects.filter(commitment=wish.commitment).exists()


def test_who_pressed_the_button_after_all_gets_one_receipt(cutoff, bundle):
    _ask(cutoff, bundle, -5 * SECOND)
    receipt = cutoff.submit(bundle, -2 * SECOND).receipt

    cutoff.close()

    assert [(row.pk, row.kind) for row in Receipt.objects.all()] == [(receipt.pk, ReceiptKind.SUBMITTED)]


def test_newer_version_that_was_submitted_is_not_overtaken_by_the_older_one(cutoff, bundle):
    _ask(cutoff, bundle, -9 * SECOND)
    newer = staged_bundle(proposal=bundle.proposal, is_changed=True)
    cutoff.submit(newer, -2 * SECOND)

    cutoff.close()

    assert [row.bundle for row in Receipt.objects.all()] == [newer]


def test_newer_version_that_was_only_staged_leaves_the_one_that_was_asked_for(cutoff, bundle):
    _ask(cutoff, bundle, -9 * SECOND)
    staged_bundle(proposal=bundle.proposal, is_changed=True)

    cutoff.close()

    assert [row.bundle for row in Receipt.objects.all()] == [bundle]


def test_replacement_that_was_asked_for_counts_in_the_place_of_what_was_submitted(cutoff, bundle):
    cutoff.submit(bundle, -9 * SECOND)
    newer = staged_bundle(proposal=bundle.proposal, is_changed=True)
    _ask(cutoff, newer, -5 * SECOND)

    cutoff.close()

    assert standing_of(bundle.proposal).bundle == newer


def test_older_version_or_a_received_one_cannot_be_asked_for(cutoff, bundle):
    newer = staged_bundle(proposal=bundle.proposal, is_changed=True)
    with pytest.raises(NotAskable, match="^A newer version"):
        auto_submit.ask(bundle=bundle, by=bundle.staged_by)

    cutoff.submit(newer, -2 * SECOND)
    with pytest.raises(NotAskable, match="^This version has a receipt already"):
        auto_submit.ask(bundle=newer, by=bundle.staged_by)


def test_withdrawing_takes_it_back(cutoff, bundle):
    cutoff.submit(bundle, -9 * SECOND)
    newer = staged_bundle(proposal=bundle.proposal, is_changed=True)
    _ask(cutoff, newer, -5 * SECOND)
    cutoff.at(-SECOND)

    submission.withdraw(proposal=bundle.proposal, by=bundle.staged_by)
    cutoff.close()

    assert _asked(bundle) == (None, None, None)
    assert not standing_of(bundle.proposal).is_submitted


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (CompanyRole.VIEWER, False),
        (CompanyRole.EDITOR, False),
        (CompanyRole.SIGNATORY, True),
        (CompanyRole.OWNER, True),
        (None, False),
    ],
)
def test_signatories_ask_and_take_back(cutoff, bundle, role, may):
    company = bundle.proposal.company if role else staged_bundle(tender=cutoff.tender).proposal.company
    person = person_of(company, role) if role else owner_of(company)
    cutoff.at(-5 * SECOND)

    if may:
        auto_submit.ask(bundle=bundle, by=person)
        auto_submit.take_back(proposal=bundle.proposal, by=person)
        return
    with pytest.raises(Denied):
        auto_submit.ask(bundle=bundle, by=person)
    with pytest.raises(Denied):
        auto_submit.take_back(proposal=bundle.proposal, by=person)


@pytest.mark.parametrize("end", ["left", "lost the right", "switched off"])
def test_what_a_signatory_asked_for_stands_when_they_go(cutoff, bundle, end):
    """They bound the company while they could; its deadline is not lost with them, and a signatory may take it back."""
    company, now = bundle.proposal.company, clock.now()
    owner, signatory = owner_of(company), person_of(company, CompanyRole.SIGNATORY)
    cutoff.at(-5 * SECOND)
    auto_submit.ask(bundle=bundle, by=signatory)
    if end == "left":
        registration.remove_person(person=signatory.person, by=owner, now=now)
    elif end == "lost the right":
        registration.change_role(person=signatory.person, role=CompanyRole.VIEWER, by=owner, now=now)
    else:
        User.objects.filter(pk=signatory.pk).update(is_active=False)

    cutoff.close()

    receipt = Receipt.objects.get()
    assert (receipt.kind, receipt.bundle, receipt.by) == (ReceiptKind.AUTO, bundle, signatory)
    told = OutgoingMail.objects.filter(template="proposal_received")
    assert list(told.values_list("to", flat=True)) == [owner.email]


@pytest.mark.parametrize("is_asked", [True, False])
def test_who_waited_while_the_tender_closed_is_not_told_what_does_not_hold(cutoff, bundle, is_asked):
    """Arrived before the deadline, and behind the closing in the queue: the closing has carried out what held then."""
    if not is_asked:
        _ask(cutoff, bundle, -5 * SECOND)
    cutoff.close()
    cutoff.at(-MICROSECOND)

    with pytest.raises(NotAskable, match="^The deadline has passed"):
        if is_asked:
            auto_submit.ask(bundle=bundle, by=bundle.staged_by)
        else:
            auto_submit.take_back(proposal=bundle.proposal, by=bundle.staged_by)

    assert (Receipt.objects.count(), Wish.objects.count()) == ((0, 0) if is_asked else (1, 1))
