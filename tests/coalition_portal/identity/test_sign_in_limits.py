"""Signing in while the cache in Redis is away: counted in the database, with the same limits, and never a fault."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisAway

from coalition_portal.identity import sign_in_limits
from coalition_portal.identity.models import SignInLimit
from coalition_portal.identity.sign_in_limits import PAUSE_SECONDS
from tests.factories import people
from tests.services.redis import free_port, running_redis

pytestmark = pytest.mark.django_db

EMAIL = "anna@example.test"
KEY = "allauth:rl:login:somebody"
AT_ONCE = {"socket_timeout": 2, "socket_connect_timeout": 2}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """What a test finds out about the cache is forgotten with it."""
    monkeypatch.setattr(sign_in_limits, "_silent_until", float("-inf"))


@pytest.fixture
def cache_at(settings):
    """`cache_at(url)`: the portal's own cache, in that Redis."""

    def use(url):
        backend = "coalition_portal.identity.sign_in_limits.SignInLimitsCache"
        options = AT_ONCE | {"serializer": "coalition_portal.cache.JsonSerializer"}
        settings.CACHES = settings.CACHES | {"default": {"BACKEND": backend, "LOCATION": url, "OPTIONS": options}}

    return use


@pytest.fixture
def no_redis(cache_at):
    cache_at(f"redis://127.0.0.1:{free_port()}/0")


@pytest.fixture
def anna():
    person = people.person(email=EMAIL, password=people.PASSWORD)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    return person


def sign_in(client, password=people.PASSWORD):
    return client.post("/accounts/login/", {"login": EMAIL, "password": password})


def test_person_signs_in_without_redis(no_redis, client, anna):
    answer = sign_in(client)

    assert (answer.status_code, client.session["_auth_user_id"]) == (302, str(anna.pk))


def test_wrong_passwords_are_counted_without_redis(no_redis, client, anna):
    wrong = [sign_in(client, "not this one at all").content.decode() for _try in range(6)]
    right = sign_in(client)

    assert ["Too many failed login attempts" in page for page in wrong] == [False] * 5 + [True]
    assert (right.status_code, "_auth_user_id" in client.session) == (200, False)


def test_person_says_again_who_they_are_without_redis(no_redis, client, anna):
    client.force_login(anna)

    refused = client.post("/accounts/reauthenticate/", {"password": "not this one at all", "next": "/proposals/"})
    answer = client.post("/accounts/reauthenticate/", {"password": people.PASSWORD, "next": "/proposals/"})

    assert (refused.status_code, answer.status_code, answer.url) == (200, 302, "/proposals/")


def test_code_of_the_second_factor_serves_once_without_redis(no_redis, anna, client):
    secret = totp.generate_totp_secret()
    factor = totp.TOTP.activate(anna, secret)
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))

    assert (factor.validate_code(code), factor.validate_code(code)) == (True, False)


def test_people_register_and_ask_for_a_new_password_without_redis(no_redis, client, anna):
    registered = client.post("/accounts/signup/", {"email": "new@example.test", "password1": people.PASSWORD})
    asked = client.post("/accounts/password/reset/", {"email": EMAIL})

    assert [answer.status_code for answer in (registered, asked)] == [302, 302]


def test_redis_that_stops_and_comes_back_is_noticed(cache_at, tmp_path, client, anna, caplog, monkeypatch):
    with running_redis(tmp_path) as url:
        cache_at(url)
        assert sign_in(client).status_code == 302
        assert not SignInLimit.objects.exists()
    client.logout()

    assert sign_in(client).status_code == 302
    assert SignInLimit.objects.exists()
    assert caplog.text.count("The cache does not answer") == 1


def test_what_else_is_in_the_cache_fails_as_ever(no_redis):
    with pytest.raises(RedisAway):
        cache.add("submit:a", 0)
    assert not SignInLimit.objects.exists()


def test_stand_in_keeps_for_as_long_as_it_was_told(no_redis, time_machine, fixed_now):
    time_machine.move_to(fixed_now, tick=False)
    told = [cache.add(KEY, True, 10), cache.add(KEY, True, 10), cache.get(KEY)]

    time_machine.move_to(fixed_now + timedelta(seconds=10), tick=False)

    assert told == [True, False, True]
    assert (cache.get(KEY, "gone"), cache.add(KEY, True, 10)) == ("gone", True)
    cache.set(KEY, [1.5, 0.5], 10)
    assert (cache.get(KEY), cache.delete(KEY), cache.delete(KEY), cache.get(KEY)) == ([1.5, 0.5], True, False, None)


def test_nobody_reads_whose_tries_they_are(no_redis, client, anna):
    sign_in(client, "not this one at all")

    kept = str(list(SignInLimit.objects.values_list("key", "value")))
    assert SignInLimit.objects.exists()
    assert [marker for marker in (EMAIL, "127.0.0.1", "login") if marker in kept] == []


def test_redis_that_failed_is_left_alone_for_a_while(no_redis, monkeypatch, time_machine, fixed_now):
    seconds, asked = [100.0], []
    monkeypatch.setattr(sign_in_limits.time, "monotonic", lambda: seconds[0])
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.get", lambda *_words: fail(asked, seconds[0]))

    for passed in (0, 1, PAUSE_SECONDS - 0.1, PAUSE_SECONDS):
        seconds[0] = 100.0 + passed
        cache.get(KEY)

    assert asked == [100.0, 100.0 + PAUSE_SECONDS]


def fail(asked, at):
    asked.append(at)
    raise RedisAway("no answer")


def test_what_ended_is_forgotten_at_the_next_failure(no_redis, fixed_now):
    SignInLimit.objects.create(key="old", value=1, ends_at=fixed_now.replace(year=2020))

    cache.get(KEY)

    assert not SignInLimit.objects.exists()
