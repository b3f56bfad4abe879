"""Redis, which is broker and cache, stops near a deadline: people sign in, say again who they are, and submit."""

import re
from http.cookiejar import Cookie, CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from django.contrib.auth.hashers import make_password

from coalition_portal.passwords import PortalPasswordHasher
from tenders.proposals.models import Receipt
from tests.benchmarks.preparing import client_of
from tests.drills.processes import press
from tests.factories import companies, people
from tests.factories.proposals import staged_bundle
from tests.factories.sessions import signed_in
from tests.services.redis import running_redis

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]


class Visitor:
    """A browser that goes where it is led; `cookies` are those that it brings along."""

    def __init__(self, port, cookies=()):
        self.origin, self.jar = f"http://127.0.0.1:{port}", CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar))
        for name, morsel in dict(cookies).items():
            self.jar.set_cookie(_cookie(name, morsel.value))

    def open(self, path, **form):
        """The place that it ends at and what stands there."""
        words = urlencode(form).encode() if form else None
        with self.opener.open(self.origin + path, words, timeout=60) as answer:
            return answer.url.removeprefix(self.origin), answer.read().decode()

    def fill_in(self, page, path, **form):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        return self.open(path, csrfmiddlewaretoken=token, **form)


def _cookie(name, value):
    facts = {"version": 0, "port": None, "port_specified": False, "path": "/", "path_specified": True, "secure": False}
    at = {"domain": "127.0.0.1", "domain_specified": False, "domain_initial_dot": False}
    rest = {"expires": None, "discard": True, "comment": None, "comment_url": None, "rest": {}}
    return Cookie(name=name, value=value, **facts, **at, **rest)


@pytest.fixture
def web_without_redis(start_web, tmp_path):
    with running_redis(tmp_path) as url:
        web = start_web(REDIS_URL=url)
        Visitor(web.port).open("/")
    return web


def _signatory(bundle):
    person = companies.owner_of(bundle.proposal.company)
    # As the portal's own process keeps it, and not as quick as tests do.
    person.password = make_password(people.PASSWORD, hasher=PortalPasswordHasher())
    person.save()
    return person


def test_person_says_again_who_they_are_and_submits(bundle, web_without_redis):
    here = f"/proposals/{bundle.proposal.public_id}/submit/"
    long_ago = signed_in(_signatory(bundle), seconds_ago=3600)
    visitor = Visitor(web_without_redis.port, long_ago.cookies)

    asked_at, question = visitor.open(here)
    _place, question = visitor.fill_in(question, asked_at, password="not this one at all")
    place, page = visitor.fill_in(question, asked_at, password=people.PASSWORD, next=here)
    received_at, _receipt = visitor.fill_in(page, here, sha256=bundle.sha256, ticket=_ticket(page))

    assert asked_at.startswith("/accounts/reauthenticate/")
    assert (place, received_at) == (here, f"/proposals/{bundle.proposal.public_id}/receipt/1/")
    assert Receipt.objects.get().bundle == bundle


def _ticket(page):
    return re.search(r'name="ticket" value="([^"]+)"', page)[1]


def test_people_sign_in_and_guessing_is_still_counted(bundle, web_without_redis):
    person = _signatory(bundle)
    door = "/accounts/login/"
    guesser, visitor = Visitor(web_without_redis.port), Visitor(web_without_redis.port)
    page = guesser.open(door)[1]

    answers = [guesser.fill_in(page, door, login="nobody@example.test", password=f"guess {n}")[1] for n in range(6)]
    place, _page = visitor.fill_in(visitor.open(door)[1], door, login=person.email, password=people.PASSWORD)

    assert ["Too many failed login attempts" in answer for answer in answers] == [False] * 5 + [True]
    assert place == "/proposals/"


def test_who_sits_before_the_button_submits_at_once(tender, web_without_redis):
    clients = [client_of(staged_bundle(tender=tender), number) for number in range(3)]

    places = [press(client, web_without_redis.port).place for client in clients]

    assert places == [f"/proposals/{client['proposal']}/receipt/1/" for client in clients]
