import re

import pytest

from coalition_portal.identity.roles import Role
from tenders.reviews.models import ConsensusPoint
from tests.factories import people
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.tenders.reviews.conftest import kept


def scored(say):
    """Everything of both proposals is locked; the technical points of the first are three steps apart."""
    rows = [{"name": "Alpha Example Works"}, {"name": "Beta Example Works"}]
    story = Review(say, proposals=rows, panel={TECHNICAL: ["LV", "GB", "EE"], CAPACITY: ["EE"]})
    story.everybody_reads_everything()
    story.score(story.opened[0], story.members[TECHNICAL, "GB"], 0, maturity=8)
    story.everybody_scores()
    return story


base = kept(scored)


@pytest.fixture
def post(story, url, client_of):
    def send(name="desk-consensus-proposal", opened=None, user=None, **data):
        opened = opened or (story.opened[0] if name == "desk-consensus-proposal" else None)
        return client_of(user or story.chair).post(url(name, opened), data, follow=True)

    return send


def recorded(opened):
    rows = ConsensusPoint.objects.filter(opened=opened)
    return {
        code: (points, drafted) for code, points, drafted in rows.values_list("criterion__code", "points", "drafted")
    }


def test_the_board_counts_what_is_left(story, page):
    status, text = page(story.chair, "desk-consensus")

    wanted = ["12 points are left to agree", "0 of 12 recorded", "To discuss: 2", "Drafted: 6", "0 of 6"]
    assert (status, [word for word in wanted if word not in text]) == (200, [])


def test_a_proposal_shows_a_dot_for_each_reviewer_and_what_is_drafted(story, page):
    status, text = page(story.chair, "desk-consensus-proposal", story.opened[0])

    discuss, fast = text[: text.index("Fast lane")], text[text.index("Fast lane") :]
    assert (status, "2 criteria need a discussion" in text) == (200, True)
    assert "Flight performance: Latvia 8, United Kingdom 0, Estonia 8" in " ".join(sorted_dots(discuss))
    assert ["Maturity of the offered version" in part for part in (discuss, fast)] == [False, True]
    assert "Draft: 8." in fast


def sorted_dots(text):
    """The spoken forms of the dot strips, with the countries in one order."""
    told = []
    for title, dots in re.findall(r'aria-label="([^":]+): ([^"]+?)\. Mean', text):
        order = {"Latvia": 0, "United Kingdom": 1, "Estonia": 2}
        parts = sorted(dots.split(", "), key=lambda part: order[part.rsplit(" ", 1)[0]])
        told.append(f"{title}: {', '.join(parts)}")
    return told


def test_ticked_drafts_are_recorded_and_cleared_ones_left(story, post):
    first, second = story.opened
    keys = [f"{first.public_id}:maturity", f"{second.public_id}:links", f"{first.public_id}:links"]

    text = post("desk-consensus-drafts", draft=keys).content.decode()

    assert "2 points are recorded." in text
    assert (recorded(first), recorded(second)) == ({"maturity": (8, True)}, {"links": (8, True)})


def test_drafts_of_one_proposal_are_confirmed_on_its_page(story, post):
    first = story.opened[0]

    text = post(confirm="1", draft=[f"{first.public_id}:support"]).content.decode()

    assert ("1 point is recorded." in text, recorded(first)) == (True, {"support": (8, True)})


def test_a_discussed_point_is_recorded_with_its_reason(story, post):
    first = story.opened[0]
    fields = {"performance-points": "5", "performance-reason": "Discussed: page 3 shows one gap."}

    text = post(criterion="performance", **fields).content.decode()

    assert ("Recorded." in text, "Discussed: page 3 shows one gap." in text) == (True, True)
    assert recorded(first) == {"performance": (5, False)}
    again = {"performance-points": "3", "performance-reason": "Discussed once more, page 4."}
    post(criterion="performance", **again)
    assert recorded(first) == {"performance": (3, False)}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"points": "", "reason": "Discussed."}, "This field is required"),
        ({"points": "4", "reason": "Discussed four."}, "4 is not one of the available choices"),
        ({"points": "5", "reason": ""}, "This field is required"),
    ],
)
def test_a_refused_record_keeps_every_word(story, post, fields, told):
    data = {f"performance-{name}": value for name, value in fields.items()}

    text = post(criterion="performance", **data).content.decode()

    assert (told in text, fields["reason"] in text, recorded(story.opened[0])) == (True, True, {})


def test_an_unknown_criterion_is_not_found(story, post):
    assert post(criterion="nonsense").status_code == 404


def test_officers_and_auditors_read_and_only_the_chair_records(story, page, post):
    first = story.opened[0]
    readers = [story.officer, people.staff(Role.AUDITOR)]
    others = [people.officer("EE"), people.chair("EE"), story.members[TECHNICAL, "LV"].user]
    names = [("desk-consensus", None), ("desk-consensus-drafts", None), ("desk-consensus-proposal", first)]

    for user in readers:
        pages = [page(user, *name) for name in names]
        assert [status for status, _text in pages] == [200] * 3
        assert not any("Confirm the ticked points" in text or "Record the point" in text for _status, text in pages)
        fields = {"performance-points": "5", "performance-reason": "Discussed."}
        assert post(user=user, criterion="performance", **fields).status_code == 403
        assert post("desk-consensus-drafts", user=user, draft=[f"{first.public_id}:maturity"]).status_code == 403
    for user in others:
        assert [page(user, *name)[0] for name in names] == [404] * 3
    assert recorded(first) == {}


def test_when_everything_is_agreed_the_way_leads_to_the_ranking(story, page, post):
    story.agree()
    for code in ("performance", "links"):
        post(criterion=code, **{f"{code}-points": "5", f"{code}-reason": "Discussed, page 3."})

    text = page(story.chair, "desk-consensus")[1]

    assert ["Everything is agreed" in text, "Go to the ranking" in text, "12 of 12 recorded" in text] == [True] * 3
    assert "Nothing is drafted here" in page(story.chair, "desk-consensus-drafts")[1]


@pytest.mark.parametrize("value", ["", "-1", "a\0b", "performance\0", "99999999999999999999", "ключ", "x" * 5000])
def test_criterion_that_no_page_sends_is_not_found(story, post, value):
    opened = story.opened[0]

    assert post(criterion=value).status_code == 404
    assert (
        post(criterion="performance", **{"performance-points": value, "performance-reason": "Seen."}).status_code == 200
    )
    assert post("desk-consensus-drafts", draft=[value, f"{opened.public_id}:{value}"]).status_code == 200
    assert recorded(opened) == {}
