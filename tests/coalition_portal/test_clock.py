from datetime import UTC, datetime, timedelta

import pytest

from coalition_portal import clock


def test_now_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC


@pytest.mark.django_db
def test_database_now_is_aware_in_utc_and_near_the_hosts_clock():
    before = clock.now()
    instant = clock.database_now()
    after = clock.now()

    assert instant.utcoffset() == timedelta(0)
    assert before - timedelta(milliseconds=1) <= instant <= after


@pytest.mark.django_db
def test_database_now_moves_within_a_transaction():
    instants = []
    while len(instants) < 2 or instants[-1] == instants[0]:
        instants.append(clock.database_now())

    assert instants == sorted(instants)


@pytest.mark.sqlite_only
@pytest.mark.django_db
def test_database_now_on_sqlite_is_cut_off_to_milliseconds():
    assert [clock.database_now().microsecond % 1000 for _ in range(20)] == [0] * 20


@pytest.mark.django_db
def test_database_clock_fixture_takes_the_last_minute_only(database_clock):
    instant = clock.database_now() - timedelta(seconds=30)

    database_clock(instant)

    assert clock.database_now() == instant
    with pytest.raises(ValueError, match="0 to 60 s back"):
        database_clock(clock.now() - timedelta(seconds=61))
    with pytest.raises(ValueError, match="0 to 60 s back"):
        database_clock(clock.now() + timedelta(seconds=5))


def test_fixed_now_is_one_instant(fixed_now):
    assert fixed_now == datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
