import pytest
from django.core.cache.backends.redis import RedisCache

from coalition_portal.cache import JsonSerializer
from tests.factories import companies


@pytest.mark.parametrize("value", [1, True, None, "слово", [1.5, 2], {"a": [1]}])
def test_a_value_comes_back_as_it_was(value):
    serializer = JsonSerializer()
    stored = serializer.dumps(value)

    assert serializer.loads(str(stored).encode() if isinstance(stored, int) else stored) == value


def test_nothing_but_json_is_stored():
    with pytest.raises(TypeError):
        JsonSerializer().dumps(object())


def test_the_cache_in_redis_counts_and_keeps(redis_url):
    cache = RedisCache(redis_url, {"OPTIONS": {"serializer": "coalition_portal.cache.JsonSerializer"}})

    cache.set("history", [1.5, 2.5], 60)
    cache.set("count", 1, 60)

    assert (cache.incr("count"), cache.get("history"), cache.add("history", []), cache.get("none")) == (
        2,
        [1.5, 2.5],
        False,
        None,
    )


@pytest.fixture
def dead_cache(settings):
    """The settings of a cache in Redis that nobody answers for."""
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "coalition_portal.identity.sign_in_limits.SignInLimitsCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"serializer": "coalition_portal.cache.JsonSerializer", "retry": None},
        }
    }


def test_people_who_are_signed_in_go_on_without_the_cache(dead_cache, db, client_of):
    browser = client_of(companies.owner_of(companies.company()))

    assert [browser.get(path).status_code for path in ("/", "/proposals/", "/api/v1/tenders")] == [200, 200, 200]
