"""Nothing about proposals exists for the public before the opening: not in a body, a header, a count or a cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenders.proposals.models import Proposal, Receipt
from tests.factories.reviews import ranked_review

pytestmark = pytest.mark.django_db

VARIABLE = {"X-Request-ID", "RateLimit"}
"""Headers that differ between any two requests."""


def everything_public(api, tender, now):
    """Each answer with its headers and the number of its queries, in both languages, with and without a validator."""
    api.at(now)
    paths = [
        "",
        "openapi.json",
        "tenders",
        "tenders?count=true&status=open&status=sealed&sort=deadline",
        f"tenders?updated_from={(now - timedelta(seconds=30)).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        f"tenders/{tender.number}",
        f"tenders/{tender.number}/status",
    ]
    return {(path, language): told(api, path, Accept_Language=language) for path in paths for language in ("en", "uk")}


def told(api, path, **headers):
    with CaptureQueriesContext(connection) as queries:
        response = api.get(path, **headers)
    again = api.get(path, If_None_Match=response["ETag"], **headers)
    kept = {name: value for name, value in response.items() if name not in VARIABLE}
    return response.status_code, kept, response.content, len(queries), again.status_code


@pytest.mark.parametrize("offset", [timedelta(seconds=-1), timedelta(0), timedelta(seconds=30)])
def test_two_databases_that_differ_in_proposals_only_answer_the_same_bytes(api, cutoff, offset):
    now = cutoff.closes_at + offset
    without = everything_public(api, cutoff.tender, now)
    cutoff.submitted(name="Marked Works")
    cutoff.submitted(name="Other Marked Works")

    assert (Proposal.objects.count(), Receipt.objects.count()) == (2, 2)
    assert everything_public(api, cutoff.tender, now) == without
    assert {code for code, *_rest, again in without.values()} == {200}
    assert {again for *_rest, again in without.values()} == {304}


def test_the_closing_of_a_tender_with_proposals_looks_like_any_other(api, cutoff):
    now = cutoff.closes_at + timedelta(seconds=15)
    sealed = everything_public(api, cutoff.tender, now)

    cutoff.submitted()
    cutoff.close()

    assert everything_public(api, cutoff.tender, now) == sealed


def test_no_route_tells_a_visitor_of_proposals(api, cutoff):
    proposal = cutoff.submitted()

    for path, status in (
        (f"tenders/{cutoff.tender.number}/proposals", 401),
        (f"tenders/{cutoff.tender.number}/proposals/{proposal.public_id}", 404),
        (f"proposals/{proposal.public_id}", 401),
        ("proposals", 401),
    ):
        assert api.get(path).status_code == status


def test_the_ranking_names_nobody_either(api, database_clock):
    """Who took part, what they claimed and how they were scored are not the public's before the award."""
    story, _ranking = ranked_review(database_clock, 8, 5)
    marks = {mark for proposal in Proposal.objects.all() for mark in marks_of(proposal)}

    for path in ("tenders", f"tenders/{story.tender.number}", f"tenders/{story.tender.number}/status"):
        response = api.get(path)
        told_all = response.content.decode() + str(dict(response.items()))
        assert '"evaluation"' in told_all
        assert [mark for mark in marks if mark in told_all] == []
    assert len(marks) > 10


def marks_of(proposal):
    company = proposal.company
    return {
        proposal.public_id,
        proposal.drone_model.name,
        proposal.drone_model.public_id,
        company.public_id,
        company.legal_name,
        company.register_number,
        proposal.production_region,
        *proposal.bundles.values_list("sha256", flat=True),
    }
