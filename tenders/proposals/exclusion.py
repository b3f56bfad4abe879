"""Excluding an opened proposal: proposed with a reason, confirmed by a second person of another country."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import are_of_two_countries, country_of
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from tenders.notices.models import Tender
from tenders.notices.states import TenderState
from tenders.proposals.models import Exclusion, OpenedProposal, Proposal
from tenders.proposals.permissions import check_can_exclude
from tenders.proposals.states import PROPOSAL


class NotExcludable(Refused):
    """The exclusion cannot be proposed or confirmed; the sentence says why."""


def propose_exclusion(*, opened: OpenedProposal, reason: str, by: User, now: datetime) -> Exclusion:
    """The first country's word; the proposal stays in until a second confirms. Raises Denied or NotExcludable."""
    with transaction.atomic(durable=True):
        check_can_exclude(by, opened.tender)
        if not reason.strip():
            raise NotExcludable(
                _("An exclusion needs its reason. Name the requirement that fails and what was claimed."),
                field="reason",
            )
        _check_before_ranking(opened)
        if Exclusion.objects.filter(opened=opened).exists():
            raise NotExcludable(
                _("The exclusion of this proposal is proposed already. A second country can confirm it.")
            )
        exclusion = Exclusion.objects.create(
            opened=opened, reason=reason.strip(), proposed_by=by, proposed_country=country_of(by), proposed_at=now
        )
        _log(opened, "proposed", now)
        return exclusion


def confirm_exclusion(*, exclusion: Exclusion, by: User, now: datetime) -> Exclusion:
    """The second country's word. A repeat changes nothing."""
    with transaction.atomic(durable=True):
        exclusion = Exclusion.objects.select_for_update(no_key=True).get(pk=exclusion.pk)
        opened = exclusion.opened
        check_can_exclude(by, opened.tender)
        if exclusion.confirmed_at is not None:
            return exclusion
        _check_before_ranking(opened)
        if not are_of_two_countries(exclusion.proposed_by, by):
            raise NotExcludable(
                _("You are of the country that proposed it. A person of another country has to confirm.")
            )
        exclusion.confirmed_by, exclusion.confirmed_country, exclusion.confirmed_at = by, country_of(by), now
        exclusion.save()
        proposal = Proposal.objects.select_for_update(no_key=True).get(pk=opened.proposal_id)
        proposal.state = PROPOSAL.check(proposal.state, "exclude")
        proposal.save(update_fields=["state"])
        _log(opened, "confirmed", now)
        return exclusion


def withdraw_exclusion(*, exclusion: Exclusion, by: User, now: datetime) -> None:
    """Take back what is proposed and not confirmed."""
    with transaction.atomic(durable=True):
        exclusion = Exclusion.objects.select_for_update(no_key=True).get(pk=exclusion.pk)
        check_can_exclude(by, exclusion.opened.tender)
        if exclusion.confirmed_at is not None:
            raise NotExcludable(_("This exclusion is confirmed by two countries and stays."))
        opened = exclusion.opened
        exclusion.delete()
        _log(opened, "taken back", now)


def _check_before_ranking(opened: OpenedProposal) -> None:
    """Under the tender's row lock, which the ranking takes as well: none is proposed while one is being made."""
    tender = Tender.objects.select_for_update(no_key=True).get(pk=opened.tender_id)
    if tender.state != TenderState.OPENED:
        raise NotExcludable(_("Exclusions are decided after opening and before the ranking is made."))


def _log(opened: OpenedProposal, step: str, now: datetime) -> None:
    append(
        event=Event.PROPOSALS_EXCLUSION_DECIDED,
        subject=opened.tender.number,
        facts={"step": step, "bundle_sha256": opened.bundle.sha256},
        at=now,
    )
