import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from coalition_portal.identity.roles import Role
from tenders.reviews.conflicts import recuse
from tenders.reviews.models import Ranking
from tests.factories import people
from tests.factories.companies import owner_of
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.tenders.reviews.conftest import kept

NAMES = ["Alpha Example Works", "Beta Example Works", "Gamma Example Works", "Weak Example Works"]


def agreed(say):
    """Alpha gets 5 throughout, Beta 8, Gamma 10; the last one is excluded."""
    story = Review(say, proposals=[{"name": name} for name in NAMES], panel={TECHNICAL: ["LV"], CAPACITY: ["EE"]})
    story.everybody_reads_everything()
    story.exclude(story.opened[3], reason="Payload 4.2 kg.")
    alpha, beta, gamma, _weak = story.opened
    story.everybody_scores(**{alpha.public_id: 5, beta.public_id: 8, gamma.public_id: 10})
    story.agree()
    return story


base = kept(agreed)


@pytest.fixture
def post(story, url, client_of):
    def send(name, user=None):
        return client_of(user or story.chair).post(url(name), follow=True)

    return send


def test_before_it_is_made_the_page_says_what_is_there(story, page):
    status, text = page(story.chair, "desk-ranking")

    wanted = ["Not ranked yet", "18 of 18 recorded", "Make the ranking …"]
    assert (status, [word for word in wanted if word not in text]) == (200, [])
    assert "Make the ranking …" not in page(story.officer, "desk-ranking")[1]


def test_the_chair_makes_it_on_a_page_that_asks_once(story, page, post):
    assert "This cannot be undone" in page(story.chair, "desk-ranking-make")[1]

    text = post("desk-ranking-make").content.decode()

    assert "Ranked." in text
    assert "3 ranked, 1 excluded" in text
    assert page(story.chair, "desk-ranking-make")[0] == 404


def test_a_ranking_that_cannot_be_made_says_why(review, client_of):
    story = review(proposals=1, panel={})
    address = f"/admin/reviews/{story.tender.number}/ranking/make/"

    text = client_of(story.chair).post(address).content.decode()

    assert "6 consensus points are missing" in text
    assert not Ranking.objects.exists()


def test_the_ranking_is_explained(story, page):
    story.rank()

    text = page(story.chair, "desk-ranking")[1]
    why = page(story.chair, "desk-ranking", query=f"?why={story.opened[0].public_id}")[1]

    places = [text.index(f">{name}</a>") for name in (NAMES[2], NAMES[1], NAMES[0])]
    assert places == sorted(places)
    assert "Gamma Example Works: Flight performance 30.00, Links and navigation 20.00" in text
    assert "Total 94.65" in text or "Total 94.64" in text
    assert "How Gamma Example Works comes to 94.645" in text
    assert "How Alpha Example Works comes to 52.145" in why
    assert ["Shown on page 1 for performance." in why, "Payload 4.2 kg." in why] == [True, True]


def test_an_unknown_proposal_is_not_explained(story, page):
    story.rank()

    assert page(story.chair, "desk-ranking", query="?why=" + "a" * 26)[0] == 404
    assert page(story.chair, "desk-ranking", query=f"?why={story.opened[3].public_id}")[0] == 404


def test_two_people_of_two_countries_publish(story, page, post):
    story.rank()

    proposed = post("desk-ranking-publish", story.officer).content.decode()
    twice = post("desk-ranking-publish", story.officer).content.decode()
    published = post("desk-ranking-publish").content.decode()

    assert "Proposed." in proposed
    assert "You proposed it yourself" in twice
    assert "Published. Every bidder is told that there is news." in published
    assert Ranking.objects.get().published_by == story.chair
    assert page(story.chair, "desk-ranking-publish")[0] == 302


def test_the_publish_page_tells_who_proposed(story, page, post):
    story.rank()
    assert "Propose the publication" in page(story.officer, "desk-ranking-publish")[1]

    post("desk-ranking-publish", story.officer)

    assert f"Proposed by {story.officer}, Latvia" in page(story.chair, "desk-ranking-publish")[1]


def test_the_files_are_downloads(story, url, client_of):
    story.rank()
    browser = client_of(story.chair)

    table, book = browser.get(url("desk-ranking-csv")), browser.get(url("desk-ranking-xlsx"))

    rows = list(csv.reader(StringIO(table.content.decode("utf-8-sig"))))
    assert [row[1] for row in rows] == ["Company", NAMES[2], NAMES[1], NAMES[0], NAMES[3]]
    assert load_workbook(BytesIO(book.content))["Ranking"].max_row == 4
    name = story.tender.number
    assert table["Content-Disposition"] == f'attachment; filename="{name}-ranking.csv"'
    assert book["Content-Disposition"] == f'attachment; filename="{name}-ranking.xlsx"'
    assert {table["Cache-Control"], book["Cache-Control"]} == {"no-store, private"}


def test_there_are_no_files_before_the_ranking(story, page):
    assert [page(story.chair, name)[0] for name in ("desk-ranking-csv", "desk-ranking-xlsx")] == [404, 404]


def test_who_sees_the_ranking(story, page):
    story.rank()
    found = {
        "chair": story.chair,
        "officer": story.officer,
        "officer of another country": people.officer("EE"),
        "auditor": people.staff(Role.AUDITOR),
        "member of the panel": story.members[TECHNICAL, "LV"].user,
    }
    others = {
        "reviewer not on the panel": people.reviewer("GB"),
        "opener": people.opener("EE"),
        "adviser": people.staff(Role.ADVISER, "UA"),
        "head": people.head("LV"),
        "operator": people.staff(Role.OPERATOR),
        "bidder": owner_of(story.opened[0].proposal.company),
    }
    names = ["desk-ranking", "desk-ranking-csv", "desk-ranking-xlsx"]

    for users, wanted in ((found, 200), (others, 404)):
        seen = {who: [page_status(page, user, name) for name in names] for who, user in users.items()}
        assert seen == {who: [wanted] * 3 for who in users}
    for user in (*others.values(), found["auditor"], found["member of the panel"]):
        assert [page(user, name)[0] for name in ("desk-ranking-make", "desk-ranking-publish")] == [404, 404]


def page_status(page, user, name):
    try:
        return page(user, name)[0]
    except UnicodeDecodeError:
        return 200  # A workbook is no text.


def test_a_recused_reader_gets_ranks_without_a_gap(story, page):
    member = story.members[TECHNICAL, "LV"]
    recuse(member=member, opened=story.opened[2], reason="A relative.", by=member.user, now=story.later())
    story.rank()

    text = page(member.user, "desk-ranking")[1]

    assert "2 ranked, 1 excluded" in text
    assert NAMES[2] not in text
    assert text.index('<span class="num">1</span>') < text.index(f">{NAMES[1]}</a>") < text.index(f">{NAMES[0]}</a>")
    assert page(member.user, "desk-ranking", query=f"?why={story.opened[2].public_id}")[0] == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_ranking_takes_the_same_queries_for_one_row_and_for_three(
    review, url, client_of, rows, django_assert_num_queries
):
    story = review(proposals=rows, panel={TECHNICAL: ["LV"], CAPACITY: ["EE"]})
    story.everybody_reads_everything()
    story.everybody_scores()
    story.agree()
    story.publish(story.rank())
    address = f"/admin/reviews/{story.tender.number}/ranking/"
    chair, member = client_of(story.chair), client_of(story.members[TECHNICAL, "LV"].user)

    with django_assert_num_queries(9):
        chair.get(address)
    with django_assert_num_queries(10):
        member.get(address)
