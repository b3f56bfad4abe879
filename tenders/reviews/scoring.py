"""A reviewer's score sheet: saved by versions, so that two tabs lose nothing, and then locked for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.formatting import in_language
from coalition_portal.identity.models import User
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.permission import Refused
from tenders.notices.models import Criterion, Requirement
from tenders.reviews.models import Assignment, Score, ScoreSheet
from tenders.reviews.permissions import check_can_score
from tenders.reviews.reasons import names_a_place
from tenders.reviews.states import SHEET, SheetState

Given = tuple[int | None, str]
"""A point of the scale, or none yet, and the sentence of reason, which may still be empty."""

REASON_LENGTH = 1000


class NotScored(Refused):
    """The score cannot be saved or the sheet cannot be locked; `field` is the code of the criterion."""


@dataclass(frozen=True)
class Stored:
    """What another tab saved in the meantime."""

    points: int | None
    reason: str


class StaleSheet(NotScored):
    """Another tab changed the same criteria after this one was loaded. `stored` holds what it saved, by code."""

    def __init__(self, sentence: str, *, stored: dict[str, Stored], version: int) -> None:
        super().__init__(sentence)
        self.stored = stored
        self.version = version


def save_sheet(
    *, assignment: Assignment, scores: Mapping[str, Given], version: int, by: User, now: datetime
) -> ScoreSheet:
    """Keep points and reasons for some criteria of the reviewer's group.

    `version` is that of the sheet which the person saw, 0 before anything was saved. Criteria that nobody else touched
    since are saved; where one of them was changed after `version`, nothing is and StaleSheet carries what is stored.
    Saving what is stored already changes nothing.
    """
    with transaction.atomic(durable=True):
        assignment = _locked(assignment, by)
        sheet = _sheet_of(assignment, now)
        criteria = criteria_of(assignment)
        _check_given(scores, criteria)
        SHEET.check(sheet.state, "save")
        stored = {score.criterion.code: score for score in sheet.scores.select_related("criterion")}
        changed = {code: given for code, given in scores.items() if _differs(stored.get(code), given)}
        _check_fresh(sheet, {code: stored[code] for code in changed if code in stored}, version)
        if changed:
            _keep(sheet, changed, stored, criteria, now)
        return sheet


def lock_sheet(*, assignment: Assignment, by: User, now: datetime, version: int | None = None) -> ScoreSheet:
    """Make the sheet final: a point and a reason that names its place for every criterion of the group.

    `version` is that of the sheet which the person read before confirming. A repeat returns the locked sheet.
    """
    with transaction.atomic(durable=True):
        assignment = _locked(assignment, by)
        sheet = ScoreSheet.objects.select_for_update(no_key=True).filter(assignment=assignment).first()
        if sheet is not None and sheet.state == SheetState.LOCKED:
            return sheet
        if sheet is not None and version is not None and sheet.version != version:
            raise NotScored(_("The sheet changed after you loaded this page. Read it again, then lock it."))
        scores = _complete(assignment, sheet)
        sheet.state, sheet.locked_at = SHEET.check(sheet.state, "lock"), now
        sheet.save(update_fields=["state", "locked_at"])
        _log(Event.REVIEWS_SHEET_LOCKED, sheet, scores, now)
        return sheet


def criteria_of(assignment: Assignment) -> dict[str, Criterion]:
    """The criteria that the reviewer scores: those of their group, by code and in order."""
    rows = Criterion.objects.filter(tender=assignment.member.tender_id, group=assignment.member.group)
    return {criterion.code: criterion for criterion in rows.order_by("order")}


def scale_of(criterion: Criterion) -> list[int]:
    return [described["points"] for described in criterion.scale]


def missing_in(criteria: Mapping[str, Criterion], scores: Mapping[str, Given], codes: list[str]) -> dict[str, str]:
    """What keeps a sheet from being locked: a sentence for each criterion that is not complete."""
    return {
        code: sentence for code in criteria if (sentence := _missing(scores.get(code, (None, "")), codes)) is not None
    }


def requirement_codes(tender_pk: int) -> list[str]:
    return list(Requirement.objects.filter(tender=tender_pk).order_by("order").values_list("code", flat=True))


def _missing(given: Given, codes: list[str]) -> str | None:
    points, reason = given
    if points is None:
        return _("Choose a point.")
    if not reason.strip():
        return _("Give the reason in one sentence.")
    if not names_a_place(reason, codes):
        return _("The reason names neither a requirement nor a page. Add where it rests on, for example: page 6.")
    return None


def _locked(assignment: Assignment, by: User) -> Assignment:
    rows = Assignment.objects.select_for_update(of=("self",), no_key=True).select_related(
        "member__tender", "member__user"
    )
    assignment = rows.select_related("opened__proposal").defer("opened__content").get(pk=assignment.pk)
    check_can_score(by, assignment)
    return assignment


def _sheet_of(assignment: Assignment, now: datetime) -> ScoreSheet:
    sheet, _is_new = ScoreSheet.objects.select_for_update(no_key=True).get_or_create(
        assignment=assignment, defaults={"saved_at": now}
    )
    return sheet


def _check_given(scores: Mapping[str, Given], criteria: Mapping[str, Criterion]) -> None:
    for code, (points, reason) in scores.items():
        if code not in criteria:
            raise NotScored(_("This criterion is not one of your group. Load the page again."), field=code)
        scale = scale_of(criteria[code])
        if points is not None and points not in scale:
            told = {"points": points, "scale": ", ".join(str(point) for point in scale)}
            raise NotScored(_("%(points)s is no point of the scale. Choose one of %(scale)s.") % told, field=code)
        if len(reason) > REASON_LENGTH:
            sentence = _("The reason has %(got)s characters. Make it one sentence of at most %(most)s.")
            raise NotScored(sentence % {"got": len(reason), "most": REASON_LENGTH}, field=code)


def _differs(score: Score | None, given: Given) -> bool:
    points, reason = given
    if score is None:
        return points is not None or bool(reason.strip())
    return (score.points, score.reason) != (points, reason.strip())


def _check_fresh(sheet: ScoreSheet, touched: Mapping[str, Score], version: int) -> None:
    newer = {code: score for code, score in touched.items() if score.version > version}
    if newer:
        raise StaleSheet(
            _("This was saved in another tab after you loaded it. Compare both below; saving again keeps yours."),
            stored={code: Stored(points=score.points, reason=score.reason) for code, score in newer.items()},
            version=sheet.version,
        )


def _keep(
    sheet: ScoreSheet,
    changed: Mapping[str, Given],
    stored: Mapping[str, Score],
    criteria: Mapping[str, Criterion],
    now: datetime,
) -> None:
    sheet.version += 1
    sheet.saved_at, sheet.salt = now, new_salt()
    sheet.save(update_fields=["version", "saved_at", "salt"])
    for code, (points, reason) in changed.items():
        score = stored.get(code) or Score(sheet=sheet, criterion=criteria[code])
        score.points, score.reason, score.version = points, reason.strip(), sheet.version
        score.save()
    _log(Event.REVIEWS_SHEET_SAVED, sheet, given_in(sheet), now)


def _complete(assignment: Assignment, sheet: ScoreSheet | None) -> dict[str, Given]:
    criteria = criteria_of(assignment)
    scores = {} if sheet is None else given_in(sheet)
    missing = missing_in(criteria, scores, requirement_codes(assignment.member.tender_id))
    for code, sentence in missing.items():
        title = in_language(criteria[code], "title")
        raise NotScored(f"{title}: {sentence}", field=code)
    return scores


def given_in(sheet: ScoreSheet) -> dict[str, Given]:
    rows = sheet.scores.order_by("criterion__order").values_list("criterion__code", "points", "reason")
    return {code: (points, reason) for code, points, reason in rows}


def _log(event: Event, sheet: ScoreSheet, scores: Mapping[str, Given], now: datetime) -> None:
    assignment = sheet.assignment
    secret = {
        "act": event.value,
        "user": assignment.member.user.public_id,
        "proposal": assignment.opened.public_id,
        "version": sheet.version,
        "scores": {code: list(given) for code, given in scores.items()},
    }
    append(
        event=event,
        subject=assignment.member.tender.number,
        facts={},
        at=now,
        commitment=commit(sheet.salt, secret),
    )
