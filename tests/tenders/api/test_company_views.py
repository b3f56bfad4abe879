"""The list of proposals, and what a browser in a session may do."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.proposals import draft_proposal, staged_bundle
from tests.factories.sessions import signed_in
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.django_db


def test_the_list_is_walked_to_its_end(robot, company):
    tender = published_tender()
    made = [draft_proposal(tender=tender, company=company).public_id for _time in range(3)]

    pages, path = [], f"proposals?limit=2&tender={tender.number}"
    while path:
        body = robot.get(path).json()
        pages.append([row["id"] for row in body["data"]])
        path = body["links"].get("next")

    assert sum(pages, []) == made[::-1]
    assert [len(page) for page in pages] == [2, 1]
    assert robot.get(f"proposals?cursor={'a' * 26}").status_code == 400
    assert robot.get("proposals?cursor=x").status_code == 422
    assert robot.get("proposals?tender=x").status_code == 422


def test_the_list_asks_as_often_for_one_as_for_three(robot, company, django_assert_num_queries):
    draft_proposal(company=company)
    robot.get("proposals")

    with django_assert_num_queries(3):
        robot.get("proposals")
    for _time in range(2):
        draft_proposal(company=company)
    with django_assert_num_queries(3):
        robot.get("proposals")


def in_browser(user, **options):
    browser = signed_in(user)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    return strict


def test_a_browser_writes_with_its_token_only(owner, draft):
    browser = in_browser(owner)
    path = f"/api/v1/proposals/{draft.public_id}/offer"
    asked = {"data": json.dumps({"lead_time_days": 30}), "content_type": "application/json"}

    without = browser.patch(path, **asked, headers={"If-Match": "*"})
    browser.get(reverse("proposal-offer", args=[draft.public_id]))
    token = browser.cookies["portal_csrf"].value
    with_token = browser.patch(path, **asked, headers={"If-Match": "*", "X-CSRFToken": token})

    assert (without.status_code, without["Content-Type"]) == (403, "application/problem+json")
    assert "X-CSRFToken" in without.json()["detail"]
    assert with_token.status_code == 200


def test_a_browser_binds_the_company_only_after_a_fresh_sign_in(owner, company):
    bundle = staged_bundle(company=company)
    path = f"/api/v1/proposals/{bundle.proposal.public_id}/submit"
    wanted = {"version": bundle.version, "sha256": bundle.sha256}

    stale, fresh = (
        signed_in(owner, seconds_ago=seconds).post(
            path, wanted, content_type="application/json", headers={"Idempotency-Key": "one"}
        )
        for seconds in (3600, 0)
    )

    assert (stale.status_code, "/accounts/reauthenticate/" in stale.json()["detail"]) == (403, True)
    assert fresh.status_code == 201
