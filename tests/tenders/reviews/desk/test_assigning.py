import pytest

from coalition_portal.identity.roles import Role
from tenders.reviews.models import Assignment, PanelMember
from tests.factories import people
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.factories.tenders import published_tender
from tests.tenders.reviews.conftest import kept

ROWS = [{"name": "Alpha Example Works"}, {"name": "Beta Example Works", "country": "LV"}, {}]

base = kept(lambda say: Review(say, proposals=ROWS, panel={TECHNICAL: ["LV", "GB"], CAPACITY: ["EE"]}))


def pair(opened, member):
    return f"{opened.public_id}:{member.pk}"


def live(story):
    rows = Assignment.objects.filter(opened__tender=story.tender, ended_at=None)
    return {pair(row.opened, row.member) for row in rows.select_related("opened", "member")}


@pytest.fixture
def post(story, url, client_of):
    def send(name="desk-assignments", user=None, address=None, **data):
        return client_of(user or story.officer).post(address or url(name), data, follow=True)

    return send


def test_ticks_that_were_set_and_cleared_are_saved_as_one_act(story, post):
    first, second, third = story.opened
    member, other = story.members[TECHNICAL, "LV"], story.members[CAPACITY, "EE"]
    story.assign((first, member), (second, member))

    response = post(was=[pair(first, member), pair(second, member)], pair=[pair(second, member), pair(third, other)])

    assert "Saved. The reviewers find it in their queues." in response.content.decode()
    assert live(story) == {pair(second, member), pair(third, other)}


def test_what_another_page_changed_meanwhile_stays(story, post):
    first, second, _third = story.opened
    member = story.members[TECHNICAL, "LV"]
    story.assign((first, member))

    post(pair=[pair(second, member)])

    assert live(story) == {pair(first, member), pair(second, member)}


def test_a_page_that_nobody_changed_saves_nothing(story, post):
    assert "Nothing was changed." in post().content.decode()


def test_a_refusal_is_told_and_nothing_is_saved(story, post):
    latvian = story.opened[1]
    one, two = story.members[TECHNICAL, "LV"], story.name(TECHNICAL, "LV")

    response = post(pair=[pair(latvian, one), pair(latvian, two)])

    assert "one reviewer of Latvia scores it in this group already" in response.content.decode()
    assert live(story) == set()


@pytest.mark.parametrize("value", ["nonsense", "a:b", ":", "{pid}:0", "aaaaaaaaaaaaaaaaaaaaaaaaaa:{member}"])
def test_a_tick_that_is_no_pair_of_this_tender_is_not_found(story, post, value):
    made = value.format(pid=story.opened[0].public_id, member=story.members[TECHNICAL, "LV"].pk)

    assert post(pair=[made]).status_code == 404


def test_the_board_marks_what_is_fixed_and_what_is_capped(story, page):
    first, second, _third = story.opened
    member, recused = story.members[TECHNICAL, "LV"], story.members[TECHNICAL, "GB"]
    story.declare(member)
    story.declare(recused, first)
    story.assign((first, member))
    story.score(first, member)

    text = page(story.officer, "desk-assignments")[1]

    assert f'value="{pair(first, recused)}" disabled' in text
    assert f'value="{pair(first, member)}" checked disabled' in text
    assert [word in text for word in ("(recused)", "(locked)", "(own country)", "Not declared")] == [True] * 4


def test_a_reviewer_is_named_and_removed_on_the_page(story, client_of, url):
    user, browser = people.reviewer("EE"), client_of(story.officer)

    nobody = browser.post(url("desk-panel"), {"group": "TECHNICAL"}, follow=True)
    named = browser.post(url("desk-panel"), {"user": user.pk, "group": "TECHNICAL"}, follow=True)
    member = PanelMember.objects.get(user=user)
    removed = browser.post(url("desk-panel-remove", None, user.public_id), follow=True)

    told = [response.content.decode() for response in (nobody, named, removed)]
    wanted = ["Choose a reviewer and a group", "Named.", "Removed."]
    assert [word in text for word, text in zip(wanted, told, strict=True)] == [True] * 3
    member.refresh_from_db()
    assert (member.group, member.removed_at is None) == ("TECHNICAL", False)


def test_only_free_reviewers_of_panel_countries_are_offered(story, page):
    free, other = people.reviewer("EE", name="Free Reviewer"), people.reviewer("PL", name="Polish Reviewer")
    people.staff(Role.ADVISER, "EE", name="An Adviser")

    text = page(story.officer, "desk-assignments")[1]

    offered = text[text.index("<select") : text.index("</select>")]
    taken = str(story.members[TECHNICAL, "LV"].user)
    assert (str(free) in offered, str(other) in offered, taken in offered) == (True, False, False)
    assert "An Adviser" not in offered


def test_the_panel_can_be_named_before_the_opening(story, client_of):
    tender = published_tender(officer=story.officer)

    text = client_of(story.officer).get(f"/admin/reviews/{tender.number}/assignments/").content.decode()

    assert "Nothing can be assigned now" in text
    assert "Nobody is on the panel yet" in text


def test_only_those_who_run_the_panel_find_the_board(story, page, post, url):
    others = [people.officer("EE"), people.chair("EE"), story.members[TECHNICAL, "LV"].user, people.staff(Role.AUDITOR)]

    assert [page(user, "desk-assignments")[0] for user in (story.officer, story.chair)] == [200, 200]
    for user in others:
        assert page(user, "desk-assignments")[0] == 404
        assert post(user=user, pair=[]).status_code == 404
        assert post(address=url("desk-panel"), user=user).status_code == 404
        removal = url("desk-panel-remove", None, story.members[TECHNICAL, "LV"].user.public_id)
        assert post(address=removal, user=user).status_code == 404
