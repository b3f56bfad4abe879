"""Who acts for which company at this moment. Nothing is remembered between calls."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import is_staff_person
from manufacturers.eligibility import is_eligible_state
from manufacturers.models import NEEDS_REASON, Company, CompanyRecord, CompanyRole, DroneModel, Person, Undertaking
from manufacturers.roles import EDIT, SIGN, at_least
from manufacturers.undertaking_wording import WORDING

Somebody = User | AnonymousUser


def person_of(user: Somebody) -> Person | None:
    """The user's place in their company, with the company; None for visitors, staff and people without a company."""
    if not user.is_authenticated or not user.is_active:
        return None
    return Person.objects.filter(user=user).select_related("company").first()


def company_of(user: Somebody) -> Company | None:
    person = person_of(user)
    return person.company if person else None


def serves_coalition(user: Somebody) -> bool:
    """Whether the person holds a staff role or administers the portal, and so can never act for a company."""
    return is_staff_person(user) or user.is_superuser


def landing_of(user: Somebody) -> str:
    """Name of the page that a person is led to after signing in."""
    if not user.is_authenticated:
        return "home"
    if person_of(user) is not None:
        return "dashboard"
    return "admin:index" if serves_coalition(user) else "company-register"


def is_verified_email(user: User) -> bool:
    """Whether the address that the person signs in with has been confirmed."""
    return EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()


def has_accepted_undertaking(company: Company) -> bool:
    """The wording in force; an older one does not count."""
    return Undertaking.objects.filter(company=company, wording=WORDING).exists()


def accepted_undertaking(company: Company) -> Undertaking | None:
    """The acceptance of the wording in force, with who accepted it."""
    return Undertaking.objects.filter(company=company, wording=WORDING).select_related("accepted_by").first()


def may_see_registered_requirements(user: Somebody) -> bool:
    """Signed in, address confirmed, company of an eligible state, undertaking accepted: all four, now."""
    if not user.is_authenticated or not user.is_active:
        return False
    confirmed = EmailAddress.objects.filter(user=OuterRef("user"), email=OuterRef("user__email"), verified=True)
    accepted = Undertaking.objects.filter(company=OuterRef("company"), wording=WORDING)
    trusted = Person.objects.filter(Exists(confirmed), Exists(accepted), user=user)
    country = trusted.values_list("company__country", flat=True).first()
    return country is not None and is_eligible_state(country)


def people_of(company: Company) -> QuerySet[Person]:
    """All people of the company in the order in which they joined."""
    return Person.objects.filter(company=company).select_related("user").order_by("joined_at", "pk")


def people_who_can_edit(company: Company) -> QuerySet[User]:
    """Editors, signatories and owners whose accounts are active."""
    return User.objects.filter(is_active=True, person__company=company, person__role__in=at_least(EDIT)).order_by("pk")


def people_who_can_edit_each(companies: Iterable[Company]) -> dict[int, list[User]]:
    """The same of many companies in one query, by the key of the company."""
    people = Person.objects.filter(company__in=companies, role__in=at_least(EDIT), user__is_active=True)
    found: dict[int, list[User]] = {}
    for person in people.select_related("user").order_by("user"):
        found.setdefault(person.company_id, []).append(person.user)
    return found


def people_who_can_sign(company: Company) -> QuerySet[User]:
    """Signatories and owners whose accounts are active."""
    return User.objects.filter(is_active=True, person__company=company, person__role__in=at_least(SIGN)).order_by("pk")


def owners_of(company: Company) -> QuerySet[User]:
    return User.objects.filter(is_active=True, person__company=company, person__role=CompanyRole.OWNER).order_by("pk")


def drone_models_of(company: Company) -> QuerySet[DroneModel]:
    return DroneModel.objects.filter(company=company).order_by("name", "pk")


def latest_vetting_reason(company: Company) -> CompanyRecord | None:
    """The newest record that carries a reason: why the company was returned, suspended or reinstated."""
    return CompanyRecord.objects.filter(company=company, act__in=NEEDS_REASON).order_by("-pk").first()
