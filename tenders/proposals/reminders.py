"""Reminders before a deadline and notices of public events, as mail rows, each once, also after a standstill.

What goes wrong with one tender, event or draft holds up none of the others, and is raised or logged when they had
their turn.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from django.db import Error, transaction
from django.utils import translation

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import people_with_role
from coalition_portal.identity.roles import Role
from coalition_portal.post.queue import Letter, queue_letters
from manufacturers.models import Company
from manufacturers.queries import people_who_can_edit_each
from tenders.notices import timetable
from tenders.notices.models import Change, ChangeKind, Deadline
from tenders.notices.queries import deadline_in_force
from tenders.notices.states import TenderState
from tenders.proposals.completeness import Overview
from tenders.proposals.draft_content import with_content
from tenders.proposals.models import Bundle, ChangeNotice, Proposal, ReminderRound
from tenders.proposals.queries import deadlines_in_force, proposals_not_submitted
from tenders.proposals.staging import current_bundles

logger = logging.getLogger(__name__)

T = TypeVar("T")

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
    earliest = max(reminder.before for reminder in timetable.REMINDERS)
    near = deadlines_in_force().filter(closes_at__gt=now, closes_at__lte=now + earliest)
    return _each(near.filter(tender__state=TenderState.PUBLISHED), lambda deadline: _queue_rounds(deadline, now))


def _each(rows: Iterable[T], act: Callable[[T], int]) -> int:
    """The sum of what `act` did. A row that it fails for is done again by the next sweep."""
    done, errors = 0, []
    for row in rows:
        try:
            done += act(row)
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("mails could not be queued", errors)
    return done


def _queue_rounds(deadline: Deadline, now: datetime) -> int:
    due = [reminder.code for reminder in timetable.reminders_due(deadline.closes_at, now)]
    done = ReminderRound.objects.filter(tender=deadline.tender_id, seq=deadline.seq).values_list("code", flat=True)
    new = [code for code in due if code not in set(done)]
    if not new:
        return 0
    letters = _letters(deadline, new[-1])
    with transaction.atomic(durable=True):
        for code in new:
            row = {"tender_id": deadline.tender_id, "seq": deadline.seq, "code": code}
            ReminderRound.objects.get_or_create(**row, defaults={"queued_at": now})
        queue_letters(letters, now=now)
    return len(new)


def _letters(deadline: Deadline, code: str) -> list[Letter]:
    """One for each unsubmitted proposal and each language of the people who can act on it.

    Composed before the transaction: reading a thousand drafts must not hold up those who submit.
    """
    proposals = list(with_content(proposals_not_submitted(deadline.tender)).select_related("auto_submit"))
    people = people_who_can_edit_each({proposal.company_id for proposal in proposals})
    frozen = current_bundles(proposals)
    letters = []
    for proposal in proposals:
        try:
            letters += _letters_about(
                proposal, deadline, code, to=people.get(proposal.company_id, []), frozen=frozen.get(proposal.pk)
            )
        except Error:
            raise
        except Exception:
            # A damaged draft: its company is not reminded, and all the others are.
            logger.exception("no reminder about proposal %s", proposal.public_id)
    return letters


def _letters_about(
    proposal: Proposal, deadline: Deadline, code: str, *, to: list[User], frozen: Bundle | None
) -> list[Letter]:
    key = f"reminder:{proposal.public_id}:{deadline.seq}:{code}"
    letters = []
    for language, readers in groupby(sorted(to, key=_language), key=_language):
        with translation.override(language):
            context = _told(proposal, deadline, frozen)
        letters.append(Letter(key=key, to=list(readers), template="proposal_reminder", context=context))
    return letters


def _language(person: User) -> str:
    return person.language


def _told(proposal: Proposal, deadline: Deadline, frozen: Bundle | None) -> dict:
    """What stands between the draft and its receipt: names of items, never what they hold."""
    # Of the answers only those to public requirements are named: not everybody may know what else a tender asks.
    overview = Overview(proposal, sees_all=False)
    missing = [item.in_a_mail or item.sentence for item in overview.missing_briefly]
    return {
        "tender": deadline.tender.number,
        "closes_at": deadline.closes_at,
        "path": f"/proposals/{proposal.public_id}/",
        "missing": missing,
        "version": frozen.version if frozen and not missing else None,
        "asked": proposal.auto_submit.version if proposal.auto_submit else None,
    }


def queue_notices(now: datetime) -> int:
    """Queue the mails of every public event that has had none; returns how many events were new."""
    told = ChangeNotice.objects.values("change")
    changes = (
        Change.objects.filter(kind__in=list(NOTICES)).exclude(pk__in=told).select_related("tender").order_by("number")
    )
    return _each(changes, lambda change: _tell(change, now))


def _tell(change: Change, now: datetime) -> int:
    with transaction.atomic(durable=True):
        _notice, is_new = ChangeNotice.objects.get_or_create(change=change, defaults={"queued_at": now})
        if not is_new:
            return 0
        context = {"tender": change.tender.number, "at": change.at}
        key, template = f"change:{change.number}", NOTICES[ChangeKind(change.kind)]
        letters = [
            Letter(key=key, to=people, template=template, context=context | {"path": path})
            for people, path in _concerned(change)
        ]
        queue_letters(letters, now=now)
    return 1


def _concerned(change: Change) -> Iterator[tuple[Iterable[User], str]]:
    """Whom it concerns, and where each of them reads about it. Who comes first reads it there; nobody gets two."""
    tender = change.tender
    staff = _staff_of(change)
    yield staff, f"/tenders/{tender.number}/"
    if change.kind == ChangeKind.SEALED:
        openers = [person for person in people_with_role(Role.OPENER) if person not in staff]
        yield openers, f"/admin/opening/{tender.number}/"
    companies = people_who_can_edit_each(Company.objects.filter(proposals__tender=tender))
    yield {person for people in companies.values() for person in people}, f"/tenders/{tender.number}/"


def _staff_of(change: Change) -> list[User]:
    """The officer and the chair, without those who moved the deadline: the approval has told them."""
    tender = change.tender
    people = {person.pk: person for person in (tender.officer, tender.second_approver) if person}
    if change.kind == ChangeKind.DEADLINE_CHANGED:
        deadline = deadline_in_force(tender)
        people = {
            key: one for key, one in people.items() if key not in (deadline.proposed_by_id, deadline.approved_by_id)
        }
    return list(people.values())
