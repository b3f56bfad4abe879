"""Sessions of people who have signed in; the door itself has tests of its own."""

from django.test import Client

from coalition_portal import clock
from coalition_portal.fresh_sign_in import SIGNED_IN_AT
from coalition_portal.identity.models import User


def signed_in(user: User, *, seconds_ago: float = 0) -> Client:
    """A browser in which this person signed in so long ago."""
    browser = Client()
    browser.force_login(user)
    session = browser.session
    session[SIGNED_IN_AT] = clock.now().timestamp() - seconds_ago
    session.save()
    return browser
