import pytest
from django.urls import reverse

from tenders.reviews.models import Conflict, Declaration
from tests.factories import people
from tests.factories.companies import owner_of
from tests.factories.reviews import TECHNICAL, Review
from tests.tenders.reviews.conftest import kept

NAMES = ["Alpha Example Works", "Beta Example Works"]

base = kept(lambda say: Review(say, proposals=[{"name": name} for name in NAMES], panel={TECHNICAL: ["LV", "GB"]}))


@pytest.fixture
def member(story):
    member = story.members[TECHNICAL, "LV"]
    story.assign(*[(one, member) for one in story.opened])
    return member


@pytest.fixture
def post(url, client_of, member):
    def send(name="desk-declare", opened=None, **fields):
        return client_of(member.user).post(url(name, opened), fields)

    return send


def test_the_list_holds_names_and_countries_and_nothing_else(story, page, member):
    _status, text = page(member.user, "desk-declare")

    content = str([one.content for one in story.opened])
    assert [name in text for name in NAMES] == [True, True]
    assert "Placeholder Rotors" in content
    assert "Placeholder Rotors" not in text
    assert [one.proposal.drone_model.name for one in story.opened if one.proposal.drone_model.name in text] == []


def test_signing_leads_to_the_queue_and_keeps_the_conflict(story, post, member, page):
    pid = story.opened[0].public_id

    response = post(**{f"conflict_{pid}": "on", f"reason_{pid}": "My brother works there.", "signed": "on"})

    assert response["Location"] == reverse("admin:desk-queue")
    assert list(Conflict.objects.values_list("opened__public_id", "reason")) == [(pid, "My brother works there.")]
    assert page(member.user, "desk-declare")[0] == 302


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Your signature is missing"),
        ({"conflict": "on", "signed": "on"}, "You ticked Alpha Example Works. Give the reason"),
        ({"reason": "A friend.", "signed": "on"}, "Tick the company, or clear the reason"),
        ({"conflict": "on", "reason": "x" * 501, "signed": "on"}, "at most 500 characters"),
    ],
)
def test_a_refused_form_keeps_every_word(story, post, fields, told):
    pid = story.opened[0].public_id

    response = post(**{name if name == "signed" else f"{name}_{pid}": value for name, value in fields.items()})

    text = response.content.decode()
    assert (response.status_code, told in text) == (200, True)
    assert fields.get("reason", "") in text
    assert not Declaration.objects.exists()


def test_nothing_of_a_proposal_is_shown_before_the_signature(story, page, member):
    for name in ("desk-review", "desk-review-lock", "desk-recuse"):
        status, text = page(member.user, name, story.opened[0])
        assert (status, NAMES[0] in text) in [(302, False), (404, False)]
    assert page(member.user, "desk-ranking")[0] == 404


def test_only_members_of_the_panel_find_the_list(story, page):
    strangers = [people.reviewer("EE"), story.officer, story.chair, owner_of(story.opened[0].proposal.company)]

    assert [page(user, "desk-declare")[0] for user in strangers] == [404] * 4


def test_a_later_conflict_takes_the_proposal_away(story, post, member, page):
    first = story.opened[0]
    post(signed="on")

    assert page(member.user, "desk-recuse", first)[0] == 200
    empty = post("desk-recuse", first, reason="")
    done = post("desk-recuse", first, reason="It came to light.")

    assert (empty.status_code, done.status_code) == (200, 302)
    assert [page(member.user, name, first)[0] for name in ("desk-review", "desk-recuse")] == [404, 404]
    assert page(member.user, "desk-review", story.opened[1])[0] == 200
