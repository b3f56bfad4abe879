import pytest

from coalition_portal.permission import Denied, Refused
from manufacturers.catalogue import add_drone_model
from manufacturers.models import CompanyAct, CompanyRecord, CompanyRole, DroneKind, DroneModel
from tests.factories import companies

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [CompanyRole.EDITOR, CompanyRole.SIGNATORY, CompanyRole.OWNER])
def test_add_keeps_name_and_kind(role, fixed_now):
    company = companies.company()
    user = companies.person_of(company, role)

    model = add_drone_model(company=company, name=" ChA-10,  version B ", kind="FPV", by=user, now=fixed_now)

    assert (model.company, model.name, model.kind, model.created_at) == (
        company,
        "ChA-10, version B",
        DroneKind.FPV,
        fixed_now,
    )
    assert list(CompanyRecord.objects.order_by("pk").values_list("act", "facts"))[-1] == (
        CompanyAct.MODEL_ADDED,
        {"model": model.public_id, "name": "ChA-10, version B", "kind": "FPV"},
    )


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"name": " "}, "name", "Write the name of the model, with its version."),
        ({"name": "x" * 81}, "name", "We got 81 characters; there is room for 80. Shorten the name."),
        ({"kind": "BALLOON"}, "kind", "Choose the kind of drone from the list."),
        (
            {"name": "ПЕРШИЙ  зразок"},
            "name",
            "Your company has a model called ПЕРШИЙ зразок already. Use that one, or add the version to the name.",
        ),
    ],
)
def test_add_refuses_at_the_field_at_fault(change, field, sentence, fixed_now):
    company = companies.company()
    companies.drone_model(company, name="Перший зразок")
    given = {"name": "Another", "kind": "FPV"} | change

    with pytest.raises(Refused) as refused:
        add_drone_model(company=company, **given, by=companies.owner_of(company), now=fixed_now)

    assert (refused.value.field, refused.value.sentence) == (field, sentence)
    assert DroneModel.objects.count() == 1


def test_two_companies_may_use_the_same_name():
    first, second = companies.company(), companies.company()

    names = [companies.drone_model(company, name="Zrazok").name for company in (first, second)]

    assert names == ["Zrazok", "Zrazok"]


@pytest.mark.parametrize("role", [CompanyRole.VIEWER, None])
def test_add_is_denied_to_viewers_and_strangers(role, fixed_now):
    company = companies.company()
    user = companies.person_of(company, role) if role else companies.owner_of(companies.company())

    with pytest.raises(Denied):
        add_drone_model(company=company, name="Zrazok", kind="FPV", by=user, now=fixed_now)
