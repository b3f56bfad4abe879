"""What others do on the day of a deadline keeps nobody from signing in, nor from saying again who they are."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import companies, people
from tests.factories.sessions import signed_in

pytestmark = pytest.mark.django_db

SIGN_IN, ONCE_MORE = "/accounts/login/", "/accounts/reauthenticate/"
TRIES_OF_A_NETWORK, TRIES_OF_A_PERSON = 5, 10
WRONG = "no words that stay"
STRANGER = "203.0.113.9"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def anna():
    person = companies.verified_user()
    person.set_password(people.PASSWORD)
    person.save()
    return person


def _sign_in(person, address, password):
    browser = Client(REMOTE_ADDR=address)
    answer = browser.post(SIGN_IN, {"login": person.email, "password": password})
    return "Too many failed" in answer.content.decode(), "_auth_user_id" in browser.session


def _once_more(browser, password):
    return browser.post(ONCE_MORE, {"password": password, "next": "/proposals/"}).status_code


@pytest.fixture
def flooded(anna):
    for _try in range(TRIES_OF_A_NETWORK):
        _sign_in(anna, STRANGER, WRONG)


def test_who_floods_a_sign_in_locks_the_own_network_out_and_nobody_else(flooded, anna):
    assert _sign_in(anna, STRANGER, people.PASSWORD) == (True, False)
    assert _sign_in(anna, "198.51.100.7", people.PASSWORD) == (False, True)


def test_who_sends_another_port_each_time_is_counted_all_the_same(anna):
    for port in range(TRIES_OF_A_NETWORK):
        Client(REMOTE_ADDR=STRANGER).post(
            SIGN_IN, {"login": anna.email.upper(), "password": WRONG}, HTTP_HOST=f"testserver:{1000 + port}"
        )

    assert _sign_in(anna, STRANGER, people.PASSWORD) == (True, False)


def test_flood_stands_not_between_a_person_and_submitting(flooded, anna):
    browser = signed_in(anna)
    browser.defaults["REMOTE_ADDR"] = STRANGER

    assert _once_more(browser, people.PASSWORD) == 302


def test_tries_of_somebody_who_is_signed_in_are_counted_for_the_person(anna):
    browser = signed_in(anna)

    told = [_once_more(browser, WRONG) for _try in range(TRIES_OF_A_PERSON)]

    assert told == [200] * TRIES_OF_A_PERSON
    assert _once_more(browser, people.PASSWORD) == 429
