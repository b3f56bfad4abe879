"""What a reader may do on a tender's page, and the next step for those who do not see everything yet.

It decides what is offered, never what is shown: rows come from queries.requirements_visible_to.
"""

from typing import NamedTuple

from coalition_portal.identity.queries import Person
from manufacturers.eligibility import is_eligible_state
from manufacturers.models import Person as CompanyPerson
from manufacturers.permissions import rights_of
from manufacturers.queries import has_accepted_undertaking, is_verified_email, person_of


class Access(NamedTuple):
    """`step` is sign_in, company, email, state, undertaking or staff; empty where nothing is missing."""

    step: str
    has_company: bool = False
    can_sign: bool = False
    can_start: bool = False


def access_of(user: Person) -> Access:
    if not user.is_authenticated:
        return Access("sign_in")
    if user.is_staff:
        return Access("staff")
    person = person_of(user)
    if person is None:
        return Access("company")
    rights = rights_of(person)
    return Access(_missing_step(person), has_company=True, can_sign=rights.can_sign, can_start=rights.can_edit)


def _missing_step(person: CompanyPerson) -> str:
    if not is_verified_email(person.user):
        return "email"
    if not is_eligible_state(person.company.country):
        return "state"
    return "" if has_accepted_undertaking(person.company) else "undertaking"
