"""Reminders before a deadline and notices of public events, as mail rows, each once, also after a standstill."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from coalition_portal.identity.models import User
from coalition_portal.post.queue import queue_mail
from manufacturers.models import Company
from manufacturers.queries import people_who_can_edit
from tenders.notices import timetable
from tenders.notices.models import Change, ChangeKind, Deadline, Tender
from tenders.notices.states import TenderState
from tenders.proposals.models import ChangeNotice, Proposal, ReminderRound
from tenders.proposals.queries import deadlines_in_force, proposals_not_submitted

NOTICES = {
    ChangeKind.DEADLINE_CHANGED: "tender_deadline_changed",
    ChangeKind.SEALED: "tender_sealed",
    ChangeKind.OPENED: "tender_opened",
    ChangeKind.CANCELLED: "tender_cancelled",
    ChangeKind.UNSUCCESSFUL: "tender_unsuccessful",
}


def queue_reminders(now: datetime) -> int:
    """Queue the rounds that are due; returns how many rounds were new.

    Of several rounds that fell due together (after a standstill, or because the deadline was near at publication) only
    the nearest to the deadline is sent; the earlier ones are noted as done.
    """
    open_rows = deadlines_in_force().filter(tender__state=TenderState.PUBLISHED, closes_at__gt=now)
    return sum(_queue_rounds(deadline, now) for deadline in open_rows)


def _queue_rounds(deadline: Deadline, now: datetime) -> int:
    due = [reminder.code for reminder in timetable.reminders_due(deadline.closes_at, now)]
    done = ReminderRound.objects.filter(tender=deadline.tender_id, seq=deadline.seq).values_list("code", flat=True)
    new = [code for code in due if code not in set(done)]
    if not new:
        return 0
    with transaction.atomic(durable=True):
        for code in new:
            row = {"tender_id": deadline.tender_id, "seq": deadline.seq, "code": code}
            ReminderRound.objects.get_or_create(**row, defaults={"queued_at": now})
        for proposal in proposals_not_submitted(deadline.tender):
            _remind(proposal, deadline, new[-1], now)
    return len(new)


def _remind(proposal: Proposal, deadline: Deadline, code: str, now: datetime) -> None:
    for person in people_who_can_edit(proposal.company):
        queue_mail(
            key=f"reminder:{proposal.public_id}:{deadline.seq}:{code}:{person.public_id}",
            to=person,
            template="proposal_reminder",
            context={
                "tender": deadline.tender.number,
                "closes_at": deadline.closes_at,
                "path": f"/proposals/{proposal.public_id}/",
            },
            now=now,
        )


def queue_notices(now: datetime) -> int:
    """Queue the mails of every public event that has had none; returns how many events were new."""
    told = ChangeNotice.objects.values("change")
    changes = (
        Change.objects.filter(kind__in=list(NOTICES)).exclude(pk__in=told).select_related("tender").order_by("number")
    )
    return sum(_tell(change, now) for change in changes)


def _tell(change: Change, now: datetime) -> int:
    with transaction.atomic(durable=True):
        _notice, is_new = ChangeNotice.objects.get_or_create(change=change, defaults={"queued_at": now})
        if not is_new:
            return 0
        for person in _concerned(change.tender):
            queue_mail(
                key=f"change:{change.number}:{person.public_id}",
                to=person,
                template=NOTICES[ChangeKind(change.kind)],
                context={"tender": change.tender.number, "at": change.at, "path": f"/tenders/{change.tender.number}/"},
                now=now,
            )
    return 1


def _concerned(tender: Tender) -> Iterable[User]:
    """The officer, the chair, and everybody who can act for a company that began a proposal."""
    people = {person.pk: person for person in (tender.officer, tender.second_approver) if person}
    for company in Company.objects.filter(proposals__tender=tender).distinct().order_by("pk"):
        people |= {person.pk: person for person in people_who_can_edit(company)}
    return people.values()
