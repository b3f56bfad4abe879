from copy import deepcopy

import pytest
from django.test import TestCase

from coalition_portal import clock
from tests.factories.reviews import Review


@pytest.fixture
def review(db, database_clock):
    """`review(proposals=2, ...)`: a tender in review, opened for real."""
    return lambda **facts: Review(database_clock, **facts)


@pytest.fixture
def story(db, base):
    """The story that the module keeps as `base`, as new for each test: what a test does to it is rolled back."""
    return deepcopy(base)


def kept(build):
    """A fixture that builds one story for all tests of a module: `base = kept(lambda say: Review(say))`."""

    @pytest.fixture(scope="module")
    def base(django_db_setup, django_db_blocker):
        with django_db_blocker.unblock():
            atomics = TestCase._enter_atomics()
            try:
                with pytest.MonkeyPatch.context() as patch:
                    made = build(lambda instant: patch.setattr(clock, "database_now", lambda: instant))
                yield made
            finally:
                TestCase._rollback_atomics(atomics)

    return base
