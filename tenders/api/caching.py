"""What lets clients and caches keep an answer, and never beyond the instant at which it stops being true."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

MAX_AGE_SECONDS = 30
LONG_SECONDS = 300


def entity_tag(*facts: object) -> str:
    """A strong ETag: another one as soon as any of the facts is another one."""
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def cache_control(now: datetime, next_event_at: datetime | None, longest: int = MAX_AGE_SECONDS) -> str:
    """Fresh for `longest` seconds, but not past the next instant at which the clock changes the answer."""
    seconds = longest
    if next_event_at is not None:
        seconds = max(0, min(longest, (next_event_at - now) // timedelta(seconds=1)))
    return f"public, max-age={seconds}, must-revalidate"


def last_modified(changed_at: datetime, now: datetime) -> str | None:
    """The HTTP date of the last change; None within that same second, in which a second change could hide."""
    whole = changed_at.replace(microsecond=0)
    return format_datetime(whole, usegmt=True) if now - whole >= timedelta(seconds=1) else None


def is_conditional(request: HttpRequest) -> bool:
    return "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MODIFIED_SINCE" in request.META


def matching_tag(request: HttpRequest, etag: str, modified: str | None) -> str | None:
    """The validator under which the client holds this very answer; None where it holds none.

    If-None-Match is compared weakly (RFC 9110, 13.1.2), and a match is named as the client wrote it, because a cache
    keeps a compressed copy under the weak form. If-Modified-Since counts only as the exact date that was sent.
    """
    if "HTTP_IF_NONE_MATCH" not in request.META:
        same = modified is not None and request.META.get("HTTP_IF_MODIFIED_SINCE") == modified
        return etag if same else None
    for held in parse_etags(request.META["HTTP_IF_NONE_MATCH"]):
        if held == "*" or held.removeprefix("W/") == etag:
            return etag if held == "*" else held
    return None


def not_modified(headers: Mapping[str, str], etag: str) -> HttpResponse:
    return HttpResponseNotModified(headers={**headers, "ETag": etag})
