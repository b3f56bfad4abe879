"""A change names the revision that it is made on, and overwrites nothing that it has not read."""

import pytest

from coalition_portal import clock
from tenders.proposals import drafting, offering
from tenders.proposals.models import Proposal
from tests.tenders.api.asking import told

pytestmark = pytest.mark.django_db


def test_a_change_names_what_it_is_made_on(robot, draft):
    here = f"proposals/{draft.public_id}/offer"
    etag = robot.get(here)["ETag"]

    assert told(robot.ask("PATCH", here, {"lead_time_days": 30}))[:2] == (428, "precondition-required")
    for wrong in ('"1"', "1", '"2-0123456789abcdef"', '"x"', f"{etag}, {etag}"):
        assert told(robot.ask("PATCH", here, {}, If_Match=wrong))[:2] == (412, "precondition-failed")
    changed = robot.ask("PATCH", here, {"lead_time_days": 30}, If_Match=etag)
    assert (changed.status_code, changed.json()["lead_time_days"]) == (200, 30)
    assert told(robot.ask("PATCH", here, {"lead_time_days": 31}, If_Match=etag))[:2] == (412, "precondition-failed")
    weak = robot.ask("PATCH", here, {"lead_time_days": 32}, If_Match=f"W/{changed['ETag']}")
    assert weak.json()["lead_time_days"] == 32


def test_any_part_of_the_draft_has_the_same_revision(robot, draft):
    here = f"proposals/{draft.public_id}"

    for part in ("", "/answers", "/offer", "/documents", "/declarations"):
        etag = robot.get(here + part)["ETag"]
        assert robot.ask("PATCH", f"{here}/offer", {}, If_Match=etag).status_code == 200


def test_somebody_who_saves_meanwhile_is_not_overwritten(robot, draft, owner, monkeypatch):
    """Between the look at If-Match and the lock of the verb."""
    here = f"proposals/{draft.public_id}/offer"
    etag = robot.get(here)["ETag"]
    real = offering.save_offer_fields

    def overtaken(**facts):
        real(proposal=draft, texts={"lead_time_days": "99"}, revision=1, by=owner, now=clock.now())
        return real(**facts)

    monkeypatch.setattr(offering, "save_offer_fields", overtaken)

    assert told(robot.ask("PATCH", here, {"lead_time_days": 30}, If_Match=etag))[:2] == (412, "precondition-failed")
    assert Proposal.objects.get().lead_time_days == 99


@pytest.mark.parametrize("part", ["offer", "answers"])
def test_whoever_changes_any_revision_is_not_refused_for_what_was_saved_meanwhile(
    robot, draft, owner, monkeypatch, part
):
    """RFC 9110, 13.1.1: `*` holds for whatever stands there, also for the same field between the look and the lock."""
    code = draft.tender.requirements.filter(answer_type="NUMBER").order_by("order")[0].code
    module, verb, texts, body = {
        "offer": (offering, "save_offer_fields", {"texts": {"lead_time_days": "99"}}, {"lead_time_days": 30}),
        "answers": (drafting, "save_answers", {"answers": {code: "99"}}, {"answers": {code: {"value": 30}}}),
    }[part]
    real = getattr(module, verb)

    def overtaken(**facts):
        real(proposal=draft, revision=1, by=owner, now=clock.now(), **texts)
        return real(**facts)

    monkeypatch.setattr(module, verb, overtaken)

    response = robot.ask("PATCH", f"proposals/{draft.public_id}/{part}", body, If_Match="*")

    told_now = response.json()
    assert response.status_code == 200, told_now
    assert (told_now["lead_time_days"] if part == "offer" else told_now["answers"][code]["value"]) == 30


def test_the_etag_is_another_one_in_another_language(robot, draft):
    here = f"proposals/{draft.public_id}/declarations"

    assert robot.get(here)["ETag"] != robot.get(here, Accept_Language="uk")["ETag"]
