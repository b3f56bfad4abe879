"""The cache in Redis, and for the limits of signing in the database as its stand-in while Redis does not answer.

Nobody may guess passwords without being counted, and nobody may be kept from signing in, or from saying again who they
are before they submit, because a part is down that holds nothing else. What else is in the cache is counted by who can
do without it (the API's limits, the limit of submitting), so that fails here as ever.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from coalition_portal import clock
from coalition_portal.identity.models import SignInLimit

logger = logging.getLogger(__name__)

# What allauth counts: tries to sign in, and codes of a second factor that were used.
PREFIX = "allauth"
AWAY = (RedisError, OSError)
PAUSE_SECONDS = 10.0

_silent_until = float("-inf")


class SignInLimitsCache(RedisCache):
    """A cache that failed is left alone for a while: each request would wait for it several times over."""

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return _first(key, partial(super().add, key, value, timeout, version), partial(_add, key, value, timeout))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return _first(key, partial(super().get, key, default, version), partial(_get, key, default))

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        _first(key, partial(super().set, key, value, timeout, version), partial(_set, key, value, timeout))

    def delete(self, key: str, version: int | None = None) -> bool:
        return _first(key, partial(super().delete, key, version), partial(_delete, key))


def _first(key: str, by_redis: Callable[[], Any], by_database: Callable[[], Any]) -> Any:
    global _silent_until
    if not key.startswith(PREFIX):
        return by_redis()
    if time.monotonic() >= _silent_until:
        try:
            return by_redis()
        except AWAY as error:
            _silent_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("The cache does not answer; tries to sign in are counted in the database: %s", error)
            _forget_what_ended()
    return by_database()


def _add(key: str, value: Any, seconds: float) -> bool:
    SignInLimit.objects.filter(key=_digest(key), ends_at__lte=clock.now()).delete()
    _row, is_new = SignInLimit.objects.get_or_create(key=_digest(key), defaults=_columns(value, seconds))
    return is_new


def _get(key: str, default: Any) -> Any:
    row = SignInLimit.objects.filter(key=_digest(key), ends_at__gt=clock.now()).first()
    return default if row is None else row.value


def _set(key: str, value: Any, seconds: float) -> None:
    SignInLimit.objects.update_or_create(key=_digest(key), defaults=_columns(value, seconds))


def _delete(key: str) -> bool:
    deleted, _rows = SignInLimit.objects.filter(key=_digest(key)).delete()
    return bool(deleted)


def _columns(value: Any, seconds: float) -> dict[str, Any]:
    return {"value": value, "ends_at": clock.now() + timedelta(seconds=seconds)}


def _digest(key: str) -> str:
    """The key names a person or an address, which nobody has to read here."""
    return hashlib.sha256(key.encode()).hexdigest()


def _forget_what_ended() -> None:
    SignInLimit.objects.filter(ends_at__lte=clock.now()).delete()
