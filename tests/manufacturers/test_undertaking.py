from datetime import timedelta

import pytest

from coalition_portal.permission import Denied
from manufacturers import queries, undertaking
from manufacturers.models import CompanyAct, CompanyRecord, CompanyRole, Undertaking
from manufacturers.undertaking import accept_undertaking
from tests.factories import companies

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [CompanyRole.SIGNATORY, CompanyRole.OWNER])
def test_accept_binds_the_company_by_one_who_may_sign(role, fixed_now):
    company = companies.company()
    user = companies.person_of(company, role)

    accepted = accept_undertaking(company=company, by=user, now=fixed_now)

    assert (accepted.company, accepted.wording, accepted.accepted_by, accepted.accepted_at) == (
        company,
        1,
        user,
        fixed_now,
    )
    assert list(CompanyRecord.objects.values_list("act", "facts", "by").order_by("pk"))[-1] == (
        CompanyAct.UNDERTAKING_ACCEPTED,
        {"wording": 1},
        user.pk,
    )


@pytest.mark.parametrize("role", [CompanyRole.VIEWER, CompanyRole.EDITOR, None])
def test_accept_is_denied_to_those_who_may_not_sign(role, fixed_now):
    company = companies.company()
    user = companies.person_of(company, role) if role else companies.owner_of(companies.company())

    with pytest.raises(Denied):
        accept_undertaking(company=company, by=user, now=fixed_now)

    assert not queries.has_accepted_undertaking(company)


def test_accept_again_returns_the_first_acceptance(fixed_now):
    company = companies.company()
    first = accept_undertaking(company=company, by=companies.owner_of(company), now=fixed_now)
    records = CompanyRecord.objects.count()

    later = fixed_now + timedelta(days=1)
    second = accept_undertaking(company=company, by=companies.person_of(company, CompanyRole.SIGNATORY), now=later)

    assert (second, second.accepted_at) == (first, fixed_now)
    assert Undertaking.objects.count() == 1
    assert CompanyRecord.objects.filter(act=CompanyAct.UNDERTAKING_ACCEPTED).count() == 1
    assert CompanyRecord.objects.count() == records + 1  # the signatory who joined in between


def test_new_wording_asks_every_company_anew(fixed_now, monkeypatch):
    company = companies.company(undertaking=True)
    owner = companies.owner_of(company)
    assert queries.may_see_registered_requirements(owner)

    monkeypatch.setattr(queries, "WORDING", 2)
    monkeypatch.setattr(undertaking, "WORDING", 2)

    assert not queries.has_accepted_undertaking(company)
    assert not queries.may_see_registered_requirements(owner)
    accept_undertaking(company=company, by=owner, now=fixed_now)
    assert queries.may_see_registered_requirements(owner)
    assert list(company.undertakings.order_by("wording").values_list("wording", flat=True)) == [1, 2]
