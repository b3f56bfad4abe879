"""Begin a proposal: one draft for one drone model of a company in one open tender."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.permission import Denied, Refused
from manufacturers.catalogue import add_drone_model
from manufacturers.models import Company, DroneModel
from manufacturers.permissions import check_can_edit
from manufacturers.queries import company_of, drone_models_of
from tenders.notices import timetable
from tenders.notices.models import Tender
from tenders.notices.queries import deadline_in_force
from tenders.proposals.models import Proposal


class NotStartable(Refused):
    """The proposal cannot be begun; `field` is `model_name` where the name is at fault."""


def start_proposal(*, tender: Tender, model_name: str, by: User, now: datetime) -> Proposal:
    """The company's draft for one drone model in one tender; the one that is there already where there is one.

    A model of that name in the catalogue is used again, else it is added. A company of a state that is not on the
    tender's list may draft: completeness tells it that an officer has to decide.
    """
    company = company_of(by)
    if company is None:
        raise Denied(_("Only a company proposes a drone. Register your company first."))
    check_can_edit(by, company)
    _check_takes_drafts(tender, now)
    model = _model_named(company, tender, model_name.strip(), by, now)
    with transaction.atomic(durable=True):
        proposal, _is_new = Proposal.objects.get_or_create(
            tender=tender,
            company=company,
            drone_model=model,
            defaults={"created_by": by, "created_at": now, "updated_by": by, "updated_at": now},
        )
    return proposal


def _check_takes_drafts(tender: Tender, now: datetime) -> None:
    if not timetable.takes_proposals(tender.state, deadline_in_force(tender).closes_at, now):
        raise NotStartable(
            _("This tender is not open, so no proposal can be begun. The home page lists the open ones.")
        )


def _model_named(company: Company, tender: Tender, name: str, by: User, now: datetime) -> DroneModel:
    if not name:
        raise NotStartable(
            _("The drone model has no name. Type the name and version under which you offer it."), field="model_name"
        )
    wanted = " ".join(name.split()).casefold()
    model = next((known for known in drone_models_of(company) if known.name.casefold() == wanted), None)
    if model is None:
        return add_drone_model(company=company, name=name, kind=tender.kind, by=by, now=now)
    if model.kind != tender.kind:
        raise NotStartable(
            _("“%(name)s” is in your catalogue as “%(got)s”. This tender wants “%(wanted)s”. Type another model name.")
            % {"name": model.name, "got": model.get_kind_display(), "wanted": tender.get_kind_display()},
            field="model_name",
        )
    return model
