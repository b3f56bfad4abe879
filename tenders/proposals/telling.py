"""Mails about what became of an act: there is news, and where it is read. Rows only; the sweep sends them."""

from collections.abc import Iterable
from datetime import datetime

from coalition_portal.formatting import microseconds
from coalition_portal.identity.models import User
from coalition_portal.post.queue import queue_mails
from tenders.notices.models import Tender
from tenders.proposals.models import (
    Act,
    Provisional,
    Receipt,
    ReceiptKind,
    Refusal,
    Withdrawal,
    WithdrawalNotice,
)


def tell_received(receipt: Receipt, *, replaces: int, to: Iterable[User], now: datetime) -> None:
    """`replaces` is the version that counted until now, 0 where none did."""
    version = receipt.bundle.version
    queue_mails(
        key=f"receipt:{receipt.proposal.public_id}:{version}",
        to=to,
        template="proposal_received",
        context={
            "tender": receipt.proposal.tender.number,
            "version": version,
            "replaces": replaces,
            "is_auto": receipt.kind == ReceiptKind.AUTO,
            "received_at": receipt.received_at,
            "received_utc": microseconds(receipt.received_at),
            "digest": receipt.bundle.sha256,
            "commitment": receipt.commitment,
            "path": f"/proposals/{receipt.proposal.public_id}/receipt/{version}/",
        },
        now=now,
    )


def tell_withdrawn(withdrawal: Withdrawal, *, to: Iterable[User], now: datetime) -> None:
    proposal, version = withdrawal.proposal, withdrawal.bundle.version
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


def tell_refused(refusal: Refusal, *, counts: int, to: Iterable[User], now: datetime) -> None:
    """`counts` is the version that was received in time and goes on counting, 0 where none was."""
    queue_mails(
        key=f"late:{_act_on(refusal)}",
        to=to,
        template="proposal_late",
        context=_judged(refusal) | {"counts": counts, "path": _path(refusal, "late")},
        now=now,
    )


def tell_undecided(provisional: Provisional, *, to: Iterable[User], now: datetime) -> None:
    """To the company that nothing is refused, and once for each deadline to the officer and the chair."""
    queue_mails(
        key=f"undecided:{_act_on(provisional)}",
        to=to,
        template="proposal_undecided",
        context=_judged(provisional) | {"path": _path(provisional, "provisional")},
        now=now,
    )
    tender = provisional.proposal.tender
    queue_mails(
        key=f"to-decide:{tender.number}:{provisional.seq}",
        to=[person for person in (tender.officer, tender.second_approver) if person],
        template="provisional_waits",
        context={"tender": tender.number, "path": f"/admin/opening/{tender.number}/"},
        now=now,
    )


def tell_decided(provisional: Provisional, *, accepted: bool, counts: int, to: Iterable[User], now: datetime) -> None:
    """What two people decided, and which version counts after it, 0 where none does."""
    queue_mails(
        key=f"decided:{_act_on(provisional)}",
        to=to,
        template="proposal_decided",
        context=_judged(provisional)
        | {"is_accepted": accepted, "counts": counts, "path": _path(provisional, "provisional")},
        now=now,
    )


def _act_on(row: Refusal | Provisional) -> str:
    return f"{row.proposal.public_id}:{row.bundle.version}:{row.seq}:{row.act}"


def _path(row: Refusal | Provisional, page: str) -> str:
    return f"/proposals/{row.proposal.public_id}/{page}/{row.bundle.version}/{row.act.lower()}/"


def _judged(row: Refusal | Provisional) -> dict:
    return {
        "tender": row.proposal.tender.number,
        "version": row.bundle.version,
        "is_submit": row.act == Act.SUBMIT,
        "received_at": row.received_at,
        "closes_at": row.closes_at,
    }


def tell_withdrawal_notices(tender: Tender, notices: Iterable[WithdrawalNotice], *, now: datetime) -> None:
    """To the officer and the chair of an opened tender; before the opening nobody learns that a proposal exists."""
    for notice in notices:
        queue_mails(
            key=f"withdrawal-notice:{notice.proposal.public_id}:{notice.seq}",
            to=[person for person in (tender.officer, tender.second_approver) if person],
            template="withdrawal_notice",
            context={"tender": tender.number, "given_at": notice.given_at, "path": f"/admin/opening/{tender.number}/"},
            now=now,
        )
