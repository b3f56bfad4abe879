from dataclasses import dataclass

from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of, has_role
from coalition_portal.identity.roles import Role
from coalition_portal.permission import Denied, allows
from manufacturers.models import Company, CompanyRole, Person
from manufacturers.queries import Somebody, person_of
from manufacturers.roles import EDIT, OWN, SIGN, at_least


@dataclass(frozen=True)
class Rights:
    """What a person may do in their company, for pages that ask several questions at once."""

    can_edit: bool
    can_sign: bool
    can_own: bool


def rights_of(person: Person) -> Rights:
    """The answers of can_edit, can_sign and can_own for somebody whose place is at hand."""
    return Rights(can_edit=_stands_at(person, EDIT), can_sign=_stands_at(person, SIGN), can_own=_stands_at(person, OWN))


def check_can_view(user: Somebody, company: Company) -> None:
    """Anybody who acts for the company."""
    _person_in(user, company)


def check_can_edit(user: Somebody, company: Company) -> None:
    """Editors and above: drafts of proposals, drone models, evidence."""
    if not _stands_at(_person_in(user, company), EDIT):
        raise Denied(_("A viewer reads and does not write. Ask an owner of your company to make you an editor."))


def check_can_sign(user: Somebody, company: Company) -> None:
    """Signatories and owners: whatever binds the company, such as submitting, withdrawing and undertakings."""
    if not _stands_at(_person_in(user, company), SIGN):
        raise Denied(
            _("This binds the company, so a signatory has to do it. Ask a signatory or an owner of your company.")
        )


def check_can_own(user: Somebody, company: Company) -> None:
    """Owners: the company's facts and its people."""
    if not _stands_at(_person_in(user, company), OWN):
        raise Denied(_("Only an owner changes the company and its people. Ask an owner of your company."))


def check_can_remove(user: Somebody, person: Person) -> None:
    """An owner removes anybody of the company; everybody may leave."""
    if person.user_id != user.pk:
        check_can_own(user, person.company)


def check_can_vet(user: Somebody, company: Company) -> None:
    """An officer of the company's home country; the secretariat's officers serve the states that have no delegation."""
    if not has_role(user, Role.OFFICER):
        raise Denied(_("Only a tender officer vets companies. Ask the officer of the company's home country."))
    home = country_of(user)
    if home is not None and home.pk != str(company.country):
        raise Denied(_("Companies are vetted by officers of their own country. Ask the officer of that country."))


def reason_against_staff_role(user: User) -> str | None:
    """Nobody is both bidder and staff: why this person cannot be given a staff role, or None."""
    if not Person.objects.filter(user=user).exists():
        return None
    return _("%(name)s acts for a company that may bid, so no staff role is possible.") % {"name": user}


def _stands_at(person: Person, rung: CompanyRole) -> bool:
    return person.role in at_least(rung)


def _person_in(user: Somebody, company: Company) -> Person:
    person = person_of(user)
    if person is None or person.company_id != company.pk:
        raise Denied(_("You do not act for this company. Sign in as a person of the company."))
    return person


can_view = allows(check_can_view)
can_edit = allows(check_can_edit)
can_sign = allows(check_can_sign)
can_own = allows(check_can_own)
can_remove = allows(check_can_remove)
can_vet = allows(check_can_vet)
