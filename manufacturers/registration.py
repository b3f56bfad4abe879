"""A company registers, mends its facts, and gains and loses people.

One person acts for one company, and nobody is both bidder and staff. A company always keeps an owner.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.emails import normalise_email
from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from coalition_portal.post.queue import queue_mail
from manufacturers.facts import RegistrationRefused, check_declarations, check_facts
from manufacturers.history import record
from manufacturers.models import Company, CompanyAct, CompanyRole, Person
from manufacturers.permissions import check_can_own, check_can_remove
from manufacturers.queries import is_verified_email, serves_coalition
from manufacturers.states import MAY_CHANGE


class PersonRefused(Refused):
    """The person cannot be added, changed or removed."""


def register_company(
    *,
    legal_name: str,
    original_name: str,
    country: str,
    register_scheme: str,
    register_number: str,
    declarations: Iterable[str],
    by: User,
    now: datetime,
) -> Company:
    """Register the company, with `by` as its first owner. Nobody has to vet it before it may bid.

    Raises RegistrationRefused, with the field at fault, for staff, a second company, an unconfirmed address, a register
    that is unknown or of another state, a malformed or known number, and declarations that are missing.
    """
    facts = check_facts(
        legal_name=legal_name,
        original_name=original_name,
        country=country,
        register_scheme=register_scheme,
        register_number=register_number,
    )
    accepted = check_declarations(declarations)
    with transaction.atomic(durable=True):
        owner = User.objects.select_for_update(no_key=True).get(pk=by.pk)
        _refuse_who_cannot_register(owner)
        company = _written(
            Company(**asdict(facts), declarations_accepted=accepted, registered_by=owner, registered_at=now)
        )
        Person.objects.create(company=company, user=owner, role=CompanyRole.OWNER, joined_at=now)
        facts_kept = asdict(facts) | {"declarations": accepted}
        record(company=company, act=CompanyAct.REGISTERED, by=owner, now=now, facts=facts_kept)
    return company


def change_company(
    *,
    company: Company,
    legal_name: str,
    original_name: str,
    country: str,
    register_scheme: str,
    register_number: str,
    by: User,
    now: datetime,
) -> Company:
    """Mend the facts while no delegation relies on them. Writing what stands there already changes nothing."""
    facts = check_facts(
        legal_name=legal_name,
        original_name=original_name,
        country=country,
        register_scheme=register_scheme,
        register_number=register_number,
    )
    with transaction.atomic(durable=True):
        company = _locked(company)
        check_can_own(by, company)
        _refuse_where_relied_upon(company)
        changed = {name: value for name, value in asdict(facts).items() if str(getattr(company, name)) != value}
        if not changed:
            return company
        for name, value in changed.items():
            setattr(company, name, value)
        _written(company)
        record(company=company, act=CompanyAct.CHANGED, by=by, now=now, facts=changed)
    return company


def add_person(*, company: Company, email: str, role: str, by: User, now: datetime) -> Person:
    """Add somebody who has a confirmed account and acts for no company.

    Unknown and unfit addresses get the same words, so that nobody learns who has an account.
    """
    wanted = _check_role(role)
    with transaction.atomic(durable=True):
        company = _locked(company)
        check_can_own(by, company)
        user = User.objects.select_for_update(no_key=True).filter(email=normalise_email(email), is_active=True).first()
        if user is None or not _is_free(user):
            raise PersonRefused(
                _(
                    "We could not add this address. The person needs an account here, has confirmed this address, acts"
                    " for no other company and has no role in the coalition. Ask them to register, then add them again."
                ),
                field="email",
            )
        person = Person.objects.create(company=company, user=user, role=wanted, joined_at=now)
        _tell(user, "company_person_added", now)
        record(company=company, act=CompanyAct.PERSON_ADDED, by=by, now=now, facts=_facts_of(person))
    return person


def change_role(*, person: Person, role: str, by: User, now: datetime) -> Person:
    """Give a person of the company another role; the same role again changes nothing. The last owner stays one."""
    wanted = _check_role(role)
    with transaction.atomic(durable=True):
        _locked(person.company)
        person = Person.objects.select_related("company", "user").get(pk=person.pk)
        check_can_own(by, person.company)
        if person.role == wanted:
            return person
        _refuse_last_owner(person)
        person.role = wanted
        person.save(update_fields=["role"])
        _tell(person.user, "company_role_changed", now)
        record(company=person.company, act=CompanyAct.ROLE_CHANGED, by=by, now=now, facts=_facts_of(person))
    return person


def remove_person(*, person: Person, by: User, now: datetime) -> None:
    """Take a person out of the company, at once; an owner may, and the person. What they wrote stays."""
    with transaction.atomic(durable=True):
        company = _locked(person.company)
        person = Person.objects.select_related("company", "user").get(pk=person.pk)
        check_can_remove(by, person)
        _refuse_last_owner(person)
        facts = _facts_of(person)
        person.delete()
        _tell(person.user, "company_person_removed", now)
        record(company=company, act=CompanyAct.PERSON_REMOVED, by=by, now=now, facts=facts)


def _refuse_who_cannot_register(user: User) -> None:
    if serves_coalition(user):
        raise RegistrationRefused(
            _("You have a role in the coalition, and nobody is both bidder and staff. Use another account.")
        )
    if Person.objects.filter(user=user).exists():
        raise RegistrationRefused(_("You act for a company already. A person acts for one company at a time."))
    if not is_verified_email(user):
        raise RegistrationRefused(_("Your e-mail address is not confirmed yet. Confirm it, then register the company."))


def _refuse_where_relied_upon(company: Company) -> None:
    if company.state not in MAY_CHANGE:
        sentence = _("The delegation relies on these facts (%(state)s), so they stay. Write to it where one is wrong.")
        raise RegistrationRefused(sentence % {"state": company.get_state_display()})


def _written(company: Company) -> Company:
    """Two registrations of one number at the same time meet at the unique key, and the second is refused here."""
    try:
        with transaction.atomic():
            company.save()
    except IntegrityError as error:
        if (
            not Company.objects.filter(register_scheme=company.register_scheme, register_number=company.register_number)
            .exclude(pk=company.pk)
            .exists()
        ):
            raise
        raise RegistrationRefused(
            _(
                "We could not register a company with this number. Compare it with the extract. If a colleague has"
                " registered your company here, ask them to add you; else write to the contact of the portal."
            ),
            field="register_number",
        ) from error
    return company


def _locked(company: Company) -> Company:
    """People and facts of one company change one after another; proposals that refer to it do not wait."""
    return Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def _is_free(user: User) -> bool:
    if serves_coalition(user) or Person.objects.filter(user=user).exists():
        return False
    return is_verified_email(user)


def _check_role(role: str) -> CompanyRole:
    if role not in CompanyRole.values:
        raise PersonRefused(_("Choose a role from the list."), field="role")
    return CompanyRole(role)


def _refuse_last_owner(person: Person) -> None:
    if person.role != CompanyRole.OWNER:
        return
    others = Person.objects.filter(company=person.company, role=CompanyRole.OWNER, user__is_active=True)
    if not others.exclude(pk=person.pk).exists():
        raise PersonRefused(
            _("This is the only owner, and a company needs one. Make another person an owner first, then try again.")
        )


def _facts_of(person: Person) -> dict:
    return {"person": person.user.public_id, "role": person.role}


def _tell(user: User, template: str, now: datetime) -> None:
    """There is news, and where to read it. The mail names neither company nor role."""
    key = f"{template}:{user.public_id}:{now.isoformat()}"
    queue_mail(key=key, to=user, template=template, context={"path": "/company/"}, now=now)
