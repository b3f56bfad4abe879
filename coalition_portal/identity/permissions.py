from django.utils.translation import gettext as _

from coalition_portal.identity.models import MemberCountry, User
from coalition_portal.identity.queries import has_role
from coalition_portal.identity.roles import GRANTED_BY_HEAD, Role
from coalition_portal.permission import Denied, allows


def check_can_change_role(by: User, user: User, role: str, country: MemberCountry | None) -> None:
    """A head of delegation grants and ends the roles of their own country, never their own."""
    if by == user:
        raise Denied(_("Nobody changes their own roles. Ask the head of your delegation."))
    if role not in GRANTED_BY_HEAD:
        raise Denied(_("This role is given by the operator of the portal. Ask them."))
    if country is None or not has_role(by, Role.HEAD, country):
        raise Denied(_("Only the head of a delegation names the people of that country."))


can_change_role = allows(check_can_change_role)
