import pytest

from coalition_portal.identity.roles import Role
from tenders.proposals.models import Exclusion
from tests.factories import people
from tests.factories.reviews import TECHNICAL, Review
from tests.tenders.reviews.conftest import kept

ROWS = [
    {"name": "Alpha Example Works"},
    {"name": "Weak Example Works", "answers": {"ISR-01": "30", "ISR-05": "20"}},
    {"name": "Slow Example Works", "answers": {"ISR-11": "40"}},
]

base = kept(lambda say: Review(say, proposals=ROWS, panel={TECHNICAL: ["LV"]}, template_code="reconnaissance"))


@pytest.fixture
def post(story, url, client_of):
    def send(user=None, **data):
        return client_of(user or story.officer).post(url("desk-exclusions"), data, follow=True)

    return send


def exclusions():
    rows = Exclusion.objects.order_by("opened__proposal__pk")
    return [(row.opened.proposal.company.legal_name, row.reason, row.confirmed_at is not None) for row in rows]


def test_the_page_lists_failing_must_haves_with_what_was_got_and_wanted(story, page):
    status, text = page(story.officer, "desk-exclusions")

    failing = text[: text.index("Exclude for another reason")]
    assert status == 200
    assert ["Weak Example Works" in failing, "Slow Example Works" in failing] == [True, True]
    assert "Alpha Example Works" not in failing
    space = "\N{NO-BREAK SPACE}"
    assert f"claimed 30{space}min; wanted at least 35{space}min." in failing
    assert "ISR-05" not in failing


def test_a_list_is_proposed_by_one_country_and_confirmed_by_another(story, post, page):
    weak, slow = story.opened[1:]
    ticks = {f"exclude_{one.public_id}": "on" for one in (weak, slow)}
    reasons = {f"reason_{weak.public_id}": "ISR-01: 30 min.", f"reason_{slow.public_id}": "ISR-11: 40 days."}

    proposed = post(act="propose", **ticks, **reasons).content.decode()
    same_country = post(user=people.officer("LV"), act="confirm", exclusion=[weak.public_id]).content.decode()
    confirmed = post(user=story.chair, act="confirm", exclusion=[weak.public_id, slow.public_id]).content.decode()

    assert "Proposed. A person of another country confirms the list." in proposed
    assert "Confirm the exclusions" not in proposed
    assert "You are of the country that proposed it" in same_country
    assert "2 exclusions are decided." in confirmed
    assert exclusions() == [
        ("Weak Example Works", "ISR-01: 30 min.", True),
        ("Slow Example Works", "ISR-11: 40 days.", True),
    ]


def test_what_is_proposed_can_be_taken_back(story, post):
    weak = story.opened[1]
    post(act="propose", **{f"exclude_{weak.public_id}": "on", f"reason_{weak.public_id}": "ISR-01: 30 min."})

    text = post(act="take_back", exclusion=[weak.public_id]).content.decode()

    assert ("1 exclusion is decided." in text, exclusions()) == (True, [])


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Nothing is ticked"),
        ({"exclude": "on", "reason": "  "}, "Name the requirement that fails and what was claimed"),
        ({"exclude": "on", "reason": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_a_refused_list_keeps_every_word(story, post, fields, told):
    pid = story.opened[1].public_id

    text = post(act="propose", **{f"{name}_{pid}": value for name, value in fields.items()}).content.decode()

    assert (told in text, fields.get("reason", "").strip() in text, exclusions()) == (True, True, [])


def test_an_unknown_act_is_not_found(story, post):
    assert [post(act="nonsense").status_code, post().status_code] == [404, 404]


def test_officers_and_chairs_of_member_countries_find_the_page(story, page):
    found = [story.officer, story.chair, people.officer("EE"), people.chair("EE")]
    others = [people.staff(Role.OFFICER), people.opener("EE"), story.members[TECHNICAL, "LV"].user]

    assert [page(user, "desk-exclusions")[0] for user in found] == [200] * 4
    assert [page(user, "desk-exclusions")[0] for user in others] == [404] * 3


def test_after_the_ranking_the_page_only_tells(story, page, post):
    story.everybody_reads_everything()
    story.exclude(story.opened[1])
    story.exclude(story.opened[2])
    story.everybody_scores()
    story.tender.state = "RANKED"
    story.tender.save()

    text = page(story.officer, "desk-exclusions")[1]

    assert ("Excluded with a reason" in text, "Propose the ticked exclusions" in text) == (True, False)


@pytest.mark.parametrize("act", ["confirm", "take_back"])
@pytest.mark.parametrize("value", ["", "1", "a\0b", "99999999999999999999", "ключ", "x" * 5000])
def test_what_no_page_sends_is_not_found(story, post, act, value):
    assert post(act=act, exclusion=[story.opened[1].public_id, value]).status_code == 404
