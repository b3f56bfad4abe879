"""Pages of fifty rows ask and show the same among two thousand proposals as among a hundred."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coalition_portal.ledger.entries import new_salt
from coalition_portal.public_ids import new_public_id
from manufacturers.models import DroneModel
from tenders.notices.models import Criterion
from tenders.proposals.models import Bundle, OpenedProposal, Proposal
from tenders.proposals.states import ProposalState
from tenders.reviews.models import Assignment, RankedProposal, Ranking
from tests.factories.reviews import CAPACITY, TECHNICAL, Review

FEW, MANY = 100, 2000
LARGER_NUMBERS_BYTES = 200
"""Numbers of four digits take a little more room than numbers of two."""


@pytest.fixture
def story(db, database_clock):
    return Review(database_clock, proposals=1, panel={TECHNICAL: ["LV"], CAPACITY: ["EE"]})


def grow(story, until):
    """Rows as a tender of that size has them, written straight into the tables: no verb is under test here."""
    first = story.opened[0]
    numbers = range(OpenedProposal.objects.filter(tender=story.tender).count(), until)
    facts = {"company": first.proposal.company, "created_at": story.now}
    models = DroneModel.objects.bulk_create(
        DroneModel(name=f"Grown {number}", kind=first.proposal.drone_model.kind, **facts) for number in numbers
    )
    same = _copied(first.proposal, Proposal, ["public_id", "drone_model", "state"])
    proposals = Proposal.objects.bulk_create(
        Proposal(public_id=new_public_id(), drone_model=model, state=ProposalState.OPENED, **same) for model in models
    )
    same = _copied(first.bundle, Bundle, ["proposal", "storage_key", "salt", "commitment"])
    bundles = Bundle.objects.bulk_create(
        Bundle(proposal=one, storage_key=new_public_id(), salt=new_salt(), commitment=new_salt() * 2, **same)
        for one in proposals
    )
    same = _copied(first, OpenedProposal, ["public_id", "proposal", "bundle"])
    return OpenedProposal.objects.bulk_create(
        OpenedProposal(public_id=bundle.proposal.public_id, proposal=bundle.proposal, bundle=bundle, **same)
        for bundle in bundles
    )


def _copied(row, model, but):
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in but]
    return {name: getattr(row, name) for name in names}


def place(ranking, opened, criteria):
    parts = [
        {"criterion": code, "points": "8", "weight_percent": "10.00", "weighted": "8.000", "below_minimum": False}
        for code in criteria
    ]
    start = RankedProposal.objects.filter(ranking=ranking).count()
    RankedProposal.objects.bulk_create(
        RankedProposal(ranking=ranking, opened=one, rank=start + number, total=Decimal(50), parts=parts)
        for number, one in enumerate(opened, start=1)
    )
    Ranking.objects.filter(pk=ranking.pk).update(ranked_count=start + len(opened))


def assign(member, opened, by, at):
    Assignment.objects.bulk_create(
        Assignment(member=member, opened=one, assigned_by=by, assigned_at=at, salt=new_salt()) for one in opened
    )


def asked_and_shown(browser, address):
    """How many queries a page takes and how many bytes it has, at the second visit."""
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = browser.get(address)
    assert response.status_code == 200
    return len(queries), len(response.content)


def test_neither_the_ranking_grows_with_its_rows_nor_a_queue_with_the_work_of_others(story, client_of):
    """The reviewer has the first hundred proposals; everything else is assigned to somebody else."""
    member, other = (story.declare(one) for one in story.members.values())
    criteria = list(Criterion.objects.filter(tender=story.tender).values_list("code", flat=True))
    at = story.later() - timedelta(hours=1)
    ranking = Ranking.objects.create(
        tender=story.tender, made_by=story.chair, made_at=at, ranked_count=0, excluded_count=0
    )
    addresses = {
        "queue": (client_of(member.user), reverse("admin:desk-queue")),
        "ranking": (client_of(story.chair), reverse("admin:desk-ranking", args=[story.tender.number])),
    }
    taken = {}
    for size in (FEW, MANY):
        new = [*(story.opened if size == FEW else []), *grow(story, size)]
        place(ranking, new, criteria)
        assign(member if size == FEW else other, new, story.officer, at)
        taken[size] = {name: asked_and_shown(*target) for name, target in addresses.items()}

    for name in addresses:
        (few_queries, few_bytes), (many_queries, many_bytes) = taken[FEW][name], taken[MANY][name]
        assert many_queries == few_queries
        assert many_bytes <= few_bytes + LARGER_NUMBERS_BYTES
