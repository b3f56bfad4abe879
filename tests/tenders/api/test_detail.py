from datetime import timedelta
from decimal import Decimal

import pytest

from coalition_portal.formatting import iso
from tenders.notices.models import Tender
from tests.factories.tenders import draft_tender, extended_tender, in_days, published_tender, requested_tender
from tests.tenders.api.asking import BASE, HOST, problem

pytestmark = pytest.mark.django_db

WITHHELD = "Shown to registered companies that accepted the confidentiality undertaking."


def links(tender):
    return {
        "self": f"{BASE}/tenders/{tender.number}",
        "status": f"{BASE}/tenders/{tender.number}/status",
        "html": f"{HOST}/tenders/{tender.number}/",
    }


def test_all_of_it_but_the_lists(api):
    tender = published_tender()

    body = api.json(f"tenders/{tender.number}")
    lists = {name: body.pop(name) for name in ("criteria", "requirements")}

    assert body == {
        "id": tender.number,
        "ocid": f"ocds-213czf-{tender.number}",
        "title": "Interceptor drones",
        "status": "open",
        "deadline": iso(tender.closes_at),
        "deadline_changes": 0,
        "published_at": iso(tender.published_at),
        "updated_at": iso(tender.published_at),
        "version": 1,
        "cpv": ["35613100", "35613000"],
        "ceiling": {"amount": 2_000_000, "currency": "EUR"},
        "links": links(tender),
        "description": tender.summary_en,
        "periods": {"tender": {"start": iso(tender.published_at), "end": iso(tender.closes_at)}},
        "items": [
            {
                "kind": "interceptor",
                "cpv": ["35613100", "35613000"],
                "quantity": 10 * tender.drones_per_batch,
                "unit": {"scheme": "UNCEFACT", "id": "H87"},
                "batches_max": 10,
                "drones_per_batch": tender.drones_per_batch,
            }
        ],
        "amendments": [],
        "withheld": [{"field": "requirements", "count": 11, "reason": WITHHELD}],
        "cancelled": None,
    }
    assert [requirement["code"] for requirement in lists["requirements"]] == [
        "INT-07",
        "INT-09",
        "INT-14",
        "INT-15",
        "INT-16",
        "INT-17",
        "INT-18",
    ]
    assert sum(criterion["weight_percent"] for criterion in lists["criteria"]) == 100


def test_requirements_of_every_type(api):
    tender = published_tender(template_code="advanced_fpv")

    found = {requirement["code"]: requirement for requirement in api.json(f"tenders/{tender.number}")["requirements"]}

    payload, camera, navigation = (tender.requirements.get(code=code) for code in ("FPV-01", "FPV-08", "FPV-09"))
    nothing = {"unit": None, "operator": None, "threshold": None, "objective": None, "wanted": None, "choices": []}
    assert found["FPV-01"] == nothing | {
        "code": "FPV-01",
        "title": "Payload",
        "wording": payload.wording_en,
        "type": "number",
        "unit": {"symbol": "kg", "uncefact": "KGM"},
        "operator": "gt",
        "threshold": 5,
        "objective": 8,
        "condition": payload.condition_en,
        "must_have": True,
        "scored": True,
        "criterion": "performance",
        "measured_in_trials": True,
        "test_method": payload.test_method_en,
        "tolerance": {"kind": "percent", "value": 0},
    }
    assert found["FPV-08"]["choices"] == [
        {
            "code": choice["code"],
            "title": choice["title_en"],
            "accepted": choice["code"] in camera.accepted_choices,
        }
        for choice in camera.choices
    ]
    assert {choice["accepted"] for choice in found["FPV-08"]["choices"]} == {True, False}
    assert (found["FPV-09"]["type"], found["FPV-09"]["wanted"]) == ("yes_no", navigation.wanted_yes)
    assert (found["FPV-16"]["test_method"], found["FPV-16"]["tolerance"]) == (None, None)


def test_criteria_with_their_scale_or_formula(api):
    tender = published_tender(template_code="advanced_fpv")

    criteria = api.json(f"tenders/{tender.number}")["criteria"]

    stored = tender.criteria.get(code="performance")
    assert criteria[0] == {
        "code": "performance",
        "title": "Flight performance",
        "weight_percent": 25,
        "method": "reviewed",
        "group": "technical",
        "minimum_points": 3,
        "scale": [
            {"points": point["points"], "title": point["title_en"], "meaning": point["meaning_en"]}
            for point in stored.scale
        ],
        "requirements": ["FPV-01", "FPV-08"],
        "formula": None,
    }
    assert criteria[-1] | {"title": "", "scale": []} == {
        "code": "price",
        "title": "",
        "weight_percent": 20,
        "method": "computed",
        "group": None,
        "minimum_points": 0,
        "scale": [],
        "requirements": [],
        "formula": {
            "ceiling_price": 6000,
            "full_points_price": 3000,
            "currency": "EUR",
            "trial_share_percent": 20,
            "production_share_percent": 80,
        },
    }


@pytest.mark.parametrize("visibility", ["REGISTERED", "REVIEWERS"])
def test_nothing_of_a_requirement_that_is_not_public(api, visibility):
    """Its every word is looked for, also where only a code could name it."""
    tender = published_tender(template_code="advanced_fpv")
    hidden = tender.requirements.filter(visibility=visibility)
    public_texts = {text for row in tender.requirements.filter(visibility="PUBLIC") for text in texts_of(row)}

    for language in ("en", "uk"):
        body = api.get(f"tenders/{tender.number}", Accept_Language=language).content.decode()
        for requirement in hidden:
            for text in {requirement.code, *texts_of(requirement)} - public_texts:
                assert text not in body

    assert hidden.exists()


def texts_of(requirement):
    names = ("title", "wording", "condition", "test_method")
    texts = [getattr(requirement, f"{name}_{language}") for name in names for language in ("en", "uk")]
    return [text for text in texts if text]


def test_a_tender_without_hidden_requirements_withholds_nothing(api):
    tender = published_tender()
    tender.requirements.update(visibility="PUBLIC")

    body = api.json(f"tenders/{tender.number}")

    assert (len(body["requirements"]), body["withheld"]) == (18, [])


def test_numbers_are_finite_json_numbers(api):
    tender = published_tender(template_code="advanced_fpv")
    tender.requirements.filter(code="FPV-01").update(threshold=Decimal("5.1000"), objective=Decimal("1234567890.1234"))

    body = api.get(f"tenders/{tender.number}").content.decode()

    assert '"threshold":5.1,"objective":1234567890.1234' in body


def test_texts_in_ukrainian(api):
    tender = published_tender()

    body = api.json(f"tenders/{tender.number}", Accept_Language="uk-UA,uk;q=0.9,en;q=0.1")

    assert (body["title"], body["description"]) == (tender.title_uk, tender.summary_uk)
    assert body["requirements"][0]["title"] == tender.requirements.get(code="INT-07").title_uk


def test_a_moved_deadline_is_an_amendment(api):
    first = published_tender(closes_at=in_days(3))
    tender = extended_tender(first, in_days(5), reason="Power cuts.")
    set_at = tender.deadlines.get(seq=2).set_at

    body = api.json(f"tenders/{tender.number}")

    assert (body["deadline"], body["deadline_changes"], body["version"]) == (iso(tender.closes_at), 1, 2)
    assert body["amendments"] == [
        {
            "id": "A1",
            "at": iso(set_at),
            "reason": "Power cuts.",
            "deadline": {"was": iso(first.closes_at), "now": iso(tender.closes_at)},
        }
    ]


def test_a_budget_that_is_not_fixed_is_null(api):
    tender = published_tender()
    Tender.objects.filter(pk=tender.pk).update(budget_amount=None, batches_max=None)

    body = api.json(f"tenders/{tender.number}")

    assert (body["ceiling"], body["items"][0]["quantity"]) == (None, None)


@pytest.mark.parametrize("make", [draft_tender, lambda: requested_tender().tender])
@pytest.mark.parametrize("route", ["", "/status"])
def test_what_is_not_published_is_as_if_it_were_not(api, make, route):
    tender = make()

    response = api.get(f"tenders/{tender.number}{route}")

    assert response.status_code == 404
    assert response.json() == problem(
        response,
        "not-found",
        "There is nothing at this address",
        f"No published tender is at /api/v1/tenders/{tender.number}{route}. The list of tenders has all numbers.",
    )


def test_queries_are_few_and_one_where_the_client_holds_it(api, django_assert_num_queries):
    tender = extended_tender(published_tender(closes_at=in_days(3)), in_days(5))

    with django_assert_num_queries(4):
        response = api.get(f"tenders/{tender.number}")
    with django_assert_num_queries(1):
        assert api.get(f"tenders/{tender.number}", If_None_Match=response["ETag"]).status_code == 304


def test_sealed_at_the_deadline(api):
    tender = published_tender()
    early = api.at(tender.closes_at - timedelta(microseconds=1)).get(f"tenders/{tender.number}")

    late = api.at(tender.closes_at).get(f"tenders/{tender.number}", If_None_Match=early["ETag"])

    assert early.json()["status"] == "open"
    assert (late.status_code, late.json()["status"], late.json()["updated_at"]) == (
        200,
        "sealed",
        iso(tender.closes_at),
    )
