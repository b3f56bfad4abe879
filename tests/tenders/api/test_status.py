"""The route that is polled: what it says, at which instant, and at which cost."""

from datetime import timedelta

import pytest

from coalition_portal.formatting import iso
from tenders.notices.cancelling import cancel
from tests.factories.tenders import extended_tender, in_days, published_tender
from tests.tenders.api.asking import AROUND, MICROSECOND, problem

pytestmark = pytest.mark.django_db


def path(tender):
    return f"tenders/{tender.number}/status"


def open_status(tender, **changed):
    return {
        "id": tender.number,
        "status": "open",
        "ocds_status": "active",
        "stage": "tender",
        "version": 1,
        "status_since": iso(tender.published_at),
        "deadline": iso(tender.closes_at),
        "deadline_history": [],
        "next_event": {"type": "deadline", "at": iso(tender.closes_at)},
        "cancelled": None,
    } | changed


@pytest.mark.parametrize("offset", AROUND)
def test_sealed_from_the_instant_of_the_deadline_on(api, offset):
    """No job runs here: the clock alone says it."""
    tender = published_tender()
    sealed = {"status": "sealed", "status_since": iso(tender.closes_at), "next_event": None}

    body = api.at(tender.closes_at + offset).json(path(tender))

    assert body == open_status(tender, **({} if offset < timedelta(0) else sealed))


def test_a_moved_deadline_is_told_with_its_reason(api):
    first = published_tender(closes_at=in_days(3))
    tender = extended_tender(first, in_days(5), reason="Power cuts.")
    changed_at = tender.deadlines.get(seq=2).set_at

    body = api.json(path(tender))

    assert body == open_status(
        tender,
        version=2,
        deadline_history=[
            {
                "was": iso(first.closes_at),
                "changed_at": iso(changed_at),
                "amendment": "A1",
                "reason": "Power cuts.",
            }
        ],
    )


def test_the_deadline_in_force_seals_and_not_the_first(api):
    first = published_tender(closes_at=in_days(3))
    tender = extended_tender(first, in_days(5))

    assert api.at(first.closes_at + timedelta(hours=1)).json(path(tender))["status"] == "open"
    assert api.at(tender.closes_at).json(path(tender))["status"] == "sealed"


def test_cancelled_with_its_reason(api):
    tender = published_tender()
    cancelled = cancel(tender=tender, reason="No budget.", by=tender.officer, now=tender.published_at + MICROSECOND)

    assert api.at(tender.closes_at + timedelta(days=1)).json(path(tender)) == open_status(
        tender,
        status="cancelled",
        ocds_status="cancelled",
        version=2,
        status_since=iso(cancelled.cancelled_at),
        next_event=None,
        cancelled={"at": iso(cancelled.cancelled_at), "reason": "No budget."},
    )


def test_opened_is_evaluation(api, cutoff):
    cutoff.submitted()
    opening = cutoff.open()

    assert api.json(path(cutoff.tender)) == {
        "id": cutoff.tender.number,
        "status": "evaluation",
        "ocds_status": "active",
        "stage": "tender",
        "version": 2,
        "status_since": iso(opening.opened_at),
        "deadline": iso(cutoff.closes_at),
        "deadline_history": [],
        "next_event": None,
        "cancelled": None,
    }


def test_it_is_small_and_costs_one_query(api, django_assert_num_queries):
    tender = extended_tender(extended_tender(published_tender(closes_at=in_days(3)), in_days(4)), in_days(5))

    with django_assert_num_queries(1):
        response = api.get(path(tender))

    assert len(response.content) < 1024
    with django_assert_num_queries(1):
        assert api.get(path(tender), If_None_Match=response["ETag"]).status_code == 304


@pytest.mark.parametrize("offset", AROUND)
def test_a_poller_never_holds_open_beyond_the_deadline(api, offset):
    tender = published_tender()
    early = api.at(tender.closes_at - timedelta(seconds=10, microseconds=1)).get(path(tender))

    late = api.at(tender.closes_at + offset).get(path(tender), If_None_Match=early["ETag"])

    assert early["Cache-Control"] == "public, max-age=10, must-revalidate"
    if offset < timedelta(0):
        assert (late.status_code, late.content, late["ETag"]) == (304, b"", early["ETag"])
        assert late["Cache-Control"] == "public, max-age=0, must-revalidate"
    else:
        assert (late.status_code, late.json()["status"]) == (200, "sealed")
        assert late["Cache-Control"] == "public, max-age=30, must-revalidate"


@pytest.mark.parametrize("offset", AROUND)
def test_the_date_of_change_flips_with_the_status(api, offset):
    tender = published_tender()
    early = api.at(tender.closes_at - timedelta(hours=1)).get(path(tender))

    late = api.at(tender.closes_at + offset).get(path(tender), If_Modified_Since=early["Last-Modified"])

    assert late.status_code == (304 if offset < timedelta(0) else 200)


def test_a_change_within_the_same_second_is_not_missed(api):
    """Published, read and cancelled within one second: a date alone could not tell."""
    tender = published_tender(now=in_days(0) - timedelta(seconds=60))
    api.at(tender.published_at + timedelta(milliseconds=1))
    first = api.get(path(tender))
    cancel(tender=tender, reason="No budget.", by=tender.officer, now=tender.published_at + timedelta(milliseconds=2))

    assert "Last-Modified" not in first
    second = api.at(tender.published_at + timedelta(seconds=5)).get(path(tender), If_Modified_Since="x")
    assert (second.status_code, second.json()["status"]) == (200, "cancelled")
    assert api.get(path(tender), If_None_Match=first["ETag"]).status_code == 200


def test_each_language_has_its_own_validator(api):
    tender = published_tender()
    english, ukrainian = api.get(path(tender)), api.get(path(tender), Accept_Language="uk")

    assert english["ETag"] != ukrainian["ETag"]
    assert (english["Content-Language"], ukrainian["Content-Language"]) == ("en", "uk")
    assert api.get(path(tender), If_None_Match=english["ETag"], Accept_Language="uk").status_code == 200


def test_a_compressed_copy_is_revalidated_under_its_own_name(api):
    tender = published_tender()

    packed = api.get(f"tenders/{tender.number}", Accept_Encoding="gzip")
    again = api.get(f"tenders/{tender.number}", Accept_Encoding="gzip", If_None_Match=packed["ETag"])

    assert (packed["Content-Encoding"], packed["ETag"][:3]) == ("gzip", 'W/"')
    assert (again.status_code, again["ETag"]) == (304, packed["ETag"])


@pytest.mark.parametrize("number", ["IDC-2026-9999", "IDC-2026-99999"])
def test_an_unknown_number_is_a_problem(api, number):
    response = api.get(f"tenders/{number}/status")

    assert response.status_code == 404
    assert response.json() == problem(
        response,
        "not-found",
        "There is nothing at this address",
        f"No published tender is at /api/v1/tenders/{number}/status. The list of tenders has all numbers.",
    )


def test_a_parameter_is_refused(api):
    tender = published_tender()

    response = api.get(f"{path(tender)}?lang=uk")

    assert response.status_code == 400
    assert response.json() == problem(
        response,
        "bad-request",
        "The request is not understood",
        "The query has parameters that this route does not take like this.",
        ("lang", "unknown", "This parameter is not known here: the route takes none."),
    )
