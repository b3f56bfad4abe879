from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.permission import Denied
from manufacturers.models import CompanyRole, DroneModel
from tenders.notices.cancelling import cancel
from tenders.notices.queries import deadline_in_force
from tenders.proposals.beginning import NotStartable, start_proposal
from tenders.proposals.models import Proposal
from tests.factories import companies, people
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def test_start_adds_the_model_to_the_catalogue_and_begins_a_draft():
    tender, company = published_tender(), companies.company()
    owner, now = companies.owner_of(company), clock.now()

    proposal = start_proposal(tender=tender, model_name="  Example 10,  version B ", by=owner, now=now)

    model = DroneModel.objects.get(company=company)
    assert (model.name, model.kind) == ("Example 10, version B", tender.kind)
    assert (proposal.company, proposal.drone_model, proposal.state, proposal.revision) == (company, model, "DRAFT", 1)
    assert (proposal.created_by, proposal.created_at) == (owner, now)


def test_start_reuses_the_model_and_the_draft_that_are_there():
    tender, company = published_tender(), companies.company()
    owner = companies.owner_of(company)
    model = companies.drone_model(company, name="Приклад 10", kind=tender.kind)

    first = start_proposal(tender=tender, model_name="приклад  10", by=owner, now=clock.now())
    again = start_proposal(tender=tender, model_name="ПРИКЛАД 10", by=owner, now=clock.now())

    assert (first, first.drone_model) == (again, model)
    assert Proposal.objects.count() == 1


def test_start_refuses_a_model_of_another_kind():
    tender, company = published_tender(template_code="interceptor"), companies.company()
    companies.drone_model(company, name="Example 7", kind="FPV")

    with pytest.raises(NotStartable) as raised:
        start_proposal(tender=tender, model_name="Example 7", by=companies.owner_of(company), now=clock.now())

    assert raised.value.sentence == (
        "“Example 7” is in your catalogue as “First-person-view drone”. This tender wants “Interceptor drone”. "
        "Type another model name."
    )
    assert raised.value.field == "model_name"


def test_start_refuses_an_empty_name():
    company = companies.company()

    with pytest.raises(NotStartable, match="has no name"):
        start_proposal(tender=published_tender(), model_name="  ", by=companies.owner_of(company), now=clock.now())


@pytest.mark.parametrize(("offset", "is_open"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)])
def test_start_is_possible_before_the_deadline_and_not_at_it(offset, is_open):
    tender, company = published_tender(), companies.company()
    now = deadline_in_force(tender).closes_at + offset

    if is_open:
        assert start_proposal(tender=tender, model_name="Example", by=companies.owner_of(company), now=now).pk
    else:
        with pytest.raises(NotStartable, match="not open"):
            start_proposal(tender=tender, model_name="Example", by=companies.owner_of(company), now=now)


def test_start_is_refused_in_a_cancelled_tender():
    tender, company = published_tender(), companies.company()
    cancel(tender=tender, reason="The need is gone.", by=tender.second_approver, now=clock.now())

    tender.refresh_from_db()
    with pytest.raises(NotStartable, match="not open"):
        start_proposal(tender=tender, model_name="Example", by=companies.owner_of(company), now=clock.now())


@pytest.mark.parametrize(
    ("role", "may"),
    [(None, False), (CompanyRole.VIEWER, False), (CompanyRole.EDITOR, True), (CompanyRole.SIGNATORY, True)],
)
def test_who_may_start(role, may):
    tender = published_tender()
    user = companies.person_of(companies.company(), role) if role else people.person()

    if may:
        assert start_proposal(tender=tender, model_name="Example", by=user, now=clock.now()).created_by == user
    else:
        with pytest.raises(Denied):
            start_proposal(tender=tender, model_name="Example", by=user, now=clock.now())
