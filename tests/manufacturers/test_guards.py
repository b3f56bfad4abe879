import pytest
from django.db import IntegrityError, connection, transaction

from coalition_portal import guards
from manufacturers.guards import GUARDS
from manufacturers.models import CompanyRecord, Undertaking
from tests.factories import companies

pytestmark = pytest.mark.django_db


def test_guards_are_registered_and_installed():
    present = {guard.name for guard in GUARDS if guard.sql(connection.vendor)}

    assert present <= set(guards._registered)
    assert guards.missing_guards() == []


@pytest.mark.parametrize("model", [Undertaking, CompanyRecord])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_rows_are_append_only(model, act):
    company = companies.company(undertaking=True)
    rows = model.objects.filter(company=company)
    before = list(rows.order_by("pk").values())

    with pytest.raises(IntegrityError, match=f"append-only: {act} refused"), transaction.atomic():
        rows.update(company=company) if act == "update" else rows._raw_delete("default")

    assert before
    assert list(rows.order_by("pk").values()) == before
