"""How often one address may ask. Counted in the cache; where the cache fails, nobody is refused."""

import ipaddress
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenders.api import problems
from tenders.api.errors import Problem

logger = logging.getLogger(__name__)

IPV6_PREFIX_BITS = 64
PAUSE_AFTER_FAILURE = timedelta(seconds=10)


@dataclass(frozen=True)
class Limit:
    """`quota` requests in each window of `window_seconds`; windows begin at whole multiples since 1970."""

    name: str
    quota: int
    window_seconds: int

    @property
    def policy(self) -> str:
        return f'"{self.name}";q={self.quota};w={self.window_seconds}'


ANONYMOUS = Limit("anon", quota=600, window_seconds=600)
KEY = Limit("key", quota=3000, window_seconds=600)
SESSION = Limit("session", quota=3000, window_seconds=600)


@dataclass(frozen=True)
class Allowance:
    """What is left after this request; `is_over` says that it was one too many."""

    limit: Limit
    remaining: int
    resets_in_seconds: int
    is_over: bool

    @property
    def headers(self) -> dict[str, str]:
        """As in draft-ietf-httpapi-ratelimit-headers."""
        left = f'"{self.limit.name}";r={self.remaining};t={self.resets_in_seconds}'
        return {"RateLimit-Policy": self.limit.policy, "RateLimit": left}

    def refusal(self) -> Problem:
        detail = _("%(quota)s requests in %(minutes)s minutes are used up. Try again in %(seconds)s seconds.") % {
            "quota": self.limit.quota,
            "minutes": self.limit.window_seconds // 60,
            "seconds": self.resets_in_seconds,
        }
        headers = {"Retry-After": str(self.resets_in_seconds), **self.headers}
        return Problem(problems.TOO_MANY, detail, headers=headers)


class _Counter:
    """Counts in the cache, and leaves a failing cache alone for a while, so that requests do not wait for it."""

    def __init__(self) -> None:
        self.silent_until: datetime | None = None

    def count(self, key: str, window_seconds: int, now: datetime) -> int | None:
        """How often this key was counted, this time included; None where the cache does not answer."""
        if self.silent_until is not None and now < self.silent_until:
            return None
        try:
            return self._increment(key, window_seconds)
        except Exception:
            # Whatever the cache's driver raises: an API without limits is better than none.
            self.silent_until = now + PAUSE_AFTER_FAILURE
            logger.warning("The cache does not count API requests; nobody is limited.", exc_info=True)
            return None

    @staticmethod
    def _increment(key: str, window_seconds: int) -> int:
        try:
            return cache.incr(key)
        except ValueError:
            return 1 if cache.add(key, 1, window_seconds) else cache.incr(key)


counter = _Counter()


def spend(request: HttpRequest, now: datetime, limit: Limit = ANONYMOUS) -> Allowance | None:
    """Count one request of this address; None where the address or the cache is not known to answer."""
    address = client_address(request.META, settings.PORTAL_PROXY_COUNT)
    return None if address is None else spend_of(address, limit, now)


def spend_of(spender: str, limit: Limit, now: datetime) -> Allowance | None:
    """Count one request of whoever `spender` names; None where the cache is not known to answer."""
    window, passed = divmod(int(now.timestamp()), limit.window_seconds)
    used = counter.count(f"api-{limit.name}-{spender}-{window}", limit.window_seconds, now)
    if used is None:
        return None
    return Allowance(limit, max(0, limit.quota - used), limit.window_seconds - passed, used > limit.quota)


def refusal_of(limit: Limit, now: datetime) -> Problem:
    """The refusal of a limit that somebody else counts, in windows of the same kind."""
    left = limit.window_seconds - int(now.timestamp()) % limit.window_seconds
    return Allowance(limit, remaining=0, resets_in_seconds=left, is_over=True).refusal()


def client_address(meta: dict, proxy_count: int) -> str | None:
    """The network that a request came from: an IPv4 address, or the first 64 bits of an IPv6 address; None if unknown.

    Of X-Forwarded-For only as many entries are believed, from its end, as trusted proxies wrote.
    """
    found = meta.get("REMOTE_ADDR", "")
    if proxy_count:
        entries = [entry.strip() for entry in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        found = entries[-min(proxy_count, len(entries))]
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return None
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_PREFIX_BITS), strict=False))
