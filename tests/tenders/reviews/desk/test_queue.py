import pytest
from django.urls import reverse

from coalition_portal.identity.roles import Role
from tests.factories import people
from tests.factories.companies import owner_of
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.factories.tenders import published_tender
from tests.tenders.reviews.conftest import kept

NAMES = ["Alpha Example Works", "Beta Example Works", "Gamma Example Works"]


def opened(say):
    rows = [{"name": name} for name in NAMES]
    return Review(say, proposals=rows, panel={TECHNICAL: ["LV", "GB"], CAPACITY: ["EE"]})


base = kept(opened)


@pytest.fixture
def queue(story, client_of):
    def load(user, query=""):
        response = client_of(user).get(reverse("admin:desk-queue") + query)
        return response.status_code, response.content.decode()

    return load


def test_before_the_declaration_nothing_but_the_way_to_it_is_shown(story, queue):
    member = story.members[TECHNICAL, "LV"]
    story.assign(*[(one, member) for one in story.opened])

    status, text = queue(member.user)

    assert status == 200
    assert "Declare your conflicts first" in text
    assert not [name for name in NAMES if name in text]


def test_the_queue_counts_what_is_left_and_tells_the_state_of_each(story, queue):
    member = story.declare(story.members[TECHNICAL, "LV"])
    first, second, _third = story.opened
    story.assign(*[(one, member) for one in story.opened])
    story.score(first, member)
    story.score(second, member, lock=False, links=None)

    _status, text = queue(member.user)

    assert "2 of 3 are left to score" in text
    assert "1 of 3 locked" in text
    words = ["Locked", "Begun", "To score", "3 of 3", "2 of 3", "0 of 3"]
    assert [word for word in words if word not in text] == []
    assert text.index(f">{NAMES[0]}</a>") > max(text.index(f">{name}</a>") for name in NAMES[1:])


def test_a_reviewer_sees_only_what_is_assigned(story, queue):
    member = story.declare(story.members[TECHNICAL, "LV"])
    story.assign((story.opened[0], member), (story.opened[1], story.members[TECHNICAL, "GB"]))

    _status, text = queue(member.user)

    assert [name for name in NAMES if name in text] == NAMES[:1]


def test_an_empty_queue_says_what_comes_next(story, queue):
    member = story.declare(story.members[TECHNICAL, "LV"])

    assert "Nothing is assigned to you yet" in queue(member.user)[1]
    assert "There is nothing for you to review" in queue(people.reviewer("EE"))[1]


def test_a_finished_queue_says_so(story, queue):
    member = story.declare(story.members[TECHNICAL, "LV"])
    story.assign((story.opened[0], member))
    story.score(story.opened[0], member)

    assert "Everything is locked" in queue(member.user)[1]


def test_other_tenders_of_the_person_stand_below_with_what_to_do(story, queue):
    from tenders.reviews.panel import name_panel_member

    member = story.declare(story.members[TECHNICAL, "LV"])
    later = published_tender(officer=story.officer, title_suffix="of the north")
    name_panel_member(tender=later, user=member.user, group=TECHNICAL, by=story.officer, now=story.later())

    _status, text = queue(member.user)
    _status, asked = queue(member.user, f"?tender={later.number}")

    assert "Nothing yet; the proposals are sealed" in text
    assert "Nothing yet; nothing is assigned" in asked


def test_those_who_run_tenders_see_them_with_their_sheets(story, queue):
    story.everybody_reads_everything()
    story.score(story.opened[0], story.members[TECHNICAL, "LV"])

    for user in (story.officer, story.chair, people.officer("EE"), people.staff(Role.AUDITOR)):
        status, text = queue(user)
        assert (status, "1 of 9" in text) == (200, True)
    assert story.tender.number not in queue(people.opener("EE"))[1]


def test_visitors_sign_in_and_bidders_find_nothing(story, client, client_of):
    address = reverse("admin:desk-queue")

    assert client.get(address)["Location"].startswith(reverse("account_login"))
    assert client_of(owner_of(story.opened[0].proposal.company)).get(address).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_takes_the_same_queries_for_one_row_and_for_three(story, client_of, rows, django_assert_num_queries):
    member = story.declare(story.members[TECHNICAL, "LV"])
    story.assign(*[(one, member) for one in story.opened[:rows]])
    for one in story.opened[:rows]:
        story.score(one, member, lock=False)
    browser = client_of(member.user)

    with django_assert_num_queries(8):
        browser.get(reverse("admin:desk-queue"))


def test_only_who_may_exclude_is_led_to_the_exclusions(story, queue):
    address = reverse("admin:desk-exclusions", args=[story.tender.number])
    shown = {}
    for role in (Role.OFFICER, Role.CHAIR, Role.AUDITOR):
        _status, text = queue(people.staff(role, None if role == Role.AUDITOR else "NL"))
        shown[role] = (story.tender.number in text, f'href="{address}"' in text)

    assert shown == {Role.OFFICER: (True, True), Role.CHAIR: (True, True), Role.AUDITOR: (True, False)}
