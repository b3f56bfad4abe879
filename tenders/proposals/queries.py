from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models

from coalition_portal.identity.models import User
from tenders.notices.models import Deadline, Tender
from tenders.notices.states import TenderState
from tenders.proposals.models import (
    Act,
    Bundle,
    Closing,
    Intent,
    Opening,
    Proposal,
    Provisional,
    ProvisionalDecision,
    Receipt,
    Refusal,
    Upload,
    Withdrawal,
)
from tenders.proposals.permissions import can_see_forecast, can_watch_opening
from tenders.proposals.states import ProposalState

WORDS_NEEDED = 2  # equal words of two countries decide a provisional row


@dataclass(frozen=True)
class Standing:
    """What counts for a proposal now. `is_submitted` says the large word; `bundle` is the version that counts."""

    is_submitted: bool
    is_withdrawn: bool
    bundle: Bundle | None
    received_at: datetime | None

    @property
    def version(self) -> int:
        """Of the version that counts, 0 where none does."""
        return self.bundle.version if self.bundle else 0


def proposals_visible_to(user: User | AnonymousUser) -> models.QuerySet[Proposal]:
    """The proposals of the person's own company, for every role in it; nothing for anybody else, staff included."""
    if not user.is_authenticated or not user.is_active:
        return Proposal.objects.none()
    mine = Proposal.objects.filter(company__people__user=user)
    return mine.select_related("tender", "company", "drone_model")


def versions_visible_to(user: User | AnonymousUser) -> models.QuerySet[Bundle]:
    """Every frozen version of the person's own company; `role` is the one that they have in it."""
    if not user.is_authenticated or not user.is_active:
        return Bundle.objects.none()
    mine = Bundle.objects.filter(proposal__company__people__user=user)
    return mine.annotate(role=models.F("proposal__company__people__role")).select_related("proposal__company")


def uploads_visible_to(user: User | AnonymousUser) -> models.QuerySet[Upload]:
    """What people of the company have on its way into its drafts; like the drafts, for every role in it."""
    return Upload.objects.filter(proposal__in=proposals_visible_to(user)).select_related("proposal__tender", "content")


def intents_visible_to(user: User | AnonymousUser) -> models.QuerySet[Intent]:
    """That of the person's own company; nobody sees whose the others are."""
    if not user.is_authenticated or not user.is_active:
        return Intent.objects.none()
    return Intent.objects.filter(company__people__user=user)


def forecast_of(user: User, tender: Tender, now: datetime) -> int | None:
    """How many companies said that they mean to bid; None for whoever may not know it, or not yet."""
    return Intent.objects.filter(tender=tender).count() if can_see_forecast(user, tender, now) else None


def received_bundles() -> models.QuerySet[Bundle]:
    """Every version with a receipt, or with a reinstatement where two people decided; withdrawn or not."""
    return Bundle.objects.filter(models.Q(receipt__isnull=False) | models.Q(reinstatement__isnull=False))


def withdrawals_of(bundle: Bundle) -> models.QuerySet[Withdrawal]:
    """The withdrawal of this version, if there is one."""
    return Withdrawal.objects.filter(models.Q(receipt__bundle=bundle) | models.Q(reinstatement__bundle=bundle))


def counting_bundles(tender: Tender) -> models.QuerySet[Bundle]:
    """One bundle for each proposal that counts: the highest version that was received."""
    same = received_bundles().filter(proposal=models.OuterRef("proposal"))
    highest = same.order_by("-version").values("version")[:1]
    counted = [ProposalState.SUBMITTED, ProposalState.OPENED, ProposalState.EXCLUDED]
    return (
        Bundle.objects.filter(proposal__tender=tender, proposal__state__in=counted, version=models.Subquery(highest))
        .select_related("proposal", "proposal__company")
        .order_by("proposal__public_id")
    )


def with_closes_at(proposals: models.QuerySet[Proposal]) -> models.QuerySet[Proposal]:
    """Adds `closes_at`, the deadline in force of each proposal's tender."""
    highest = Deadline.objects.filter(tender=models.OuterRef("tender")).order_by("-seq").values("closes_at")[:1]
    return proposals.annotate(closes_at=models.Subquery(highest))


def standing_of(proposal: Proposal) -> Standing:
    return standings_of([proposal])[proposal.pk]


def standings_of(proposals: Iterable[Proposal]) -> dict[int, Standing]:
    """The standing of each proposal by its key, in one query."""
    rows = list(proposals)
    bundles = (
        received_bundles()
        .filter(proposal__in=rows)
        .select_related("receipt", "reinstatement__provisional")
        .order_by("version")
    )
    highest = {bundle.proposal_id: bundle for bundle in bundles}
    return {proposal.pk: _standing(proposal, highest.get(proposal.pk)) for proposal in rows}


def _standing(proposal: Proposal, bundle: Bundle | None) -> Standing:
    is_withdrawn = proposal.state == ProposalState.WITHDRAWN
    if bundle is None or is_withdrawn or proposal.state == ProposalState.DRAFT:
        return Standing(is_submitted=False, is_withdrawn=is_withdrawn, bundle=None, received_at=None)
    return Standing(is_submitted=True, is_withdrawn=False, bundle=bundle, received_at=_received_at(bundle))


def _received_at(bundle: Bundle) -> datetime:
    receipt = getattr(bundle, "receipt", None)
    return receipt.received_at if receipt else bundle.reinstatement.provisional.received_at


@dataclass(frozen=True)
class Happening:
    """One row about a proposal and its deadline; `kind` is receipt, withdrawal, late or provisional.

    `outcome` is what two people decided on a provisional one, None while they have not.
    """

    kind: str
    act: Act
    version: int
    at: datetime
    outcome: bool | None = None


def history_of(proposal: Proposal) -> list[Happening]:
    """Everything that was received, withdrawn, refused or left to decide, the latest first."""
    receipts = Receipt.objects.filter(proposal=proposal).select_related("bundle")
    withdrawals = Withdrawal.objects.filter(proposal=proposal).select_related(
        "receipt__bundle", "reinstatement__bundle"
    )
    refusals = Refusal.objects.filter(proposal=proposal).select_related("bundle")
    provisionals = Provisional.objects.filter(proposal=proposal).select_related("bundle").prefetch_related("decisions")
    rows = [
        *(Happening("receipt", Act.SUBMIT, row.bundle.version, row.received_at) for row in receipts),
        *(Happening("withdrawal", Act.WITHDRAW, row.bundle.version, row.received_at) for row in withdrawals),
        *(Happening("late", Act(row.act), row.bundle.version, row.received_at) for row in refusals),
        *(
            Happening("provisional", Act(row.act), row.bundle.version, row.received_at, outcome_of(row.decisions.all()))
            for row in provisionals
        ),
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def receipt_of_version(proposal: Proposal, version: int) -> Receipt | None:
    return Receipt.objects.filter(proposal=proposal, bundle__version=version).select_related("bundle", "by").first()


def deadlines_in_force() -> models.QuerySet[Deadline]:
    """The highest deadline row of every tender."""
    highest = Deadline.objects.filter(tender=models.OuterRef("tender")).order_by("-seq").values("seq")[:1]
    return Deadline.objects.filter(seq=models.Subquery(highest)).select_related("tender")


def deadlines_to_close(at: datetime) -> models.QuerySet[Deadline]:
    """Deadline rows in force that lie at or before `at` and have no closing row."""
    closings = Closing.objects.filter(tender=models.OuterRef("tender"), seq=models.OuterRef("seq"))
    return (
        deadlines_in_force()
        .filter(closes_at__lte=at, tender__state=TenderState.PUBLISHED)
        .exclude(models.Exists(closings))
        .order_by("closes_at", "pk")
    )


def is_closed(tender: Tender) -> bool:
    """Whether the deadline row in force has its closing row."""
    return _closing_in_force(tender).exists()


def opening_in_force(tender: Tender) -> Opening | None:
    """What the chair proposed since the tender closed; what was proposed before an extension is void with it."""
    closed_at = models.Subquery(_closing_in_force(tender).values("closed_at"))
    openings = Opening.objects.filter(tender=tender, proposed_at__gte=closed_at)
    return openings.select_related("proposed_by", "proposed_country", "confirmed_by", "confirmed_country").first()


def _closing_in_force(tender: Tender) -> models.QuerySet[Closing]:
    """The closing row of the deadline row in force; none while that one is open, also where an earlier one closed."""
    highest = Deadline.objects.filter(tender=tender).order_by("-seq").values("seq")[:1]
    return Closing.objects.filter(tender=tender, seq=models.Subquery(highest))


def undecided_provisionals(tender: Tender | models.OuterRef) -> models.QuerySet[Provisional]:
    """Rows on which no two people have said the same yet; nothing opens while there is one."""
    return (
        Provisional.objects.filter(tender=tender)
        .annotate(
            yes=models.Count("decisions", filter=models.Q(decisions__accepted=True)),
            no=models.Count("decisions", filter=models.Q(decisions__accepted=False)),
        )
        .filter(yes__lt=WORDS_NEEDED, no__lt=WORDS_NEEDED)
        .select_related("proposal__company", "bundle", "incident")
        .order_by("received_at", "pk")
    )


def decided_provisionals(tender: Tender) -> models.QuerySet[Provisional]:
    """The rows that two equal words decided, with every word on them."""
    undecided = undecided_provisionals(tender).values("pk")
    rows = Provisional.objects.filter(tender=tender).exclude(pk__in=undecided)
    return (
        rows.select_related("proposal__company", "bundle")
        .prefetch_related("decisions__country", "decisions__by")
        .order_by("received_at", "pk")
    )


def outcome_of(decisions: Iterable[ProvisionalDecision]) -> bool | None:
    """True where two countries accepted the act, False where two did not, None while it is undecided."""
    words = [decision.accepted for decision in decisions]
    return next((word for word in (True, False) if words.count(word) >= WORDS_NEEDED), None)


def proposals_not_submitted(tender: Tender) -> models.QuerySet[Proposal]:
    """Drafts and withdrawn proposals: those that a reminder is about."""
    states = [ProposalState.DRAFT, ProposalState.WITHDRAWN]
    return Proposal.objects.filter(tender=tender, state__in=states).select_related("company").order_by("pk")


def tenders_to_open(user: User) -> models.QuerySet[Tender]:
    """Published tenders and their openings, for those who may watch: first the ones whose deadline comes first."""
    if not can_watch_opening(user):
        return Tender.objects.none()
    return Tender.objects.with_deadline().filter(state=TenderState.PUBLISHED).order_by("closes_at", "number")
