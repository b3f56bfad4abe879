"""A program brings a proposal from nothing to its receipt and takes it back, with its key alone.

Its line is bad: after each write it does not know whether it arrived, and writes again.
"""

import base64
import hashlib
from datetime import timedelta

import pytest

from coalition_portal import clock
from manufacturers.models import CompanyRole
from tenders.proposals.models import Bundle, Proposal, Receipt, Withdrawal
from tests.factories import companies
from tests.factories.proposals import file_of
from tests.factories.tenders import in_days, published_tender

pytestmark = pytest.mark.django_db


class Program:
    """Asks twice for everything that writes, as if the first answer had been lost on its way."""

    def __init__(self, robot):
        self.robot = robot
        self.written = 0

    def read(self, path):
        response = self.robot.get(path)
        assert response.status_code == 200, response.content
        return response.json(), response.headers.get("ETag")

    def act(self, path, body=None):
        """POST with an Idempotency-Key of its own: the second answer is the first one, said again."""
        self.written += 1
        key = f"act-{self.written}"
        first, second = (self.robot.ask("POST", path, body, Idempotency_Key=key) for _time in range(2))

        assert first.status_code < 300, first.content
        assert (second.status_code, second.content) == (first.status_code, first.content)
        assert (first.headers.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
        return first.json()

    def change(self, method, path, body):
        """With the ETag of what was read; the repeat finds that the draft has gone on, and what it wrote there."""
        _before, etag = self.read(path)
        first, second = (self.robot.ask(method, path, body, If_Match=etag) for _time in range(2))

        assert first.status_code == 200, first.content
        assert second.status_code == 412
        assert self.read(path)[0] == first.json()
        return first.json()

    def upload(self, proposal, kind, file):
        content = file.read()
        facts = {"filename": file.name, "proposal": proposal, "kind": kind}
        metadata = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in facts.items())
        response = self.robot.ask(
            "POST",
            "uploads",
            content=content,
            content_type="application/offset+octet-stream",
            Tus_Resumable="1.0.0",
            Upload_Length=str(len(content)),
            Upload_Metadata=metadata,
        )

        assert response.status_code == 201, response.content
        assert response["Portal-Upload-State"] == "kept"
        return hashlib.sha256(content).hexdigest()


def claim_for(requirement):
    """What meets the requirement, from what the API says of it."""
    if requirement["type"] == "number":
        return requirement["objective"] or requirement["threshold"] or 1
    if requirement["type"] == "yes_no":
        return requirement["wanted"] is not False
    if requirement["type"] == "choice":
        return next(choice["code"] for choice in requirement["choices"] if choice["accepted"])
    return "An example in words."


def test_from_nothing_to_a_receipt_and_back(robot_of):
    tender = published_tender(closes_at=in_days(3))
    company = companies.company(undertaking=True)
    program = Program(robot_of(companies.person_of(company, CompanyRole.SIGNATORY)))

    begun = program.act("proposals", {"tender": tender.number, "drone_model": "Example 9"})
    here = begun["links"]["self"]
    assert (begun["standing"], begun["complete"], begun["submitted"]) == ("NOT SUBMITTED", False, None)
    assert program.read("proposals")[0]["data"][0]["id"] == begun["id"]

    asked = program.read(f"{here}/answers")[0]["requirements"]
    claims = {one["code"]: {"value": claim_for(one)} for one in asked}
    answered = program.change("PATCH", f"{here}/answers", {"answers": claims})
    assert {code: row["value"] for code, row in answered["answers"].items()} == {
        code: claim["value"] for code, claim in claims.items()
    }

    shape = program.read(f"{here}/offer")[0]
    program.change("PATCH", f"{here}/offer", offer_for(shape))
    for kind in program.read(f"{here}/documents")[0]["wanted"]:
        if kind["required"]:
            program.upload(begun["id"], kind["kind"], file_of(kind["file_types"][0], stem=kind["kind"]))
    codes = [row["code"] for row in program.read(f"{here}/declarations")[0]["data"]]
    program.change("PUT", f"{here}/declarations", {"accepted": codes})
    ready = program.read(here)[0]
    assert (ready["missing"], ready["complete"], ready["staged"]) == ([], True, None)

    jobs = [program.robot.ask("POST", f"{here}/stage").json() for _time in range(2)]
    staged = [program.read(job["links"]["self"])[0]["staged"] for job in jobs]
    assert staged[0] == staged[1] == program.read(here)[0]["staged"]

    wanted = {"version": staged[0]["version"], "sha256": staged[0]["sha256"]}
    received = program.act(f"{here}/submit", wanted)
    again = program.robot.ask("POST", f"{here}/submit", wanted, Idempotency_Key="another")
    assert (again.status_code, again.json()) == (200, received)
    assert (received["standing"], received["bundle_sha256"]) == ("SUBMITTED", wanted["sha256"])
    assert program.read(here)[0]["submitted"]["version"] == 1
    receipt = program.read(received["links"]["receipt"])[0]
    assert (receipt["received_at"], receipt["log"]["salt"]) == (received["received_at"], received["salt"])
    assert Receipt.objects.get().bundle.sha256 == wanted["sha256"]

    taken_back = program.act(f"{here}/withdraw", {"version": 1})
    assert (taken_back["standing"], program.read(here)[0]["withdrawn"]) == ("NOT SUBMITTED", True)
    assert [model.objects.count() for model in (Proposal, Bundle, Receipt, Withdrawal)] == [1, 1, 1, 1]
    assert clock.now() - Proposal.objects.get().created_at < timedelta(minutes=10)


def offer_for(shape):
    return {
        "prices": {line["code"]: 1200.5 for line in shape["wanted"]["price_lines"]},
        "step_prices": dict.fromkeys(shape["step_prices"], 1100),
        "capacity_by_month": dict.fromkeys(shape["capacity_by_month"], 40),
        "delivery_place": "Example town",
        "vat_basis": "WITHOUT",
        "validity_days": shape["wanted"]["validity_days"],
        "lead_time_days": 21,
        "monthly_capacity": 400,
        "production_region": "Example region",
        "partners": [{"name": "Placeholder Rotors", "country": "LV", "part": "Motors"}],
        "trial_support": "Two people on site for the first week.",
        "prevailing_language": shape["wanted"]["languages"][0],
    }
