"""When a request arrived: by the stamp of a proxy that has the whole of it, or by the database's clock.

A queue of the portal's own must never make a bidder late. The proxy in front stamps the instant at which a request is
there to its last byte; what waits behind it is the portal's own time.
"""

import ipaddress
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.http import HttpRequest

HEADER = "HTTP_X_ARRIVED_AT"
SECONDS_SINCE_1970 = re.compile(r"[0-9]{9,11}(?:\.[0-9]{1,6})?", re.ASCII)
OLDEST = timedelta(seconds=60)


def stamp_of(request: HttpRequest) -> datetime | None:
    """The proxy's stamp, or None: from any other address the header is a claim of the sender and is not read."""
    if not _is_stamping_proxy(request.META.get("REMOTE_ADDR", "")):
        return None
    text = request.META.get(HEADER, "")
    if not SECONDS_SINCE_1970.fullmatch(text):
        return None
    microseconds = int(Decimal(text).scaleb(6))
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def arrived_at(stamp: datetime | None, database_now: datetime) -> datetime:
    """The stamp where it lies at most 60 s before the database's now and not after it; else the database's now."""
    if stamp is not None and database_now - OLDEST <= stamp <= database_now:
        return stamp
    return database_now


def _is_stamping_proxy(address: str) -> bool:
    try:
        sender = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(sender in ipaddress.ip_network(proxy) for proxy in settings.PORTAL_STAMPING_PROXIES)
