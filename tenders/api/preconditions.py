"""A change of a draft says which revision it is made on (RFC 9110, 13.1.1), so that nothing is overwritten unseen."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenders.api import problems
from tenders.api.errors import Problem, shown
from tenders.proposals.models import Proposal
from tenders.proposals.revisions import Overtaken

TAG = re.compile(r'(?:W/)?"([1-9][0-9]{0,9})-[0-9a-f]{16}"')
"""A cache or our own compression may have made the tag a weak one on its way; what counts is the revision in it."""


def etag_of(proposal: Proposal, content: object) -> str:
    """The revision of the draft and, because languages and rights change an answer too, a digest of this answer."""
    written = json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
    return f'"{proposal.revision}-{hashlib.sha256(written).hexdigest()[:16]}"'


def check_revision(request: HttpRequest, proposal: Proposal) -> int | None:
    """The revision that If-Match names, None for `*`. Raises Problem 428 without it, and 412 for any but this one.

    The verb compares it again under the draft's lock: of two changes made on one revision the second is refused.
    """
    text = request.META.get("HTTP_IF_MATCH", "").strip()
    if not text:
        raise Problem(
            problems.PRECONDITION_REQUIRED,
            _("A change of a draft needs the header If-Match with the ETag of what you read."),
        )
    if text == "*":
        return None
    found = TAG.fullmatch(text)
    if found is None or int(found[1]) != proposal.revision:
        raise stale(text)
    return proposal.revision


@contextmanager
def overtaken_is_stale(request: HttpRequest) -> Iterator[None]:
    """Whoever saved between the look at If-Match and the lock makes it a stale one."""
    try:
        yield
    except Overtaken:
        raise stale(request.META.get("HTTP_IF_MATCH", "")) from None


def stale(got: str) -> Problem:
    return Problem(
        problems.PRECONDITION_FAILED,
        _("If-Match is %(got)s, and the draft has changed since. Read it again and make your change on what it is now.")
        % {"got": shown(got)},
    )
