import pytest
from django.db import IntegrityError, transaction

from coalition_portal.ledger.entries import Event, commit
from coalition_portal.ledger.models import Entry
from coalition_portal.lifecycle import IllegalMove
from coalition_portal.permission import Denied
from tenders.reviews.models import Score, ScoreSheet
from tenders.reviews.scoring import NotScored, StaleSheet, Stored, lock_sheet, save_sheet
from tenders.reviews.states import SHEET, SheetState
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.tenders.reviews.conftest import kept

CODES = ["performance", "links", "maturity"]


def assigned(say):
    story = Review(say, proposals=1, panel={TECHNICAL: ["LV", "GB"], CAPACITY: ["LV"]})
    story.everybody_reads_everything()
    return story


base = kept(assigned)


@pytest.fixture
def mine(story):
    return story.assignment(story.opened[0], story.members[TECHNICAL, "LV"])


def save(story, assignment, version=0, by=None, **scores):
    return save_sheet(
        assignment=assignment, scores=scores, version=version, by=by or assignment.member.user, now=story.later()
    )


def lock(story, assignment, version=None, by=None):
    return lock_sheet(assignment=assignment, by=by or assignment.member.user, now=story.later(), version=version)


def stored(assignment):
    rows = Score.objects.filter(sheet__assignment=assignment)
    return {code: (points, reason) for code, points, reason in rows.values_list("criterion__code", "points", "reason")}


COMPLETE = {code: (8, f"Shown on page 3 ({code}).") for code in CODES}


# The lifecycle, as a full grid


@pytest.mark.parametrize("act", SHEET.moves)
@pytest.mark.parametrize("state", list(SheetState))
def test_the_grid_of_states_and_acts(state, act):
    allowed = {("SCORING", "save"): SheetState.SCORING, ("SCORING", "lock"): SheetState.LOCKED}

    if (state.value, act) in allowed:
        assert SHEET.check(state, act) == allowed[state.value, act]
    else:
        with pytest.raises(IllegalMove):
            SHEET.check(state, act)


def test_a_locked_sheet_is_not_saved_and_locking_it_again_changes_nothing(story, mine):
    save(story, mine, **COMPLETE)
    locked = lock(story, mine)
    entries = Entry.objects.count()

    again = lock(story, mine)
    with pytest.raises(IllegalMove):
        save(story, mine, version=1, performance=(3, "On second thoughts, page 3."))

    assert (again.pk, again.locked_at, Entry.objects.count()) == (locked.pk, locked.locked_at, entries)
    assert stored(mine) == COMPLETE


# Saving


def test_half_of_a_sheet_can_be_saved(story, mine):
    sheet = save(story, mine, performance=(8, ""), links=(None, "No log of flights under interference."))

    assert (sheet.state, sheet.version, sheet.saved_at) == ("SCORING", 1, story.now)
    assert stored(mine) == {"performance": (8, ""), "links": (None, "No log of flights under interference.")}


def test_a_point_and_a_reason_can_be_taken_back(story, mine):
    save(story, mine, performance=(8, "Page 3."))

    sheet = save(story, mine, version=1, performance=(None, ""))

    assert (sheet.version, stored(mine)) == (2, {"performance": (None, "")})


def test_saving_what_is_stored_changes_nothing(story, mine):
    save(story, mine, performance=(8, "Page 3."))
    entries = Entry.objects.count()

    sheet = save(story, mine, version=0, performance=(8, " Page 3. "), links=(None, "  "))

    assert (sheet.version, Entry.objects.count(), stored(mine)) == (1, entries, {"performance": (8, "Page 3.")})


def test_two_tabs_that_touch_different_criteria_lose_nothing(story, mine):
    save(story, mine, version=0, performance=(8, "Page 3."))

    sheet = save(story, mine, version=0, links=(5, "Page 9."))

    assert (sheet.version, stored(mine)) == (2, {"performance": (8, "Page 3."), "links": (5, "Page 9.")})


def test_two_tabs_that_touch_the_same_criterion_are_told_and_nothing_is_saved(story, mine):
    save(story, mine, version=0, performance=(8, "Page 3."))

    with pytest.raises(StaleSheet, match="another tab") as stale:
        save(story, mine, version=0, performance=(3, "Page 4."), links=(5, "Page 9."))

    assert (stale.value.stored, stale.value.version) == ({"performance": Stored(8, "Page 3.")}, 1)
    assert stored(mine) == {"performance": (8, "Page 3.")}
    save(story, mine, version=stale.value.version, performance=(3, "Page 4."), links=(5, "Page 9."))
    assert stored(mine) == {"performance": (3, "Page 4."), "links": (5, "Page 9.")}


@pytest.mark.parametrize(
    ("scores", "field", "told"),
    [
        ({"performance": (4, "Page 3.")}, "performance", "4 is no point of the scale. Choose one of 0, 3, 5, 8, 10"),
        ({"performance": (11, "Page 3.")}, "performance", "no point of the scale"),
        ({"performance": (8, "x" * 1001)}, "performance", "1001 characters"),
        ({"production": (8, "Page 3.")}, "production", "not one of your group"),
        ({"price": (8, "Page 3.")}, "price", "not one of your group"),
        ({"nonsense": (8, "Page 3.")}, "nonsense", "not one of your group"),
    ],
)
def test_what_is_no_score_of_this_reviewer_is_refused(story, mine, scores, field, told):
    with pytest.raises(NotScored, match=told) as refused:
        save(story, mine, **scores)

    assert (refused.value.field, stored(mine)) == (field, {})


@pytest.mark.parametrize("points", [0, 3, 5, 8, 10])
def test_every_described_point_can_be_given(story, mine, points):
    save(story, mine, performance=(points, "Page 3."))

    assert stored(mine) == {"performance": (points, "Page 3.")}


def test_only_the_assigned_reviewer_saves_and_locks(story, mine):
    save(story, mine, **COMPLETE)
    others = [story.members[TECHNICAL, "GB"].user, story.members[CAPACITY, "LV"].user, story.chair, story.officer]

    for other in others:
        with pytest.raises(Denied):
            save(story, mine, version=1, by=other, performance=(0, "Page 1."))
        with pytest.raises(Denied):
            lock(story, mine, by=other)

    assert stored(mine) == COMPLETE


# Locking


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        ({"links": (None, "Page 9.")}, "Links and navigation: Choose a point"),
        ({"links": (5, "")}, "Links and navigation: Give the reason"),
        ({"links": (5, "Convincing.")}, "Links and navigation: The reason names neither a requirement nor a page"),
    ],
)
def test_an_incomplete_sheet_is_not_locked(story, mine, gap, told):
    save(story, mine, **(COMPLETE | gap))

    with pytest.raises(NotScored, match=told) as refused:
        lock(story, mine)

    assert (refused.value.field, ScoreSheet.objects.get(assignment=mine).state) == ("links", "SCORING")


def test_a_sheet_that_was_never_saved_is_not_locked(story, mine):
    with pytest.raises(NotScored, match="Flight performance: Choose a point"):
        lock(story, mine)


def test_a_sheet_that_changed_after_it_was_read_is_not_locked(story, mine):
    save(story, mine, **COMPLETE)
    save(story, mine, version=1, performance=(3, "Page 4."))

    with pytest.raises(NotScored, match="changed after you loaded"):
        lock(story, mine, version=1)

    assert lock(story, mine, version=2).state == "LOCKED"


def test_the_log_commits_to_what_was_locked(story, mine):
    save(story, mine, **COMPLETE)

    sheet = lock(story, mine)

    entry = Entry.objects.order_by("-index").first()
    secret = {
        "act": Event.REVIEWS_SHEET_LOCKED.value,
        "user": mine.member.user.public_id,
        "proposal": story.opened[0].public_id,
        "version": 1,
        "scores": {code: list(given) for code, given in COMPLETE.items()},
    }
    assert (entry.event, entry.subject) == (Event.REVIEWS_SHEET_LOCKED, story.tender.number)
    assert entry.commitment == commit(sheet.salt, secret)
    assert story.opened[0].public_id.encode() not in bytes(entry.body)


# The database's own guard


def test_the_database_keeps_a_locked_sheet_and_its_scores(story, mine):
    save(story, mine, **COMPLETE)
    sheet = lock(story, mine)
    score = sheet.scores.first()
    spare = Score(sheet=sheet, criterion=story.criterion("production"), points=8, reason="Page 1.", version=1)

    acts = [
        lambda: sheet.scores.update(points=10),
        lambda: Score.objects.filter(pk=score.pk).delete(),
        spare.save,
        lambda: ScoreSheet.objects.filter(pk=sheet.pk).update(state="SCORING", locked_at=None),
        lambda: ScoreSheet.objects.filter(pk=sheet.pk).delete(),
    ]
    for act in acts:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()

    assert stored(mine) == COMPLETE
