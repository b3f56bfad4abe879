"""Who says that a company means to bid, and who learns how many do."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.identity.roles import Role
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from manufacturers.models import CompanyRole
from tenders.notices.cancelling import cancel
from tenders.notices.queries import deadline_in_force
from tenders.proposals import intents, permissions
from tenders.proposals.models import Intent
from tenders.proposals.queries import forecast_of, intents_visible_to
from tests.factories import companies, people, tenders
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import draft_proposal

pytestmark = pytest.mark.django_db

COMPANY = {"viewer", "editor", "signatory", "owner"}
OFFICERS = {
    "its officer",
    "officer of another country",
    "officer of the secretariat",
    "its chair",
    "chair of another tender",
}
STAFF = {
    "its officer": lambda tender: tender.officer,
    "officer of another country": lambda tender: people.officer("EE"),
    "officer of the secretariat": lambda tender: people.staff(Role.OFFICER),
    "its chair": lambda tender: tender.second_approver,
    "chair of another tender": lambda tender: people.chair("NL"),
    "opener": lambda tender: people.opener("EE"),
    "reviewer": lambda tender: people.reviewer("EE"),
    "adviser": lambda tender: people.staff(Role.ADVISER, "UA"),
    "head": lambda tender: people.head("EE"),
    "auditor": lambda tender: people.staff(Role.AUDITOR),
    "operator": lambda tender: people.staff(Role.OPERATOR),
}


@pytest.fixture
def tender():
    return tenders.published_tender()


def everybody(tender, company):
    made = {role.lower(): companies.person_of(company, CompanyRole[role.upper()]) for role in COMPANY - {"owner"}}
    made |= {"owner": companies.owner_of(company), "visitor": AnonymousUser()}
    made |= {"person without a company": companies.verified_user()}
    made |= {"owner of another company": companies.owner_of(companies.company(name="Third"))}
    return made | {kind: find(tender) for kind, find in STAFF.items()}


def those_who_may(can, people_by_kind, *arguments):
    return {kind for kind, user in people_by_kind.items() if can(user, *arguments)}


def test_who_says_it_who_sees_it_and_who_learns_how_many(tender, company, owner):
    intents.give(tender=tender, by=owner, now=clock.now())
    intents.give(tender=tender, by=companies.owner_of(companies.company()), now=clock.now())
    closes_at = deadline_in_force(tender).closes_at
    crowd = everybody(tender, company)

    said = those_who_may(permissions.can_say_intent, crowd, tender, clock.now())
    seen = those_who_may(lambda user: intents_visible_to(user).exists(), crowd)
    told = {
        offset: {kind: forecast_of(user, tender, closes_at + offset) for kind, user in crowd.items()}
        for offset in (-MICROSECOND, timedelta(0), MICROSECOND, timedelta(days=30))
    }

    assert said == {"editor", "signatory", "owner", "owner of another company"}
    assert seen == COMPANY
    nobody = dict.fromkeys(crowd)
    officers = nobody | dict.fromkeys(OFFICERS, 2)
    assert told == {
        -MICROSECOND: nobody,
        timedelta(0): officers,
        MICROSECOND: officers,
        timedelta(days=30): officers,
    }


@pytest.mark.parametrize(("offset", "may"), [(-MICROSECOND, True), (timedelta(0), False), (MICROSECOND, False)])
def test_it_is_said_until_the_deadline_and_not_at_it(tender, owner, offset, may):
    closes_at = deadline_in_force(tender).closes_at

    assert permissions.can_say_intent(owner, tender, closes_at + offset) is may


def test_nothing_is_said_about_a_cancelled_tender(tender, owner):
    cancel(tender=tender, reason="Not needed any more.", by=tender.officer, now=clock.now())
    tender.refresh_from_db()

    assert not permissions.can_say_intent(owner, tender, clock.now())


def test_a_later_deadline_hides_the_forecast_again(tender):
    first = deadline_in_force(tender).closes_at
    tenders.extended_tender(tender, first + timedelta(days=1))

    assert forecast_of(tender.officer, tender, first) is None


def test_an_unpublished_tender_has_no_forecast():
    draft = tenders.blank_draft()

    assert forecast_of(draft.officer, draft, clock.now()) is None


# The verbs


def test_an_intent_is_given_once_and_taken_back(tender, company, owner):
    now = clock.now()
    editor = companies.person_of(company, CompanyRole.EDITOR)

    first = intents.give(tender=tender, by=owner, now=now)
    again = intents.give(tender=tender, by=editor, now=now + timedelta(hours=1))

    assert (again.pk, again.given_by, again.given_at, Intent.objects.count()) == (first.pk, owner, now, 1)
    intents.take_back(tender=tender, by=editor, now=now)
    intents.take_back(tender=tender, by=editor, now=now)
    assert Intent.objects.count() == 0


def test_taking_back_leaves_the_intents_of_others(tender, owner):
    other = companies.owner_of(companies.company())
    intents.give(tender=tender, by=other, now=clock.now())

    intents.take_back(tender=tender, by=owner, now=clock.now())

    assert Intent.objects.count() == 1


@pytest.mark.parametrize("verb", [intents.give, intents.take_back])
def test_at_the_deadline_both_are_refused(tender, owner, verb):
    intents.give(tender=tender, by=owner, now=clock.now())

    with pytest.raises(Denied, match="can no longer be given or taken back"):
        verb(tender=tender, by=owner, now=deadline_in_force(tender).closes_at)

    assert Intent.objects.count() == 1


def test_the_log_knows_nothing_of_it(tender, owner):
    before = Entry.objects.count()

    intents.give(tender=tender, by=owner, now=clock.now())
    intents.take_back(tender=tender, by=owner, now=clock.now())

    assert Entry.objects.count() == before


# The pages


def _say(web, tender, intends, back="tender"):
    return web.post(_address(tender, back), {"intends": intends})


def _address(tender, back):
    return f"{reverse('proposal-intent', args=[tender.number])}?back={back}"


def test_the_tick_stands_on_the_page_of_the_tender(client_of, tender, owner):
    web = client_of(owner)
    page = reverse("tender", args=[tender.number])
    assert "We intend to bid" in web.get(page).content.decode()

    response = _say(web, tender, "yes")

    assert (response.status_code, response.url) == (302, page)
    told = web.get(page).content.decode()
    assert "Your company intends to bid" in told
    assert "Take it back" in told


def test_the_tick_in_a_task_list_leads_back_there(client_of, tender, company, owner):
    web, draft = client_of(owner), draft_proposal(tender=tender, company=company)
    page = reverse("proposal", args=[draft.public_id])
    intents.give(tender=tender, by=owner, now=clock.now())
    assert "Take it back" in web.get(page).content.decode()

    response = _say(web, tender, "no", back=draft.public_id)

    assert (response.status_code, response.url, Intent.objects.count()) == (302, page, 0)


def test_who_signs_in_again_after_the_tick_comes_back_to_where_it_stood(client, client_of, tender, company, owner):
    draft = draft_proposal(tender=tender, company=company)
    places = {
        "tender": reverse("tender", args=[tender.number]),
        draft.public_id: reverse("proposal", args=[draft.public_id]),
    }

    led_in = {back: client.post(_address(tender, back)).url for back in places}
    web = client_of(owner)

    assert led_in == {back: f"{reverse('account_login')}?next={quote(_address(tender, back))}" for back in places}
    assert {back: web.get(_address(tender, back)).url for back in places} == places


def test_another_companys_draft_leads_to_the_tender(client_of, tender, owner):
    foreign = draft_proposal(tender=tender)

    response = _say(client_of(owner), tender, "yes", back=foreign.public_id)

    assert response.url == reverse("tender", args=[tender.number])


def test_a_viewer_reads_it_and_is_told_why_not(client_of, tender, company, owner):
    intents.give(tender=tender, by=owner, now=clock.now())
    draft = draft_proposal(tender=tender, company=company)
    web = client_of(companies.person_of(company, CompanyRole.VIEWER))

    page = web.get(reverse("proposal", args=[draft.public_id])).content.decode()
    response = web.post(reverse("proposal-intent", args=[tender.number]), {"intends": "no"}, follow=True)

    assert "Your company intends to bid" in page
    assert "Take it back" not in page
    assert "A viewer reads and does not write." in response.content.decode()
    assert Intent.objects.count() == 1


def test_the_number_stands_on_the_opening_page_once_the_tender_is_closed(client_of, tender, owner, monkeypatch):
    intents.give(tender=tender, by=owner, now=clock.now())
    page = reverse("admin:desk-opening", args=[tender.number])
    closes_at = deadline_in_force(tender).closes_at
    words = "1 company had said that it intends to bid."
    officer, opener = client_of(tender.officer), client_of(people.opener("EE"))

    before = officer.get(page).content.decode()
    monkeypatch.setattr(clock, "now", lambda: closes_at)

    assert words not in before
    assert words in officer.get(page).content.decode()
    assert words not in opener.get(page).content.decode()
