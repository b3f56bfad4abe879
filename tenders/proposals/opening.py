"""The chair proposes, an opener of another country confirms, and then all proposals of the tender are open at once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal import clock, locks
from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from tenders.notices import price
from tenders.notices.changes import record_change
from tenders.notices.models import ChangeKind, Tender
from tenders.notices.states import TENDER
from tenders.proposals import telling, vault
from tenders.proposals.models import Bundle, OpenedProposal, Opening, Proposal
from tenders.proposals.permissions import check_can_confirm_opening, check_can_propose_opening
from tenders.proposals.queries import counting_bundles, is_closed, opening_in_force, undecided_provisionals
from tenders.proposals.states import PROPOSAL, ProposalState
from tenders.proposals.withdrawal_notice import notices_of_opened

FAILURE_MAX = 300


class NotReadyToOpen(Refused):
    """The tender cannot be opened yet; the sentence says what is missing."""


@dataclass(frozen=True)
class Read:
    """A version that counts, and what the vault held: its content and price, or why there is none."""

    bundle: Bundle
    content: dict | None = None
    price: Decimal | None = None
    failure: str = ""


def propose_opening(*, tender: Tender, by: User, now: datetime) -> Opening:
    """The chair's half. A repeat returns the opening that is proposed already.

    An extension takes back what was proposed before it: then the chair proposes again, for the set that is final now.
    """
    with transaction.atomic(durable=True):
        tender = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        check_can_propose_opening(by, tender)
        if known := opening_in_force(tender):
            return known
        _check_ready(tender)
        proposed = {"proposed_by": by, "proposed_country": country_of(by), "proposed_at": clock.database_now()}
        opening, _is_new = Opening.objects.update_or_create(tender=tender, defaults=proposed)
        append(event=Event.PROPOSALS_OPENING_PROPOSED, subject=tender.number, facts={}, at=opening.proposed_at)
        return opening


def confirm_opening(*, tender: Tender, by: User, now: datetime) -> Opening:
    """The second country's half: reads every submission from the vault and opens all in one transaction.

    A submission that cannot be read is opened with its failure; it is never dropped. Raises NotReadyToOpen where
    nothing is proposed, the tender is not closed or a provisional row is undecided.
    """
    check_can_confirm_opening(by, tender)
    while (opening := _confirm(tender, _read_all(tender), by)) is None:
        # A decision was made or the tender closed while the vault was read. Behind both, nothing moves the set.
        pass
    return opening


def _confirm(tender: Tender, contents: list[Read], by: User) -> Opening | None:
    """None where `contents` are no longer the set that counts."""
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_exclusive(tender.pk)
        tender = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        check_can_confirm_opening(by, tender)
        opening = opening_in_force(tender)
        if opening is None:
            raise NotReadyToOpen(_("The chair has not proposed to open this tender. Ask the chair to do so first."))
        if opening.opened_at is not None:
            return opening
        _check_ready(tender)
        if [bundle.pk for bundle in counting_bundles(tender)] != [read.bundle.pk for read in contents]:
            return None
        return _open(opening, tender, contents, by)


def _check_ready(tender: Tender) -> None:
    if not is_closed(tender):
        raise NotReadyToOpen(
            _("The tender is not closed yet. It can be opened once the deadline and the settling are over.")
        )
    if undecided_provisionals(tender).exists():
        raise NotReadyToOpen(
            _("A submission that arrived while the tender closed is undecided. Two officers decide it first.")
        )


def _read_all(tender: Tender) -> list[Read]:
    """The set that counts with its contents, read before the transaction: the vault takes its time."""
    return [_read(bundle, tender) for bundle in counting_bundles(tender)]


def _read(bundle: Bundle, tender: Tender) -> Read:
    try:
        content = vault.read_manifest(bundle)
    except (OSError, ValueError, vault.ContentMismatch) as error:
        return Read(bundle, failure=str(error)[:FAILURE_MAX])
    try:
        return Read(bundle, content=content, price=_evaluated_price(tender, content))
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        return Read(bundle, failure=f"No price can be computed: {error!r}"[:FAILURE_MAX])


def _open(opening: Opening, tender: Tender, contents: list[Read], by: User) -> Opening:
    opening.confirmed_by = by
    opening.confirmed_country = country_of(by)
    opening.opened_at = clock.database_now()
    opening.save()
    rows = [_opened(opening, tender, read) for read in contents]
    OpenedProposal.objects.bulk_create(rows)
    opened_state = PROPOSAL.check(ProposalState.SUBMITTED, "open")
    Proposal.objects.filter(pk__in=[row.proposal_id for row in rows]).update(state=opened_state)
    tender.state = TENDER.check(tender.state, "open")
    tender.opened_at = tender.updated_at = opening.opened_at
    tender.version += 1
    tender.save(update_fields=["state", "opened_at", "updated_at", "version"])
    record_change(kind=ChangeKind.OPENED, tender=tender, at=opening.opened_at)
    telling.tell_withdrawal_notices(tender, notices_of_opened(tender), now=opening.opened_at)
    append(
        event=Event.PROPOSALS_TENDER_OPENED,
        subject=tender.number,
        facts={"opened": len(rows), "set": sorted(read.bundle.sha256 for read in contents)},
        at=opening.opened_at,
    )
    return opening


def _opened(opening: Opening, tender: Tender, read: Read) -> OpenedProposal:
    return OpenedProposal(
        public_id=read.bundle.proposal.public_id,
        opening=opening,
        tender=tender,
        proposal=read.bundle.proposal,
        bundle=read.bundle,
        content=read.content,
        failure=read.failure,
        evaluated_price=read.price,
    )


def _evaluated_price(tender: Tender, content: dict) -> Decimal:
    prices = {code: Decimal(amount) for code, amount in content["offer"]["prices"].items()}
    return price.evaluated_price(prices, tender.trial_share_percent, tender.production_share_percent)
