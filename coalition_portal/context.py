"""What every template knows without being told."""

from importlib import import_module

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from coalition_portal.identity import queries as people

LANGUAGES_BY_THEIR_OWN_NAME = [("en", "English"), ("uk", "Українська")]


def portal(request) -> dict:
    """`now` is the instant that the middleware read; company and role are looked up only when a template asks."""
    return {
        "now": getattr(request, "now", None),
        "is_demo": settings.PORTAL_DEMO,
        "portal_languages": LANGUAGES_BY_THEIR_OWN_NAME,
        "company": SimpleLazyObject(lambda: _company_of(request)),
        "is_staff_person": SimpleLazyObject(lambda: bool(getattr(_signed_in(request), "is_staff", False))),
        "role_words": SimpleLazyObject(lambda: _role_words(request)),
    }


def _signed_in(request):
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def _company_of(request):
    """The roof names the slices in strings only, so its one question to them goes by name."""
    user = _signed_in(request)
    return import_module("manufacturers.queries").company_of(user) if user else None


def _role_words(request) -> str:
    """As in "chair, head of delegation (Latvia)": the live roles of this person in the reader's language."""
    user = _signed_in(request)
    if not user:
        return ""
    words = ", ".join(sorted(str(role.label) for role in people.roles_of(user)))
    country = people.country_of(user)
    return f"{words} ({country.name})" if words and country else words
