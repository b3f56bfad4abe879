"""Wrong passwords are counted for a person and the network they come from, never for the person alone.

So whoever floods somebody's sign-in on the day of a deadline locks the own network out and not the person.
"""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest

from coalition_portal.identity.emails import normalise_email
from coalition_portal.identity.models import User


class AccountAdapter(DefaultAccountAdapter):
    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        # Not by the host of the request, as allauth does: who sends it chooses the port in there.
        return f"{normalise_email(credentials.get('email', ''))}:{get_ip(request)}"

    def reauthenticate(self, user: User, password: str) -> bool:
        """On the way to submitting no count is asked that others use up; the page itself allows ten tries a minute."""
        return user.check_password(password)
