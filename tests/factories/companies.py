"""Companies and their people, made by the verbs that make them in life. Names and numbers are visibly invented."""

from itertools import count

from allauth.account.models import EmailAddress

from coalition_portal import clock
from coalition_portal.identity.models import User
from manufacturers.catalogue import add_drone_model
from manufacturers.declarations import DECLARATIONS
from manufacturers.models import Company, CompanyRole, DroneKind, DroneModel, Person
from manufacturers.registers import MalformedNumber, check_number
from manufacturers.registration import add_person, register_company
from manufacturers.undertaking import accept_undertaking
from tests.factories import people

SCHEMES = {
    "UA": "UA-EDR",
    "CZ": "CZ-ICO",
    "DE": "DE-CR",
    "EE": "EE-RIK",
    "GB": "GB-COH",
    "LT": "LT-RC",
    "LV": "LV-RE",
    "NL": "NL-KVK",
    "PL": "PL-KRS",
}
FORMS = {"LT-RC": "99{:07}", "LV-RE": "999{:08}", "PL-KRS": "999{:07}", "DE-CR": "DEMO HRB 9{:05}"}
_numbers = count(1)


def verified_user(email: str | None = None, **fields) -> User:
    """Somebody who has confirmed their address and acts for no company yet."""
    user = people.person(email=email, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def register_number(country: str = "UA") -> tuple[str, str]:
    """A register and a number of it that no test has used; for any country without a register of its own, an LEI."""
    scheme = SCHEMES.get(country, "XI-LEI")
    if scheme == "XI-LEI":
        return scheme, _lei(next(_numbers))
    while True:
        number = FORMS.get(scheme, "99{:06}").format(next(_numbers))
        try:
            return scheme, check_number(scheme, number)
        except MalformedNumber:
            continue  # The check digit of this one does not fit; the next may.


def company(
    *,
    name: str | None = None,
    country: str = "UA",
    by: User | None = None,
    undertaking: bool = False,
    now=None,
    **facts,
) -> Company:
    """A registered company whose first owner is `by`; with `undertaking` it has accepted the wording in force."""
    scheme, number = register_number(country)
    wanted = {
        "legal_name": name or f"Example Drone Works {next(_numbers)}",
        "original_name": "",
        "country": country,
        "register_scheme": scheme,
        "register_number": number,
        "declarations": list(DECLARATIONS),
    }
    now = now or clock.now()
    made = register_company(**(wanted | facts), by=by or verified_user(), now=now)
    if undertaking:
        accept_undertaking(company=made, by=owner_of(made), now=now)
    return made


def owner_of(company: Company) -> User:
    """The owner who joined first."""
    return Person.objects.filter(company=company, role=CompanyRole.OWNER).order_by("joined_at", "pk")[0].user


def person_of(company: Company, role: str = CompanyRole.EDITOR, *, now=None, **fields) -> User:
    """A new person with `role` in the company, added by its owner."""
    user = verified_user(**fields)
    add_person(company=company, email=user.email, role=role, by=owner_of(company), now=now or clock.now())
    return user


def drone_model(
    company: Company, *, name: str | None = None, kind: str = DroneKind.FPV, by=None, now=None
) -> DroneModel:
    name = name or f"Model {next(_numbers)}"
    return add_drone_model(company=company, name=name, kind=kind, by=by or owner_of(company), now=now or clock.now())


def _lei(number: int) -> str:
    base = f"EXAMPLE{number:011}"
    left = int("".join(str(int(character, 36)) for character in base + "00")) % 97
    return f"{base}{98 - left:02}"
