"""What the clock of each stamping proxy says at this moment, within the time that asking it took.

A stamp on a request cannot tell: one that lies behind may have queued. So the portal itself asks the proxy. The answer
was given between the question and its arrival; by whatever it lies outside, the clocks are apart at least.
"""

import re
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 0.5  # for an answer
SECONDS_SINCE_1970 = re.compile(rb"[0-9]{9,11}\.[0-9]{3}\s*")


def furthest_apart(wall: Callable[[], float]) -> float:
    """How far the worst of those that answer is off, in seconds: ahead of `wall` is positive, behind negative.

    Raises OSError where none of them answers with a time. One that is down keeps nobody from asking the others.
    """
    found, silence = [], None
    for address in settings.PORTAL_PROXY_CLOCKS:
        try:
            found.append(_apart(address, wall))
        except OSError as error:
            silence = error
    if silence and not found:
        raise silence
    return max(found, key=abs, default=0.0)


def _apart(address: str, wall: Callable[[], float]) -> float:
    asked_at = wall()
    said = _ask(address)
    answered_at = wall()
    return min(0.0, said - asked_at) or max(0.0, said - answered_at)


def _ask(address: str) -> float:
    place = urlsplit(address)
    kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
    line = kind(place.netloc, timeout=SECONDS)
    try:
        line.request("GET", place.path or "/")
        text = line.getresponse().read(100)
    except HTTPException as error:
        raise ConnectionError(f"{address} does not answer: {error}") from error
    finally:
        line.close()
    if not SECONDS_SINCE_1970.fullmatch(text):
        raise ConnectionError(f"{address} answers with {text[:20]!r}, wanted seconds since 1970 such as 1792000000.123")
    return float(text)
