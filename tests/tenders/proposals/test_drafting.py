from datetime import timedelta
from decimal import Decimal

import pytest

from coalition_portal import clock
from coalition_portal.permission import Denied
from manufacturers.models import CompanyRole
from tenders.notices.queries import deadline_in_force
from tenders.proposals.drafting import save_answers
from tenders.proposals.models import Answer
from tenders.proposals.saving import StaleDraft, Unanswerable
from tests.factories import companies
from tests.factories.proposals import draft_proposal
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def _answers(proposal):
    rows = Answer.objects.filter(proposal=proposal).order_by("requirement__order")
    return {row.requirement.code: (row.number, row.yes, row.choice, row.text) for row in rows}


def _save(draft, answers, *, by, revision=None, seen=None, now=None):
    return save_answers(
        proposal=draft,
        answers=answers,
        revision=draft.revision if revision is None else revision,
        seen=seen,
        by=by,
        now=now or clock.now(),
    )


def test_answers_are_kept_by_their_type(draft, owner):
    saved = _save(
        draft,
        {"FPV-01": "6,5", "FPV-07": "−18", "FPV-08": "both", "FPV-09": True, "FPV-03": Decimal("20"), "FPV-05": None},
        by=owner,
    )

    assert _answers(draft) == {
        "FPV-01": (Decimal("6.5"), None, "", ""),
        "FPV-03": (Decimal("20"), None, "", ""),
        "FPV-07": (Decimal("-18"), None, "", ""),
        "FPV-08": (None, None, "both", ""),
        "FPV-09": (None, True, "", ""),
    }
    assert (saved.revision, saved.updated_by) == (2, owner)


def test_answers_change_and_are_taken_back_by_an_empty_text(draft, owner):
    saved = _save(draft, {"FPV-01": "6.5", "FPV-08": "both"}, by=owner)

    saved = _save(saved, {"FPV-01": "7", "FPV-08": ""}, by=owner)

    assert _answers(draft) == {"FPV-01": (Decimal("7"), None, "", "")}
    assert saved.revision == 3


def test_same_answers_make_no_new_revision(draft, owner):
    saved = _save(draft, {"FPV-01": "6.5"}, by=owner)

    again = _save(saved, {"FPV-01": "6.50", "FPV-02": ""}, by=owner)

    assert again.revision == saved.revision == 2


def test_unreadable_answers_are_refused_as_a_whole(draft, owner):
    with pytest.raises(Unanswerable) as raised:
        _save(draft, {"FPV-01": "6.5", "FPV-05": "about 1200", "FPV-99": "1"}, by=owner)

    assert list(raised.value.mistakes) == ["FPV-05", "FPV-99"]
    assert raised.value.field == "FPV-05"
    assert _answers(draft) == {}


def test_registered_requirements_need_the_undertaking():
    draft = draft_proposal(
        tender=published_tender(template_code="advanced_fpv"), company=companies.company(undertaking=False)
    )
    owner = companies.owner_of(draft.company)

    _save(draft, {"FPV-01": "6.5"}, by=owner)
    with pytest.raises(Unanswerable, match="you cannot see it"):
        _save(draft, {"FPV-02": "12"}, by=owner, revision=2)


@pytest.mark.parametrize(("offset", "is_open"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)])
def test_draft_changes_before_the_deadline_and_not_at_it(draft, owner, offset, is_open):
    now = deadline_in_force(draft.tender).closes_at + offset

    if is_open:
        assert _save(draft, {"FPV-01": "6.5"}, by=owner, now=now).revision == 2
    else:
        with pytest.raises(Denied, match="no longer changed"):
            _save(draft, {"FPV-01": "6.5"}, by=owner, now=now)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (None, False),
        (CompanyRole.VIEWER, False),
        (CompanyRole.EDITOR, True),
        (CompanyRole.SIGNATORY, True),
        (CompanyRole.OWNER, True),
    ],
)
def test_who_may_answer(draft, role, may):
    user = companies.person_of(draft.company, role) if role else companies.owner_of(companies.company(undertaking=True))

    if may:
        assert _save(draft, {"FPV-01": "6.5"}, by=user).updated_by == user
    else:
        with pytest.raises(Denied):
            _save(draft, {"FPV-01": "6.5"}, by=user)


def test_two_people_who_answer_different_requirements_keep_both(draft, owner):
    _save(draft, {"FPV-01": "6.5"}, by=owner, revision=1, seen={"FPV-01": ""})

    saved = _save(draft, {"FPV-01": "", "FPV-03": "20"}, by=owner, revision=1, seen={"FPV-01": "", "FPV-03": ""})

    assert saved.revision == 3
    assert _answers(draft) == {"FPV-01": (Decimal("6.5"), None, "", ""), "FPV-03": (Decimal("20"), None, "", "")}


def test_stale_page_shows_both_values_and_saves_nothing(draft, owner):
    _save(draft, {"FPV-01": "6.5", "FPV-08": "both"}, by=owner, revision=1)

    with pytest.raises(StaleDraft) as raised:
        _save(
            draft,
            {"FPV-01": "7", "FPV-03": "20", "FPV-08": ""},
            by=owner,
            revision=1,
            seen={"FPV-01": "", "FPV-03": "", "FPV-08": ""},
        )

    assert raised.value.values == {"FPV-01": "7", "FPV-03": "20", "FPV-08": "both"}
    assert raised.value.clashes == {"FPV-01": "6.5"}
    assert raised.value.revision == 2
    assert "FPV-03" not in _answers(draft)


def test_stale_page_saves_after_both_were_seen(draft, owner):
    _save(draft, {"FPV-01": "6.5"}, by=owner, revision=1)
    with pytest.raises(StaleDraft) as raised:
        _save(draft, {"FPV-01": "7"}, by=owner, revision=1, seen={"FPV-01": ""})

    saved = _save(draft, {"FPV-01": "7"}, by=owner, revision=raised.value.revision, seen={"FPV-01": "6.5"})

    assert (saved.revision, _answers(draft)["FPV-01"][0]) == (3, Decimal("7"))


def test_stale_save_without_knowing_what_was_seen_clashes(draft, owner):
    _save(draft, {"FPV-01": "6.5"}, by=owner, revision=1)

    with pytest.raises(StaleDraft):
        _save(draft, {"FPV-01": "7"}, by=owner, revision=1)
