from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import has_role
from coalition_portal.identity.roles import Role
from coalition_portal.permission import Denied, allows


def check_can_end_incident(user: User) -> None:
    if not has_role(user, Role.OPERATOR):
        raise Denied(_("Only an operator of the portal ends an incident. Ask one."))


can_end_incident = allows(check_can_end_incident)
