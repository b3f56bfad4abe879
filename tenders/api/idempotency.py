"""A request with the same Idempotency-Key is carried out once; whoever repeats it gets the answer of the first time.

As in draft-ietf-httpapi-idempotency-key-header. Answers of success are kept for a day; what was refused or failed may
be tried again with the same key, and the verb judges it again.
"""

import hashlib
import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from manufacturers.queries import company_of
from tenders.api import problems
from tenders.api.errors import Problem
from tenders.api.models import KeptAnswer

logger = logging.getLogger(__name__)

HEADER = "HTTP_IDEMPOTENCY_KEY"
KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=2)
"""A request that runs this long has died with its process. To repeat its verb does no harm."""
KEY = re.compile(r"[\x21-\x7e]{1,200}")
REPLAYED = "Idempotent-Replayed"
HEADERS = ("Content-Type", "Content-Language", "Location", "ETag")

Act = Callable[[], HttpResponse]


def once(request: HttpRequest, by: User, asked: bytes, act: Act) -> HttpResponse:
    """Carry out `act`, or answer as the first time. Meanwhile a second request with the key is told to wait.

    `asked` is what the request wants, its body in most cases. It counts for one company: whoever acts for another one
    since is not told what was answered for the first.
    """
    company = company_of(by)
    key, fingerprint = key_of(request), fingerprint_of(request, asked, company.public_id if company else "")
    forget_old(request.now)
    running = _begin(by, key, fingerprint, request.now)
    if running is None:
        return _replayed(KeptAnswer.objects.filter(user=by, key=key).first(), fingerprint)
    try:
        response = act()
    except Exception:
        running.delete()
        raise
    _keep(running, response)
    return response


def remembered(request: HttpRequest, by: User, act: Act, *, is_true: bool = True) -> HttpResponse:
    """As `once`, for acts that are the same when repeated: nothing is written before them, so nothing delays them.

    A repeat while the first one runs is not told to wait: both get the one answer that the act has. The address names
    what the act is about, and the caller has checked that the person may know of it. `is_true` says whether what was
    answered before can still hold; where it cannot, the act is asked again.
    """
    key, fingerprint = key_of(request), fingerprint_of(request, request.body)
    known = KeptAnswer.objects.filter(user=by, key=key, begun_at__gt=request.now - KEPT).first()
    if known is not None and (is_true or known.fingerprint != fingerprint):
        return _replayed(known, fingerprint)
    response = act()
    _keep(KeptAnswer(user=by, key=key, fingerprint=fingerprint, begun_at=request.now), response)
    return response


def key_of(request: HttpRequest) -> str:
    """The header, quoted as the draft has it or bare; raises Problem where it is missing or malformed."""
    text = request.META.get(HEADER, "").strip()
    if not KEY.fullmatch(text):
        raise Problem(
            problems.IDEMPOTENCY_KEY_MISSING,
            _("This route needs the header Idempotency-Key with 1 to 200 visible characters that you choose."),
        )
    return text


def fingerprint_of(request: HttpRequest, asked: bytes, company: str = "") -> str:
    facts = [request.method.encode(), request.path.encode(), asked, company.encode()]
    return hashlib.sha256(b"\0".join(hashlib.sha256(fact).digest() for fact in facts)).hexdigest()


def forget_old(now: datetime) -> int:
    """Delete the answers that nobody gets any more; how many."""
    return _old(now).delete()[0]


def _old(now: datetime) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(begun_at__lte=now - KEPT)


def _begin(by: User, key: str, fingerprint: str, now: datetime) -> KeptAnswer | None:
    """The row that says that this request runs; None where another one has the key."""
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(user=by, key=key, fingerprint=fingerprint, begun_at=now)
    except IntegrityError:
        dead = KeptAnswer.objects.filter(user=by, key=key, status=None, begun_at__lte=now - GIVEN_UP)
        taken = dead.filter(fingerprint=fingerprint).update(begun_at=now)
        return KeptAnswer.objects.get(user=by, key=key) if taken else None


def _keep(row: KeptAnswer, response: HttpResponse) -> None:
    """What was done is done, so it is answered in any case: an answer that cannot be kept costs a repeat at most."""
    row.status, row.body = response.status_code, response.content.decode()
    row.headers = {name: response.headers[name] for name in HEADERS if name in response.headers}
    try:
        with transaction.atomic():
            if row.pk is None:
                # What the key stood for on an earlier day is in nobody's way.
                _old(row.begun_at).filter(user=row.user, key=row.key).delete()
            row.save()
    except IntegrityError:
        logger.info("An answer with the same key was kept meanwhile.")
    except (DatabaseError, InterfaceError):
        logger.warning("An answer could not be kept.", exc_info=True)


def _replayed(known: KeptAnswer | None, fingerprint: str) -> HttpResponse:
    """The answer of the first time; None stands for one that failed just now."""
    if known is not None and known.fingerprint != fingerprint:
        raise Problem(
            problems.IDEMPOTENCY_KEY_REUSED,
            _("This Idempotency-Key belongs to another request of the last 24 hours. Send a new one."),
        )
    if known is None or known.status is None:
        raise Problem(
            problems.CONFLICT,
            _("A request with this Idempotency-Key is still running. Repeat yours in a moment."),
            headers={"Retry-After": "2"},
        )
    return HttpResponse(known.body.encode(), status=known.status, headers={**known.headers, REPLAYED: "true"})
