"""The people of the demo world: role labels instead of names, invented addresses, one password for those printed."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from coalition_portal.identity.granting import grant_role
from coalition_portal.identity.models import MemberCountry, User
from coalition_portal.identity.roles import Role
from tenders.demo.source import companies, company

PASSWORD = "drone-coalition-demo"  # noqa: S105 - printed on purpose; production refuses to start with demo accounts
DOMAIN = "example.org"


@dataclass(frozen=True)
class Part:
    """One staff person; the printed ones can sign in."""

    handle: str
    name: str
    role: Role
    country: str | None
    is_printed: bool = False
    does: str = ""

    @property
    def email(self) -> str:
        return f"{self.handle}@{DOMAIN}"


STAFF = [
    Part(
        "officer.gb",
        "Tender officer, United Kingdom",
        Role.OFFICER,
        "GB",
        True,
        "wrote three of the tenders; runs their panels",
    ),
    Part("officer.lv", "Tender officer, Latvia", Role.OFFICER, "LV", True, "wrote the reconnaissance tender"),
    Part(
        "chair.lv", "Chair, Latvia", Role.CHAIR, "LV", True, "second approver and chair of the United Kingdom's tenders"
    ),
    Part(
        "chair.gb",
        "Chair, United Kingdom",
        Role.CHAIR,
        "GB",
        True,
        "chair of the reconnaissance tender: consensus waits",
    ),
    Part("opener.ee", "Opener, Estonia", Role.OPENER, "EE", True, "confirms an opening that the chair proposed"),
    Part("opener.nl", "Opener, Netherlands", Role.OPENER, "NL"),
    Part("reviewer.lv", "Reviewer, Latvia", Role.REVIEWER, "LV", True, "technical group; half of the queue is left"),
    Part("reviewer.ee", "Reviewer, Estonia", Role.REVIEWER, "EE"),
    Part("reviewer.nl", "Reviewer, Netherlands", Role.REVIEWER, "NL", True, "technical group"),
    Part(
        "reviewer.dk", "Reviewer, Denmark", Role.REVIEWER, "DK", True, "technical group; has to declare conflicts first"
    ),
    Part("reviewer.gb", "Reviewer, United Kingdom", Role.REVIEWER, "GB", True, "capacity group"),
    Part("reviewer.lt", "Reviewer, Lithuania", Role.REVIEWER, "LT"),
    Part("reviewer.de", "Reviewer, Germany", Role.REVIEWER, "DE"),
    Part("reviewer.se", "Reviewer, Sweden", Role.REVIEWER, "SE"),
    Part("adviser.ua", "User adviser, Ukraine", Role.ADVISER, "UA"),
    Part("head.lv", "Head of delegation, Latvia", Role.HEAD, "LV", True, "sees the desk of a delegation"),
    Part("auditor", "Auditor", Role.AUDITOR, None, True, "reads, never writes"),
    Part("operator", "Operator", Role.OPERATOR, None, True, "keeps the portal running"),
    *[
        Part(f"officer.{code.lower()}", f"Tender officer, {code}", Role.OFFICER, code)
        for code in ("UA", "LT", "EE", "NL", "DE", "CZ", "PL")
    ],
]
TECHNICAL = ["reviewer.lv", "reviewer.ee", "reviewer.nl", "reviewer.dk"]
CAPACITY = ["reviewer.gb", "reviewer.lt", "reviewer.de", "reviewer.se"]

PRINTED_COMPANIES = {
    "ua_08": "a complete draft in Interceptor drones, frozen and not submitted: submit it before the cut-off",
    "ua_11": "one person, Ukrainian: a draft that is half filled in",
    "ua_03": "a draft of the reconnaissance tender that was never submitted stays readable",
    "ua_05": "was late by three seconds with a replacement; the version before counts",
    "ua_07": "replaced its proposal twice; submitted in all four tenders",
    "lv_02": "submitted and withdrew",
    "gb_05": "took part in the first FPV tender: its result is published",
    "cz_02": "registered, not verified: may submit all the same",
}


def staff_user(handle: str) -> User:
    return User.objects.get(email=f"{handle}@{DOMAIN}")


def signatory(key: str) -> User:
    return User.objects.get(email=f"{key}@{DOMAIN}")


def engage_staff(now: datetime) -> None:
    """Every staff person with their role; those that are not printed have no usable password."""
    for part in STAFF:
        user = _account(part.email, part.name, part.is_printed, language="uk" if part.country == "UA" else "en")
        country = MemberCountry.objects.get(code=part.country) if part.country else None
        grant_role(user=user, role=part.role, country=country, by=None, now=now)


def sign_up(key: str) -> User:
    """The signatory of a company, with a confirmed address."""
    row = company(key)
    return _account(f"{key}@{DOMAIN}", f"Signatory, {key}", key in PRINTED_COMPANIES, language=row["language"])


def _account(email: str, name: str, is_printed: bool, *, language: str) -> User:
    user = User.objects.create_user(email, None, name=name, language=language)
    if is_printed:
        user.password = _hashed_password()
        user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@cache
def _hashed_password() -> str:
    """Hashed once for all: the hash is slow on purpose, and everybody's password is the same and printed."""
    return make_password(PASSWORD)


def printed_accounts() -> list[tuple[str, str, str]]:
    """(address, who it is, what there is to see), staff last."""
    names = {row["key"]: row["name_latin"] for row in companies()}
    firms = [(f"{key}@{DOMAIN}", names[key], sees) for key, sees in PRINTED_COMPANIES.items()]
    return firms + [(part.email, part.name, part.does) for part in STAFF if part.is_printed]
