from collections.abc import Iterable

from coalition_portal.permission import allows
from manufacturers.models import Company
from manufacturers.permissions import check_can_edit, check_can_own, check_can_sign
from manufacturers.queries import Somebody
from tenders.api.models import ApiKey, Scope


def check_can_make_key(user: Somebody, company: Company, scopes: Iterable[str] = ()) -> None:
    """An editor of the company; what binds the company takes a signatory. A key never exceeds its person."""
    check_can_edit(user, company)
    if Scope.SUBMIT in scopes:
        check_can_sign(user, company)


def check_can_revoke_key(user: Somebody, key: ApiKey) -> None:
    """The person whose key it is, whatever they may by now; an owner any key of the company."""
    if key.user_id != user.pk:
        check_can_own(user, key.company)


can_make_key = allows(check_can_make_key)
can_revoke_key = allows(check_can_revoke_key)
