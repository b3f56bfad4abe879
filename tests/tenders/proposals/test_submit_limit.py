from datetime import timedelta

import pytest

from manufacturers.models import Company
from tenders.proposals import submit_limit
from tenders.proposals.submit_limit import MOST, PAUSE_SECONDS, is_over_limit

COMPANY = Company(public_id="a" * 26)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """What a test finds out about the cache is forgotten with it."""
    monkeypatch.setattr(submit_limit, "_silent_until", float("-inf"))


@pytest.fixture
def timer(monkeypatch):
    """`timer[0]` is what the timer reads."""
    seconds = [100.0]
    monkeypatch.setattr(submit_limit.time, "monotonic", lambda: seconds[0])
    return seconds


def test_thirty_requests_are_answered_and_the_next_window_begins_anew(fixed_now):
    told = [is_over_limit(COMPANY, fixed_now) for _request in range(MOST + 1)]

    assert told == [False] * MOST + [True]
    assert not is_over_limit(COMPANY, fixed_now + timedelta(seconds=submit_limit.SECONDS))


def test_a_cache_that_failed_is_asked_again_after_a_while_and_not_in_each_request(fixed_now, timer, monkeypatch):
    asked = []

    def hang(*_arguments, **_facts):
        asked.append(timer[0])
        raise TimeoutError("no answer in two seconds")

    monkeypatch.setattr("tenders.proposals.submit_limit.cache.add", hang)

    told = []
    for passed in (0, 1, PAUSE_SECONDS - 0.1, PAUSE_SECONDS):
        timer[0] = 100.0 + passed
        told.append(is_over_limit(COMPANY, fixed_now))

    assert (told, asked) == ([False] * 4, [100.0, 110.0])
