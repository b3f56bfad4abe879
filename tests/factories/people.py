"""People, made by the verbs that make them in life. Names and addresses are visibly invented."""

from itertools import count

from coalition_portal import clock
from coalition_portal.identity.granting import grant_role
from coalition_portal.identity.models import MemberCountry, RoleGrant, User
from coalition_portal.identity.roles import NEEDS_COUNTRY, Role

PASSWORD = "a long password for tests"
_numbers = count(1)


def country(code: str = "LV") -> MemberCountry:
    return MemberCountry.objects.get_or_create(code=code)[0]


def person(*, email: str | None = None, name: str | None = None, password: str | None = None, **fields) -> User:
    """Somebody with no role and no company."""
    number = next(_numbers)
    return User.objects.create_user(
        email or f"person{number}@example.test", password, name=name or f"Person {number}", **fields
    )


def staff(role: Role, code: str | None = None, *, user: User | None = None, **fields) -> User:
    """A person with `role`, for the country `code`; Latvia where the role needs a country and none is named."""
    member = country(code or "LV") if code or role in NEEDS_COUNTRY else None
    user = user or person(**fields)
    grant_role(user=user, role=role, country=member, by=None, now=clock.now())
    return user


def grant_of(user: User, role: Role) -> RoleGrant:
    return RoleGrant.objects.get(user=user, role=role, ended_at=None)


def officer(code: str = "LV", **fields) -> User:
    return staff(Role.OFFICER, code, **fields)


def chair(code: str = "LV", **fields) -> User:
    return staff(Role.CHAIR, code, **fields)


def opener(code: str = "GB", **fields) -> User:
    return staff(Role.OPENER, code, **fields)


def reviewer(code: str = "LV", **fields) -> User:
    return staff(Role.REVIEWER, code, **fields)


def head(code: str = "LV", **fields) -> User:
    return staff(Role.HEAD, code, **fields)
