"""Who a person is at this moment. Nothing is remembered between calls: a role that ended a moment ago is gone."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from coalition_portal.formatting import alphabetical
from coalition_portal.identity.models import FundMilestone, MemberCountry, RoleGrant, User
from coalition_portal.identity.roles import Role

Person = User | AnonymousUser


def live_grants(user: Person) -> QuerySet[RoleGrant]:
    """The roles this person holds now; none for a visitor and none for a person who was switched off."""
    if not user.is_authenticated or not user.is_active:
        return RoleGrant.objects.none()
    return RoleGrant.objects.filter(user=user, ended_at=None).order_by("pk")


def has_role(user: Person, role: str, country: MemberCountry | None = None) -> bool:
    """Whether the person holds the role now, and for that country where one is named."""
    grants = live_grants(user).filter(role=role)
    if country is not None:
        grants = grants.filter(country=country)
    return grants.exists()


def roles_of(user: Person) -> set[Role]:
    return {Role(role) for role in live_grants(user).values_list("role", flat=True)}


def country_of(user: Person) -> MemberCountry | None:
    """The one country that a staff person acts for; None for the secretariat, companies and visitors."""
    return MemberCountry.objects.filter(grants__in=live_grants(user)).first()


def are_of_two_countries(first: Person, second: Person) -> bool:
    """The two-person rule: both act for a country, and not for the same one."""
    countries = [country_of(first), country_of(second)]
    return None not in countries and countries[0] != countries[1]


def is_staff_person(user: Person) -> bool:
    return live_grants(user).exists()


def people_with_role(role: str, country: MemberCountry | None = None) -> QuerySet[User]:
    grants = RoleGrant.objects.filter(role=role, ended_at=None)
    if country is not None:
        grants = grants.filter(country=country)
    return User.objects.filter(is_active=True, pk__in=grants.values("user")).order_by("name", "pk")


def member_countries() -> list[MemberCountry]:
    """All members in the order of their names in the reader's language."""
    return sorted(MemberCountry.objects.all(), key=lambda country: alphabetical(country.name))


def fund_milestones() -> QuerySet[FundMilestone]:
    return FundMilestone.objects.order_by("date")
