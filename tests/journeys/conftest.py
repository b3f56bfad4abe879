import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nobody_has_asked_too_often():
    """Sign-ups of other tests came from the same address."""
    cache.clear()
