"""Clients by role, instants, and the flush between tests that append-only tables would refuse."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.backends.base.operations import BaseDatabaseOperations

from coalition_portal import clock, guards
from coalition_portal.identity.roles import Role
from tests.factories import people
from tests.factories.sessions import signed_in

pytest_plugins = ["tests.services.plugin"]

FURTHEST_BACK = timedelta(seconds=60)
plain_flush = BaseDatabaseOperations.execute_sql_flush


def flush_with_guards_off(operations, statements):
    """Off and on inside one transaction, so that no test ever runs without its guards."""
    with transaction.atomic(using=operations.connection.alias), guards.disabled(operations.connection):
        plain_flush(operations, statements)


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_guards():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_with_guards_off)
        yield


@pytest.fixture
def fixed_now():
    """An instant for everything that takes `now` and does not ask the database's clock."""
    return datetime(2026, 10, 14, 9, 0, tzinfo=UTC)


@pytest.fixture
def database_clock(monkeypatch):
    """`database_clock(instant)` makes the database's clock say `instant`, at most 60 seconds back, until the test ends.

    Nothing else is replaced: triggers and constraints keep reading the real clock, and their window holds.
    """
    real = clock.database_now

    def say(instant):
        age = real() - instant
        if not timedelta(0) <= age <= FURTHEST_BACK:
            raise ValueError(f"database_clock takes an instant 0 to 60 s back, got {age.total_seconds()} s.")
        monkeypatch.setattr(clock, "database_now", lambda: instant)

    return say


@pytest.fixture
def client_of():
    """`client_of(user)`: a browser in which that person has just signed in."""

    return signed_in


def _client_fixture(role):
    @pytest.fixture(name=f"{role.value.lower()}_client")
    def role_client(db, client_of):
        return client_of(people.staff(role))

    return role_client


officer_client = _client_fixture(Role.OFFICER)
chair_client = _client_fixture(Role.CHAIR)
