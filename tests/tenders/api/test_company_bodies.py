"""Bodies that a program sends: read strictly, and what a verb refuses is placed in them."""

import pytest

from tests.tenders.api.asking import told

pytestmark = pytest.mark.django_db


NO_BODIES = [
    (b'{"lead_time_days": 30, "lead_time_days": 31}', 400, "bad-request"),
    (b'{"prices": {"a": 1, "a": 2}}', 400, "bad-request"),
    (b"not json", 400, "bad-request"),
    (b"[]", 400, "bad-request"),
    (b"null", 400, "bad-request"),
    (b'"\xff"', 400, "bad-request"),
    (b'{"trial_support": "\\u0000"}', 400, "bad-request"),
    (b'{"trial_support": "\\ud800"}', 400, "bad-request"),
    (b'{"\\ud800": 1}', 400, "bad-request"),
    (b'{"lead_time_days": NaN}', 400, "bad-request"),
    (b'{"lead_time_days": 1e999999}', 400, "bad-request"),
    (b'{"lead_time_days": ' + b"9" * 5000 + b"}", 400, "bad-request"),
    (b"[" * 100_000, 400, "bad-request"),
    (b'{"a": ' * 30 + b"1" + b"}" * 30, 400, "bad-request"),
    (b'{"trial_support": "' + b"x" * 1024 * 1024 + b'"}', 413, "too-large"),
    (b"x" * 3 * 1024 * 1024, 413, "too-large"),
]


def test_what_is_no_body(robot, draft):
    for content, status, kind in NO_BODIES:
        response = robot.ask("PATCH", f"proposals/{draft.public_id}/offer", content=content, If_Match="*")

        assert told(response) == (status, kind, []), content[:80]


REFUSED = [
    ({"nonsense": 1, "state": "SUBMITTED"}, [("/nonsense", "unknown"), ("/state", "unknown")]),
    ({"lead_time_days": "21"}, [("/lead_time_days", "type")]),
    ({"lead_time_days": 21.5}, [("/lead_time_days", "type")]),
    ({"lead_time_days": True}, [("/lead_time_days", "type")]),
    ({"lead_time_days": 0}, [("/lead_time_days", "refused")]),
    ({"trial_support": 7}, [("/trial_support", "type")]),
    ({"trial_support": "bell \x07"}, [("/trial_support", "characters")]),
    ({"prices": {"trial_unit_price": "1"}}, [("/prices/trial_unit_price", "type")]),
    ({"prices": {"trial_unit_price": -1}}, [("/prices/trial_unit_price", "refused")]),
    ({"prices": {"a/b~c": 1}}, [("/prices/a~1b~0c", "refused")]),
    ({"prices": [1]}, [("/prices", "not_a_dict")]),
    ({"partners": [{"name": "A", "country": "LV", "part": "B"}, {"name": "C"}]}, None),
    ({"partners": [{"name": "A", "country": "XX", "part": "B"}]}, [("/partners/0/country", "refused")]),
    ({"production_region": "Street 5"}, [("/production_region", "refused")]),
    ({"vat_basis": "NONE"}, [("/vat_basis", "refused")]),
]


def test_members_that_cannot_be_taken(robot, draft):
    for body, faults in REFUSED:
        response = robot.ask("PATCH", f"proposals/{draft.public_id}/offer", body, If_Match="*")

        expected = faults or [("/partners/1/country", "required"), ("/partners/1/part", "required")]
        assert told(response) == (422, "validation", expected), body
        draft.refresh_from_db()
        assert draft.revision == 1


MEDIA_TYPES = [
    ("application/json", 200),
    ("application/json; charset=utf-8", 200),
    ('Application/JSON; charset="UTF-8"', 200),
    ("application/json; charset=latin-1", 415),
    ("text/plain", 415),
    ("application/x-www-form-urlencoded", 415),
    ("multipart/form-data; boundary=x", 415),
    ("application/merge-patch+json", 415),
    ("", 415),
]


def test_the_type_of_a_body_is_exact(robot, draft):
    for media_type, status in MEDIA_TYPES:
        response = robot.ask(
            "PATCH", f"proposals/{draft.public_id}/offer", content=b"{}", content_type=media_type, If_Match="*"
        )

        assert response.status_code == status, media_type


def test_types_of_answers(robot, draft):
    read = robot.get(f"proposals/{draft.public_id}/answers").json()
    wrong = {"number": "6.5", "yes_no": "yes", "choice": True, "text": 7}
    first = {one["type"]: one["code"] for one in reversed(read["requirements"])}

    response = robot.ask(
        "PATCH",
        f"proposals/{draft.public_id}/answers",
        {"answers": {code: {"value": wrong[kind]} for kind, code in first.items()}},
        If_Match="*",
    )

    assert told(response)[:2] == (422, "validation")
    assert {*told(response)[2]} == {(f"/answers/{code}/value", "type") for code in first.values()}
    assert len(first) >= 3


def test_an_answer_that_the_verb_refuses_is_placed(robot, draft):
    response = robot.ask(
        "PATCH", f"proposals/{draft.public_id}/answers", {"answers": {"no-such": {"value": 1, "page": 2}}}, If_Match="*"
    )

    assert told(response) == (
        422,
        "validation",
        [("/answers/no-such/value", "refused"), ("/answers/no-such/page", "refused")],
    )


def test_an_answer_is_taken_back_with_null(robot, draft):
    here = f"proposals/{draft.public_id}/answers"
    code = next(one["code"] for one in robot.get(here).json()["requirements"] if one["type"] == "number")

    kept = robot.ask("PATCH", here, {"answers": {code: {"value": 7}}}, If_Match="*").json()["answers"][code]["value"]
    gone = robot.ask("PATCH", here, {"answers": {code: {"value": None}}}, If_Match="*").json()["answers"][code]["value"]

    assert (kept, gone) == (7, None)


def test_partners_are_replaced_as_a_whole(robot, draft):
    here = f"proposals/{draft.public_id}/offer"
    partners = [{"name": name, "country": "LV", "part": "Motors"} for name in ("First", "Second")]

    both = robot.ask("PATCH", here, {"partners": partners}, If_Match="*").json()["partners"]
    one = robot.ask("PATCH", here, {"partners": partners[1:]}, If_Match="*").json()["partners"]

    assert (both, one) == (partners, partners[1:])


def test_a_query_that_the_route_does_not_know(robot, draft):
    for method, path in (("GET", "proposals"), ("POST", "proposals"), ("GET", f"proposals/{draft.public_id}/offer")):
        response = robot.ask(method, f"{path}?depth=1", {} if method == "POST" else None, Idempotency_Key="a")

        assert response.status_code == 400
        assert [error["parameter"] for error in response.json()["errors"]] == ["depth"]
