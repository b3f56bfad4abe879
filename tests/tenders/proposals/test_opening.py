from datetime import timedelta

import pytest
from django.urls import reverse

from coalition_portal.ledger.entries import Event
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from coalition_portal.storage import vault_storage
from tenders.notices.models import Change, ChangeKind
from tenders.notices.states import TenderState
from tenders.proposals import opening, submission, vault
from tenders.proposals.closing import close_due
from tenders.proposals.models import Bundle, OpenedProposal, Opening, Receipt
from tenders.proposals.opening import NotReadyToOpen, confirm_opening, propose_opening
from tenders.proposals.provisional import decide
from tenders.proposals.states import ProposalState
from tests.factories import people
from tests.factories.cutoffs import MICROSECOND, opener_of_another_country
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import extended_tender

SECOND = timedelta(seconds=1)


def _propose(cutoff, fixed_now):
    return propose_opening(tender=cutoff.tender, by=cutoff.tender.second_approver, now=fixed_now)


def test_opening_opens_what_counts_and_nothing_else(cutoff):
    counting = cutoff.submitted(name="Counting Rotor")
    withdrawn = cutoff.submitted(name="Withdrawn Rotor")
    submission.withdraw(proposal=withdrawn, by=Receipt.objects.get(proposal=withdrawn).by)
    staged_bundle(tender=cutoff.tender, name="Draft Rotor")

    opened = cutoff.open()

    counting.refresh_from_db()
    rows = OpenedProposal.objects.values_list("public_id", "failure", "content__company__legal_name")
    assert list(rows) == [(counting.public_id, "", "Counting Rotor")]
    assert (counting.state, cutoff.tender.state) == (ProposalState.OPENED, TenderState.OPENED)
    assert cutoff.tender.opened_at == opened.opened_at
    assert Change.objects.filter(kind=ChangeKind.OPENED, tender=cutoff.tender).count() == 1


def test_opening_computes_the_evaluated_price_from_the_sealed_offer(cutoff):
    cutoff.submitted()

    cutoff.open()

    row = OpenedProposal.objects.get()
    prices = {code: float(amount) for code, amount in row.content["offer"]["prices"].items()}
    assert float(row.evaluated_price) == pytest.approx(
        0.2 * prices["trial_unit_price"] + 0.8 * prices["production_unit_price"]
    )


def test_nothing_opens_before_the_closing_row(cutoff, fixed_now):
    cutoff.at(timedelta(seconds=1))

    with pytest.raises(NotReadyToOpen):
        _propose(cutoff, fixed_now)


def test_nothing_opens_without_the_chairs_proposal(cutoff, fixed_now):
    cutoff.close()

    with pytest.raises(NotReadyToOpen):
        confirm_opening(tender=cutoff.tender, by=opener_of_another_country(cutoff.tender), now=fixed_now)


def test_nothing_opens_while_a_provisional_row_is_undecided(cutoff, fixed_now):
    bundle = staged_bundle(tender=cutoff.tender)
    cutoff.close()
    cutoff.submit(bundle, -MICROSECOND)

    with pytest.raises(NotReadyToOpen):
        _propose(cutoff, fixed_now)


def test_repeat_of_both_halves_changes_nothing(cutoff, fixed_now):
    cutoff.submitted()
    first = cutoff.open()

    again = confirm_opening(tender=cutoff.tender, by=first.confirmed_by, now=fixed_now)
    proposed_again = _propose(cutoff, fixed_now)

    assert (again.opened_at, proposed_again.opened_at) == (first.opened_at, first.opened_at)
    assert (Opening.objects.count(), OpenedProposal.objects.count()) == (1, 1)


def test_unreadable_submission_is_opened_with_its_failure_and_never_dropped(cutoff):
    cutoff.submitted()
    bundle = Bundle.objects.get()
    path = vault_storage().path(bundle.storage_key)
    with open(path, "wb") as file:
        file.write(b"{}")

    cutoff.open()

    row = OpenedProposal.objects.get()
    assert (row.content, row.evaluated_price) == (None, None)
    assert bundle.sha256 in row.failure


def test_who_proposes_and_who_confirms(cutoff, fixed_now):
    cutoff.close()
    chair = cutoff.tender.second_approver
    _propose(cutoff, fixed_now)
    home = opening.country_of(chair)
    kinds = {
        "chair": chair,
        "officer": cutoff.tender.officer,
        "opener of the chair's country": people.opener(home.code),
        "opener of another country": opener_of_another_country(cutoff.tender),
        "another chair": people.chair("NL"),
        "reviewer": people.reviewer("NL"),
        "head of delegation": people.head("NL"),
    }

    def may(verb, person):
        try:
            verb(tender=cutoff.tender, by=person, now=fixed_now)
        except Denied:
            return False
        return True

    proposing = {kind: may(propose_opening, person) for kind, person in kinds.items()}
    confirming = {kind: may(confirm_opening, person) for kind, person in kinds.items()}

    assert [kind for kind, allowed in proposing.items() if allowed] == ["chair"]
    assert [kind for kind, allowed in confirming.items() if allowed] == ["opener of another country"]


def test_vault_refuses_content_that_is_not_what_was_frozen(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    bundle.sha256 = "0" * 64

    with pytest.raises(vault.ContentMismatch):
        vault.read_manifest(bundle)


def test_what_two_people_reinstate_while_the_vault_is_read_is_opened_too(cutoff, fixed_now, monkeypatch):
    counting = cutoff.submitted(name="Counting Rotor")
    waiting = staged_bundle(tender=cutoff.tender, name="Waiting Rotor")
    cutoff.close()
    _propose(cutoff, fixed_now)
    row = cutoff.submit(waiting, -MICROSECOND).provisional
    cutoff.at(timedelta(seconds=10))
    countries, read = ["LV", "GB"], vault.read_manifest

    def read_slowly(bundle):
        while countries:
            decide(provisional=row, accepted=True, reason="Seen.", by=people.officer(countries.pop()), now=fixed_now)
        return read(bundle)

    monkeypatch.setattr(vault, "read_manifest", read_slowly)

    confirm_opening(tender=cutoff.tender, by=opener_of_another_country(cutoff.tender), now=fixed_now)

    opened = set(OpenedProposal.objects.values_list("public_id", flat=True))
    assert opened == {counting.public_id, waiting.proposal.public_id}


# What the chair proposed, and an extension after it


def _reopened(cutoff):
    """Extended in the place of the opening that the chair had proposed, and closed again with one proposal more."""
    extended_tender(cutoff.tender, cutoff.closes_at + 12 * SECOND)
    late = staged_bundle(tender=cutoff.tender, name="Late Rotor")
    cutoff.submit(late, 11 * SECOND)
    cutoff.at(14 * SECOND)
    close_due()


def test_what_the_chair_proposed_before_an_extension_opens_nothing(cutoff, fixed_now):
    cutoff.close()
    _propose(cutoff, fixed_now)
    _reopened(cutoff)

    with pytest.raises(NotReadyToOpen, match="^The chair has not proposed"):
        confirm_opening(tender=cutoff.tender, by=opener_of_another_country(cutoff.tender), now=fixed_now)

    assert OpenedProposal.objects.count() == 0


def test_the_chair_proposes_again_after_an_extension_and_the_log_says_so(cutoff, fixed_now):
    cutoff.close()
    before = _propose(cutoff, fixed_now)
    _reopened(cutoff)

    again = _propose(cutoff, fixed_now)
    confirm_opening(tender=cutoff.tender, by=opener_of_another_country(cutoff.tender), now=fixed_now)

    assert (again.pk, again.proposed_at) == (before.pk, cutoff.closes_at + 14 * SECOND)
    assert Entry.objects.filter(event=Event.PROPOSALS_OPENING_PROPOSED).count() == 2
    assert OpenedProposal.objects.get().content["company"]["legal_name"] == "Late Rotor"


def test_board_and_page_wait_for_the_chair_again_after_an_extension(cutoff, fixed_now, client_of):
    cutoff.close()
    _propose(cutoff, fixed_now)
    _reopened(cutoff)
    chair = client_of(cutoff.tender.second_approver)

    assert "Waits for the chair" in chair.get(reverse("admin:desk-openings")).text
    assert "Propose the opening" in chair.get(reverse("admin:desk-opening", args=[cutoff.tender.number])).text


@pytest.mark.parametrize("offer", [{}, {"prices": {"trial_unit_price": "many"}}, {"prices": None}])
def test_a_version_without_a_price_is_opened_with_its_failure_and_stops_no_other(cutoff, fixed_now, monkeypatch, offer):
    sound, damaged = cutoff.submitted(), cutoff.submitted()
    read = vault.read_manifest

    def read_damaged(bundle):
        content = read(bundle)
        return content | {"offer": offer} if bundle.proposal_id == damaged.pk else content

    monkeypatch.setattr(vault, "read_manifest", read_damaged)

    cutoff.open()

    rows = {row.proposal_id: row for row in OpenedProposal.objects.all()}
    assert (rows[sound.pk].failure, rows[damaged.pk].content) == ("", None)
    assert rows[damaged.pk].failure.startswith("No price can be computed")
