import pytest
from django.db import IntegrityError, transaction

from manufacturers.models import Company, CompanyAct, CompanyRecord, DroneModel, Person, Undertaking
from tests.factories import companies

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return companies.company(undertaking=True)


@pytest.mark.parametrize(
    "wrong", [{"legal_name": ""}, {"register_number": ""}, {"state": "BANNED"}], ids=lambda wrong: next(iter(wrong))
)
def test_company_out_of_range_is_unrepresentable(company, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.filter(pk=company.pk).update(**wrong)


def test_person_has_a_known_role(company):
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(company=company).update(role="BOSS")


@pytest.mark.parametrize("wrong", [{"name": ""}, {"kind": "BALLOON"}], ids=lambda wrong: next(iter(wrong)))
def test_drone_model_out_of_range_is_unrepresentable(company, wrong):
    model = companies.drone_model(company)

    with pytest.raises(IntegrityError), transaction.atomic():
        DroneModel.objects.filter(pk=model.pk).update(**wrong)


@pytest.mark.parametrize("wording", [0, 1])
def test_undertaking_counts_from_one_and_stands_once(company, wording, fixed_now):
    user = companies.owner_of(company)

    with pytest.raises(IntegrityError), transaction.atomic():
        Undertaking.objects.create(company=company, wording=wording, accepted_by=user, accepted_at=fixed_now)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("VANISHED", "a reason"),
        *((act, "") for act in (CompanyAct.RETURNED, CompanyAct.SUSPENDED, CompanyAct.REINSTATED)),
    ],
)
def test_record_has_a_known_act_and_its_reason(company, act, reason, fixed_now):
    row = {"by": companies.owner_of(company), "at": fixed_now, "commitment": "c" * 64}

    with pytest.raises(IntegrityError), transaction.atomic():
        CompanyRecord.objects.create(company=company, act=act, reason=reason, **row)


def test_names_of_rows_tell_nothing_but_an_id(company):
    rows = [company, Undertaking.objects.get(), companies.drone_model(company), *CompanyRecord.objects.all()[:1]]
    person = Person.objects.get(company=company)

    assert [str(row) for row in [*rows, person]] == [
        company.public_id,
        f"undertaking {rows[1].pk}",
        f"drone model {rows[2].pk}",
        f"record {rows[3].pk}",
        f"person {person.pk}",
    ]
