"""What was typed without a script is handed back where the session had ended, or somebody signed in anew meanwhile.

With the script it waits in the browser. Without it the request is all there is: the answer holds it, to be sent again.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.views.csrf import csrf_failure

from tenders.proposals.forms import unpacked

View = Callable[..., HttpResponse]

AGAINST_FORGERY = "csrfmiddlewaretoken"
PAGES = ("proposal-answers", "proposal-offer")
AFTER_SIGNING_IN = ("CSRF token from POST incorrect.", REASON_NO_CSRF_COOKIE)
NOT_TYPED = ("seen", "revision", "stay", "remove")


def keeps_what_was_typed(view: View) -> View:
    """Who is signed out gets it back in place of the way to sign in."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_signed_out = request.method == "POST" and not request.user.is_authenticated
        return _handed_back(request) if is_signed_out and _is_lost(request) else view(request, *args, **kwargs)

    return kept


def refuse_forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Signing in changes the token, so a page that was open before carries the old one. Nothing is saved by this.

    A form of another site is refused before its token is looked at.
    """
    match = request.resolver_match
    is_ours = match is not None and match.view_name in PAGES and reason in AFTER_SIGNING_IN
    return _handed_back(request) if is_ours and _is_lost(request) else csrf_failure(request, reason=reason)


def _is_lost(request: HttpRequest) -> bool:
    """Whether anything was typed or ticked that is not saved: the script may have saved all of it."""
    seen = unpacked(request.POST.get("seen", "")) or {}
    return any(
        text not in (seen.get(name, ""), seen.get(f"{name}-{text}"))
        for name, text in _sent(request)
        if name not in NOT_TYPED
    )


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in request.POST.lists() if name != AGAINST_FORGERY for text in texts]


def _handed_back(request: HttpRequest) -> HttpResponse:
    sent = _sent(request)
    shown = [(name, text) for name, text in sent if text.strip() and name not in NOT_TYPED]
    response = render(request, "proposals/typed.html", {"sent": sent, "shown": shown}, status=403)
    response["Cache-Control"] = "no-store, private"
    return response
