"""What every template knows without being told."""

from importlib import import_module

from django.conf import settings
from django.utils.functional import SimpleLazyObject

LANGUAGES_BY_THEIR_OWN_NAME = [("en", "English"), ("uk", "Українська")]


def portal(request) -> dict:
    """`now` is the instant that the middleware read; company and role are looked up only when a template asks."""
    return {
        "now": getattr(request, "now", None),
        "is_demo": settings.PORTAL_DEMO,
        "portal_languages": LANGUAGES_BY_THEIR_OWN_NAME,
        "company": SimpleLazyObject(lambda: _company_of(request)),
        "is_staff_person": SimpleLazyObject(lambda: _is_staff_person(request)),
    }


def _company_of(request):
    """The roof names the slices in strings only, so its one question to them goes by name."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return import_module("manufacturers.queries").company_of(user)


def _is_staff_person(request) -> bool:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    return import_module("coalition_portal.identity.queries").is_staff_person(user)
