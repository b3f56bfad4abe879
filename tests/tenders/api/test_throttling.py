from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from tenders.api import throttling
from tenders.api.throttling import ANONYMOUS, Allowance, Limit, client_address, spend

WINDOW_BEGINS = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
NOW = WINDOW_BEGINS + timedelta(seconds=17, microseconds=999_999)
THREE = Limit("three", quota=3, window_seconds=600)


def request_from(address="192.0.2.1"):
    return RequestFactory().get("/", REMOTE_ADDR=address)


def test_what_is_left_goes_down_to_nothing_and_comes_back_with_the_window():
    spent = [spend(request_from(), NOW, THREE) for _time in range(5)]

    assert spent == [
        Allowance(THREE, 2, 583, False),
        Allowance(THREE, 1, 583, False),
        Allowance(THREE, 0, 583, False),
        Allowance(THREE, 0, 583, True),
        Allowance(THREE, 0, 583, True),
    ]
    assert spend(request_from("192.0.2.2"), NOW, THREE).remaining == 2
    assert spend(request_from(), WINDOW_BEGINS + timedelta(seconds=600), THREE) == Allowance(THREE, 2, 600, False)


def test_headers_are_those_of_the_draft():
    allowance = spend(request_from(), NOW)

    assert allowance.headers == {"RateLimit-Policy": '"anon";q=600;w=600', "RateLimit": '"anon";r=599;t=583'}
    assert (ANONYMOUS.name, ANONYMOUS.quota, ANONYMOUS.window_seconds) == ("anon", 600, 600)


def test_a_refusal_says_how_long():
    problem = Allowance(ANONYMOUS, 0, 583, True).refusal()

    assert (problem.status_code, problem.sentence, problem.headers["Retry-After"]) == (
        429,
        "600 requests in 10 minutes are used up. Try again in 583 seconds.",
        "583",
    )


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "address"),
    [
        ("192.0.2.1", "", 0, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.5, 198.51.100.7", 1, "198.51.100.7"),
        ("192.0.2.1", "203.0.113.5, 198.51.100.7", 2, "203.0.113.5"),
        ("192.0.2.1", "203.0.113.5, 198.51.100.7", 3, "203.0.113.5"),
        ("192.0.2.1", "spoofed, 198.51.100.7", 1, "198.51.100.7"),
        ("192.0.2.1", "nonsense", 1, None),
        ("192.0.2.1", "", 1, None),
        ("", "", 0, None),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "", 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "", 0, "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1"),
    ],
)
def test_whom_a_request_is_counted_for(remote, forwarded, proxies, address):
    assert client_address({"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}, proxies) == address


def test_an_unknown_address_is_not_limited():
    assert spend(request_from(""), NOW, THREE) is None


class DeadCache:
    """Stands at the network's edge: what a driver does when its server is gone."""

    def __init__(self):
        self.asked = 0

    def incr(self, key):
        self.asked += 1
        raise ConnectionError("no cache server")


def test_a_dead_cache_refuses_nobody_and_is_left_alone_for_a_while(monkeypatch):
    dead = DeadCache()
    monkeypatch.setattr(throttling, "cache", dead)

    assert [spend(request_from(), NOW + timedelta(seconds=passed), THREE) for passed in (0, 1, 9)] == [None] * 3
    assert dead.asked == 1

    monkeypatch.setattr(throttling, "cache", cache)
    assert spend(request_from(), NOW + timedelta(seconds=10), THREE).remaining == 2


def test_two_requests_that_begin_a_window_together_are_both_counted(monkeypatch):
    """The other request adds the counter between this one's failed increment and its own addition."""
    real = cache.incr

    def interrupted(key):
        try:
            return real(key)
        except ValueError:
            cache.add(key, 1, 600)
            raise

    monkeypatch.setattr(cache, "incr", interrupted)

    assert spend(request_from(), NOW, THREE).remaining == 1
