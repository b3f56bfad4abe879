import pytest
from django.core.cache.backends.redis import RedisCache

from coalition_portal.cache import JsonSerializer
from coalition_portal.settings import CACHES  # noqa: F401 - the name of the serializer stands there


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
