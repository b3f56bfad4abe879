"""Asks again who sits there, before an act that binds a company.

The question comes before the page with the button, never between the button and the act: a page that was shown to
somebody who had just said who they are carries a ticket, and the ticket lets them act for two hours.
"""

import hashlib
from datetime import timedelta

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from coalition_portal import clock

WINDOW = timedelta(minutes=30)
TICKET_LASTS = timedelta(hours=2)
FIELD = "ticket"
SIGNED_IN_AT = "signed_in_at"
SALT = "coalition_portal.fresh_sign_in"


@receiver(user_logged_in, dispatch_uid="fresh-sign-in")
def keep_instant(request: HttpRequest, **_signal: object) -> None:
    """However they came in: by password, by a second factor after it, or by signing up."""
    request.session[SIGNED_IN_AT] = clock.now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    """Whether this person signed in, or said again who they are, within the last half hour."""
    said_again = [record.get("at", 0) for record in get_authentication_records(request, request.user)]
    newest = max(said_again + [request.session.get(SIGNED_IN_AT, 0)])
    return request.now.timestamp() - newest < WINDOW.total_seconds()


def ticket_for(request: HttpRequest, act: str) -> str:
    """To be put into the form of a page that a fresh person sees; good for this person, this session and `act`."""
    return signing.dumps(_bearer(request, act), salt=SALT)


def may_act(request: HttpRequest, act: str) -> bool:
    """Fresh, or with the ticket of a page that was shown to them when they were."""
    return is_fresh(request) or _has_ticket(request, act)


def ask_who_it_is(request: HttpRequest, back_to: str) -> HttpResponse:
    """To the question, and from there to `back_to`, a path of ours."""
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back_to})}")


def _has_ticket(request: HttpRequest, act: str) -> bool:
    try:
        bearer = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=TICKET_LASTS)
    except signing.BadSignature:
        return False
    return bearer == _bearer(request, act)


def _bearer(request: HttpRequest, act: str) -> list[str]:
    # The session's key is a secret of the browser, so only its hash goes into a page.
    session = hashlib.sha256((request.session.session_key or "").encode()).hexdigest()
    return [str(request.user.pk), session, act]
