"""Keys of companies, made by the verb that makes them in life."""

from coalition_portal import clock
from coalition_portal.identity.models import User
from manufacturers.queries import company_of
from tenders.api import keys
from tenders.api.models import ApiKey, Scope
from tenders.api.tokens import Token

ALL = tuple(Scope.values)
WRITES = (Scope.READ, Scope.WRITE)


def key_of(
    user: User, *, scopes: tuple[str, ...] = ALL, name: str = "Robot", expires_at=None, now=None
) -> tuple[ApiKey, Token]:
    """A key of that person for their company, with the token that opens it."""
    return keys.make(
        company=company_of(user), name=name, scopes=scopes, expires_at=expires_at, by=user, now=now or clock.now()
    )


def token_of(user: User, **facts) -> str:
    return str(key_of(user, **facts)[1])
