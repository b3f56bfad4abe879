"""Everything that the page of a tender shows, as values; the public page and the officers' preview use the same."""

from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from coalition_portal.formatting import in_language
from coalition_portal.identity.queries import Person
from tenders.notices import timetable, words
from tenders.notices.access import access_of
from tenders.notices.claims import objective_text, unit_words, wanted_text
from tenders.notices.models import Deadline, Requirement, Tender
from tenders.notices.queries import (
    may_see_all_requirements,
    public_requirements,
    requirements_visible_to,
)
from tenders.notices.states import TenderState
from tenders.notices.terms import document_line, price_example_rows, terms_of
from tenders.notices.timetable import PublicStatus

VISITOR = AnonymousUser()


class Row(NamedTuple):
    """One requirement in the table; `bar` holds what the drawing needs, where there is a bound."""

    code: str
    title: str
    condition: str
    wanted: str
    objective: str
    must_have: bool
    in_trials: str
    bar: Requirement | None
    bar_unit: str
    objective_unit: str


class Move(NamedTuple):
    """One change of the deadline, with the one before it."""

    was: datetime
    closes_at: datetime
    set_at: datetime
    reason: str


def requirement_row(requirement: Requirement) -> Row:
    bounded = requirement.threshold is not None and requirement.operator != "eq"
    return Row(
        code=requirement.code,
        title=in_language(requirement, "title"),
        condition=in_language(requirement, "condition"),
        wanted=wanted_text(requirement),
        objective=objective_text(requirement),
        must_have=requirement.must_have,
        in_trials=_in_trials(requirement),
        bar=requirement if bounded else None,
        bar_unit=unit_words(requirement.unit, requirement.threshold) if bounded else "",
        objective_unit="" if requirement.objective is None else unit_words(requirement.unit, requirement.objective),
    )


def _in_trials(requirement: Requirement) -> str:
    if not requirement.measured_in_trials:
        return _("Claim")
    tolerance = words.tolerance_text(requirement.tolerance, requirement.unit)
    return _("Measured, %(tolerance)s") % {"tolerance": tolerance} if tolerance else _("Measured")


def status_and_word(tender: Tender, now: datetime) -> dict:
    status = timetable.status_at(tender.state, tender.closes_at, now)
    return {"status": status, "status_word": words.STATUS[status], "is_open": status is PublicStatus.OPEN}


def timeline(tender: Tender, now: datetime) -> list[dict]:
    stages = timetable.stages(
        published_at=tender.published_at,
        closes_at=tender.closes_at,
        opened_at=tender.opened_at,
        is_ranked=tender.state == TenderState.RANKED,
        zone=tender.zone,
        plan=tender.timetable,
        now=now,
    )
    return words.line_events(stages)


def what_comes_next(tender: Tender, now: datetime) -> str:
    """One line for lists: what happens next with a tender that is closed."""
    status = timetable.status_at(tender.state, tender.closes_at, now)
    if status is PublicStatus.CANCELLED:
        return tender.cancel_reason
    if status is PublicStatus.UNSUCCESSFUL:
        return _("Ended without an award")
    if tender.state == TenderState.RANKED:
        return _("Ranked; award to be announced")
    line = timeline(tender, now)
    opening, ranking = line[2], line[4]
    return f"{opening['label']}, {opening['text']}" if status is PublicStatus.SEALED else _ranking_by(ranking["text"])


def _ranking_by(text: str) -> str:
    return _("Ranking %(by_day)s") % {"by_day": text}


def moves(deadlines: list[Deadline]) -> list[Move]:
    """What changed between each deadline and the next, the latest first."""
    pairs = zip(deadlines, deadlines[1:], strict=False)
    return [Move(was.closes_at, new.closes_at, new.set_at, new.reason) for was, new in pairs][::-1]


def context_of(tender: Tender, deadlines: list[Deadline], user: Person, now: datetime) -> dict:
    """What the page shows to `user`. Needs a published tender with its deadline in force and all its deadlines.

    What the public sees of a published tender never changes, so the template keeps those parts; they are values that
    ask the database only when they are rendered. What is kept is always the visitor's view.
    """
    return {
        "tender": tender,
        "access": access_of(user),
        "sees_all": may_see_all_requirements(user),
        "public": partial(_public_part, tender),
        **parts_of(tender, user),
        "moves": moves(deadlines),
        "timeline": timeline(tender, now) if tender.closes_at else [],
        "minute": now.replace(second=0, microsecond=0),
        **status_and_word(tender, now),
    }


def parts_of(tender: Tender, user: Person) -> dict:
    """The parts of a tender that come from its template, at any state, with the requirements that `user` may see."""
    return {
        "rows": partial(_rows, user, tender),
        "criteria": tender.criteria.all(),
        "examples": partial(price_example_rows, tender),
        "terms": partial(terms_of, tender),
        "documents": partial(_documents, tender),
    }


def _rows(user: Person, tender: Tender) -> list[Row]:
    return [requirement_row(row) for row in requirements_visible_to(user, tender)]


def _public_part(tender: Tender) -> dict:
    """The rows open to everyone, and how many more there are."""
    requirements = list(public_requirements(tender))
    total = requirements[0].total if requirements else tender.requirements.count()
    rows = [requirement_row(row) for row in requirements]
    return {"rows": rows, "hidden": total - len(rows), "total": total}


def _documents(tender: Tender) -> dict:
    """The kinds that are wanted with the proposal, and those that are wanted later."""
    parts = {"now": [], "later": []}
    for row in tender.wanted_documents.all():
        parts["now" if row.due == "submission" else "later"].append((row, document_line(row)))
    return parts


def as_published(draft: Tender, now: datetime) -> dict:
    """A visitor's view of a draft, as if it were published at `now` with the deadline that is set. Nothing is saved."""
    draft.state, draft.published_at = TenderState.PUBLISHED, now
    draft.closes_at = draft.planned_closes_at
    return context_of(draft, [], VISITOR, now)
