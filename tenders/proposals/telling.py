"""Mails about what was received or taken back: there is news, and where it is read. Rows only; the sweep sends them."""

from collections.abc import Iterable
from datetime import datetime

from coalition_portal.identity.models import User
from coalition_portal.post.queue import queue_mails
from tenders.notices.models import Tender
from tenders.proposals.models import Receipt, Withdrawal, WithdrawalNotice


def tell_received(receipt: Receipt, *, to: Iterable[User], now: datetime) -> None:
    version = receipt.bundle.version
    queue_mails(
        key=f"receipt:{receipt.proposal.public_id}:{version}",
        to=to,
        template="proposal_received",
        context={
            "tender": receipt.proposal.tender.number,
            "version": version,
            "received_at": receipt.received_at,
            "path": f"/proposals/{receipt.proposal.public_id}/receipt/{version}/",
        },
        now=now,
    )


def tell_withdrawn(withdrawal: Withdrawal, *, to: Iterable[User], now: datetime) -> None:
    proposal, version = withdrawal.proposal, withdrawal.receipt.bundle.version
    queue_mails(
        key=f"withdrawn:{proposal.public_id}:{version}",
        to=to,
        template="proposal_withdrawn",
        context={
            "tender": proposal.tender.number,
            "version": version,
            "withdrawn_at": withdrawal.received_at,
            "path": f"/proposals/{proposal.public_id}/",
        },
        now=now,
    )


def tell_withdrawal_notices(tender: Tender, notices: Iterable[WithdrawalNotice], *, now: datetime) -> None:
    """To the officer and the chair of an opened tender; before the opening nobody learns that a proposal exists."""
    for notice in notices:
        queue_mails(
            key=f"withdrawal-notice:{notice.proposal.public_id}",
            to=[person for person in (tender.officer, tender.second_approver) if person],
            template="withdrawal_notice",
            context={"tender": tender.number, "given_at": notice.given_at, "path": f"/admin/opening/{tender.number}/"},
            now=now,
        )
