"""Keys are made, seen and revoked by the right people of a company; what happens to them is written down and told."""

from datetime import timedelta

import pytest
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from coalition_portal.post.models import OutgoingMail
from manufacturers.history import secret_of
from manufacturers.models import CompanyAct, CompanyRecord, CompanyRole, Person
from tenders.api import keys
from tenders.api.forms import KeyForm
from tenders.api.keys import KEYS_MAX, KeyRefused
from tenders.api.models import ApiKey, Scope
from tenders.api.permissions import can_make_key, can_revoke_key
from tenders.api.queries import keys_visible_to, valid_keys
from tenders.api.tokens import read_token
from tests.factories import companies, people
from tests.factories.keys import ALL, WRITES, key_of
from tests.factories.sessions import signed_in

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def company():
    return companies.company(name="Example Works")


@pytest.fixture
def somebody(company):
    """One person of each kind."""
    of_company = {role.lower(): companies.person_of(company, role) for role in CompanyRole.values}
    return of_company | {
        "stranger": companies.owner_of(companies.company()),
        "staff": people.officer(),
        "nobody": companies.verified_user(),
    }


def test_a_key_is_made_written_down_and_told(company, fixed_now):
    owner, editor = companies.owner_of(company), companies.person_of(company, CompanyRole.EDITOR)

    key, token = keys.make(
        company=company, name=" Build server ", scopes=WRITES, expires_at=None, by=editor, now=fixed_now
    )

    assert ApiKey.objects.values().get() == {
        "id": key.pk,
        "public_id": token.public_id,
        "company_id": company.pk,
        "user_id": editor.pk,
        "name": "Build server",
        "digest": token.digest,
        "scopes": ["proposals:read", "proposals:write"],
        "made_at": fixed_now,
        "expires_at": None,
        "last_used_at": None,
        "revoked_at": None,
        "revoked_by_id": None,
    }
    record = CompanyRecord.objects.get(act=CompanyAct.KEY_MADE)
    assert record.facts == {"key": key.public_id, "person": editor.public_id, "scopes": list(key.scopes)}
    assert (secret_of(record)["by"], record.at) == (editor.public_id, fixed_now)
    entry = Entry.objects.get(commitment=record.commitment)
    assert (entry.event, entry.subject) == ("manufacturers:company:changed", "company")
    mail = OutgoingMail.objects.get(template="company_key_made")
    assert (mail.to, mail.context) == (owner.email, {"path": "/company/keys/"})


def test_the_token_is_of_256_random_bits_and_its_own_kind(company):
    tokens = {str(key_of(companies.owner_of(company))[1]) for _time in range(5)}

    assert len(tokens) == 5
    assert all(read_token(token) is not None and len(token) == 4 + 26 + 1 + 52 for token in tokens)


def test_a_key_is_revoked_once(company, fixed_now):
    owner = companies.owner_of(company)
    editor = companies.person_of(company, CompanyRole.EDITOR)
    key, _token = key_of(editor, scopes=WRITES, now=fixed_now)

    keys.revoke(key=key, by=owner, now=fixed_now + MINUTE)
    keys.revoke(key=key, by=editor, now=fixed_now + 2 * MINUTE)

    key.refresh_from_db()
    assert (key.revoked_at, key.revoked_by) == (fixed_now + MINUTE, owner)
    assert CompanyRecord.objects.filter(act=CompanyAct.KEY_REVOKED).count() == 1
    assert OutgoingMail.objects.filter(template="company_key_revoked").count() == 1
    assert list(valid_keys(fixed_now + MINUTE)) == []


WHO_MAKES = {
    # person: (a key that reads, a key that writes, a key that submits)
    "viewer": (False, False, False),
    "editor": (True, True, False),
    "signatory": (True, True, True),
    "owner": (True, True, True),
    "stranger": (False, False, False),
    "staff": (False, False, False),
    "nobody": (False, False, False),
}


def test_who_makes_which_key(company, somebody):
    wanted = ((Scope.READ,), WRITES, ALL)

    asked = {who: tuple(can_make_key(user, company, scopes) for scopes in wanted) for who, user in somebody.items()}

    assert asked == WHO_MAKES


@pytest.mark.parametrize("who", [who for who, may in WHO_MAKES.items() if not all(may)])
def test_nobody_makes_more_by_the_verb(company, somebody, who):
    with pytest.raises(Denied):
        keys.make(company=company, name="Robot", scopes=ALL, expires_at=None, by=somebody[who], now=clock.now())
    assert ApiKey.objects.count() == 0


def test_who_sees_and_revokes_which_key(company, somebody):
    mine, others = (key_of(somebody[who], scopes=WRITES)[0] for who in ("editor", "signatory"))

    seen = {who: {*keys_visible_to(user)} for who, user in somebody.items()}
    revoked = {who: (can_revoke_key(user, mine), can_revoke_key(user, others)) for who, user in somebody.items()}

    assert seen == {
        "viewer": set(),
        "editor": {mine},
        "signatory": {others},
        "owner": {mine, others},
        "stranger": set(),
        "staff": set(),
        "nobody": set(),
    }
    assert revoked == {
        "viewer": (False, False),
        "editor": (True, False),
        "signatory": (False, True),
        "owner": (True, True),
        "stranger": (False, False),
        "staff": (False, False),
        "nobody": (False, False),
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("admin",)}, "scopes"),
        ({"expires_at": timedelta(0)}, "expires_at"),
    ],
)
def test_what_is_refused(company, fixed_now, changes, field):
    facts = {"name": "Robot", "scopes": WRITES, "expires_at": None} | changes
    if facts["expires_at"] is not None:
        facts["expires_at"] = fixed_now + facts["expires_at"]

    with pytest.raises(KeyRefused) as refused:
        keys.make(company=company, **facts, by=companies.owner_of(company), now=fixed_now)

    assert refused.value.field == field


def test_a_person_has_so_many_keys_and_no_more(company, fixed_now, monkeypatch):
    monkeypatch.setattr(keys, "KEYS_MAX", 2)
    Person.objects.update(joined_at=fixed_now)
    owner = companies.owner_of(company)
    made = [key_of(owner, now=fixed_now)[0] for _time in range(2)]

    with pytest.raises(KeyRefused):
        key_of(owner, now=fixed_now)
    keys.revoke(key=made[0], by=owner, now=fixed_now)

    assert key_of(owner, now=fixed_now)
    assert KEYS_MAX == 20


# Pages


def test_the_key_is_shown_once(client_of, company):
    browser = client_of(companies.owner_of(company))
    assert "No key yet" in browser.get(reverse("company-keys")).content.decode()

    made = browser.post(reverse("company-key-make"), {"name": "Robot", "reach": "submit", "expires": ""})
    page = made.content.decode()
    key = ApiKey.objects.get()
    token = page.partition('spellcheck="false">')[2].partition("<")[0]

    assert (made.status_code, made["Cache-Control"]) == (200, "no-store, private")
    assert read_token(token).digest == key.digest
    assert key.scopes == list(ALL)
    listed = browser.get(reverse("company-keys")).content.decode()
    assert token not in listed
    assert "Robot" in listed
    assert "Read, write and submit" in listed


def test_the_list_asks_as_often_for_one_as_for_three(client_of, company, django_assert_num_queries):
    owner = companies.owner_of(company)
    browser = client_of(owner)
    key_of(owner)
    browser.get(reverse("company-keys"))

    with django_assert_num_queries(6):
        browser.get(reverse("company-keys"))
    for _time in range(2):
        key_of(owner)
    with django_assert_num_queries(6):
        browser.get(reverse("company-keys"))


def test_a_last_day_is_whole_in_the_zone_of_the_person(client_of, company, fixed_now, time_machine):
    time_machine.move_to(fixed_now, tick=False)
    owner = companies.owner_of(company)
    owner.time_zone = "Europe/Kyiv"
    owner.save()

    client_of(owner).post(reverse("company-key-make"), {"name": "Robot", "reach": "read", "expires": "2026-10-14"})

    assert ApiKey.objects.get().expires_at.isoformat() == "2026-10-14T21:00:00+00:00"


def test_a_refused_form_keeps_what_was_typed(client_of, company, fixed_now, time_machine):
    time_machine.move_to(fixed_now, tick=False)

    response = client_of(companies.owner_of(company)).post(
        reverse("company-key-make"), {"name": "Planning server", "reach": "write", "expires": "2026-10-13"}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "Choose a day that is still to come, or none." in page
    assert 'value="Planning server"' in page
    assert 'value="2026-10-13"' in page
    assert ApiKey.objects.count() == 0


def test_an_editor_is_not_offered_to_submit(client_of, company):
    editor = companies.person_of(company, CompanyRole.EDITOR)
    browser = client_of(editor)

    page = browser.get(reverse("company-key-make")).content.decode()
    forced = browser.post(reverse("company-key-make"), {"name": "Robot", "reach": "submit", "expires": ""})

    assert "submit and withdraw" not in page
    assert (forced.status_code, ApiKey.objects.count()) == (422, 0)


def test_who_sits_there_is_asked_again(company):
    browser = signed_in(companies.owner_of(company), seconds_ago=3600)

    for response in (
        browser.get(reverse("company-key-make")),
        browser.post(reverse("company-key-make"), {"name": "Robot", "reach": "read", "expires": ""}),
    ):
        assert (response.status_code, response.url) == (
            302,
            "/accounts/reauthenticate/?next=%2Fcompany%2Fkeys%2Fmake%2F",
        )
    assert ApiKey.objects.count() == 0


def test_a_viewer_makes_none(client_of, company):
    viewer = companies.person_of(company, CompanyRole.VIEWER)

    assert client_of(viewer).get(reverse("company-key-make")).status_code == 403
    assert "Make a key" not in client_of(viewer).get(reverse("company-keys")).content.decode()


def test_revoking_is_confirmed_first(client_of, company, robot_of):
    owner = companies.owner_of(company)
    key, token = key_of(owner)
    address = reverse("company-key-revoke", args=[key.public_id])
    browser = client_of(owner)

    asked = browser.get(address)
    before = robot_of(token=token).get("me").status_code
    done = browser.post(address)

    assert "no access any more, at once" in asked.content.decode()
    assert (before, done.status_code, done.url) == (200, 302, reverse("company-keys"))
    assert robot_of(token=token).get("me").status_code == 401
    assert browser.get(address).url == reverse("company-keys")


def test_a_key_of_others_is_not_found(client_of, company):
    key, _token = key_of(companies.owner_of(company))
    address = reverse("company-key-revoke", args=[key.public_id])

    for user in (companies.person_of(company, CompanyRole.EDITOR), companies.owner_of(companies.company())):
        assert [client_of(user).get(address).status_code, client_of(user).post(address).status_code] == [404, 404]
    assert ApiKey.objects.get().revoked_at is None


def test_who_has_no_company_is_led_away(client_of):
    assert client_of(people.officer()).get(reverse("company-keys")).url == reverse("admin:index")
    assert client_of(companies.verified_user()).get(reverse("company-keys")).url == reverse("company-register")


def test_the_form_offers_what_the_person_may():
    assert [value for value, _words in KeyForm(can_sign=False, zone="Europe/Riga").fields["reach"].choices] == [
        "read",
        "write",
    ]
