"""The drone models of a company: a name and a kind."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from manufacturers.history import record
from manufacturers.models import Company, CompanyAct, DroneKind, DroneModel
from manufacturers.names import clean_name
from manufacturers.permissions import check_can_edit

NAME_LENGTH = 80


class ModelRefused(Refused):
    """The drone model cannot be added like this."""


def add_drone_model(*, company: Company, name: str, kind: str, by: User, now: datetime) -> DroneModel:
    """Add a model under a name that the company has not used; names that differ only in case count as one."""
    missing = _("Write the name of the model, with its version.")
    clean = clean_name(name, field="name", longest=NAME_LENGTH, missing=missing)
    if kind not in DroneKind.values:
        raise ModelRefused(_("Choose the kind of drone from the list."), field="kind")
    with transaction.atomic(durable=True):
        company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        check_can_edit(by, company)
        _refuse_known_name(company, clean)
        model = DroneModel.objects.create(company=company, name=clean, kind=kind, created_at=now)
        facts = {"model": model.public_id, "name": clean, "kind": kind}
        record(company=company, act=CompanyAct.MODEL_ADDED, by=by, now=now, facts=facts)
    return model


def _refuse_known_name(company: Company, name: str) -> None:
    """Compared here and not in the database: SQLite knows no case beyond ASCII."""
    known = {known.casefold() for known in company.drone_models.values_list("name", flat=True)}
    if name.casefold() in known:
        sentence = _("Your company has a model called %(name)s already. Use that one, or add the version to the name.")
        raise ModelRefused(sentence % {"name": name}, field="name")
