"""Two clients change one draft on one ETag, each over a connection of its own: one of them is told to read again."""

import threading
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from coalition_portal import clock
from tenders.proposals.models import Document, Proposal
from tests.concurrency.clients import run_at
from tests.factories import companies
from tests.factories.keys import token_of
from tests.factories.proposals import complete_proposal
from tests.tenders.api.asking import Robot

pytestmark = pytest.mark.django_db(transaction=True)

HELD = 0.8
"""So many seconds nobody gets at the draft: long enough that all have looked at its revision and wait for the lock."""


@pytest.fixture
def draft():
    return complete_proposal()


def _hold(draft, has_locked):
    with transaction.atomic():
        Proposal.objects.select_for_update(no_key=True).get(pk=draft.pk)
        # SQLite has no lock of a row: whoever writes holds them all.
        Proposal.objects.filter(pk=draft.pk).update(created_at=draft.created_at)
        has_locked.set()
        threading.Event().wait(HELD)


def _offer(**members):
    return "PATCH", "offer", members


def _answer(place):
    return lambda draft: ("PATCH", "answers", {"answers": {_code(draft, place): {"value": None}}})


def _code(draft, place):
    return draft.tender.requirements.order_by("order")[place].code


def _removal(place):
    return lambda draft: ("DELETE", f"documents/{Document.objects.filter(proposal=draft)[place].public_id}", None)


def _declared(*codes):
    return "PUT", "declarations", {"accepted": list(codes)}


PAIRS = {
    "other members": (_offer(lead_time_days=30), _offer(trial_support="Two engineers")),
    "one member": (_offer(lead_time_days=30), _offer(lead_time_days=31)),
    "one value": (_offer(lead_time_days=30), _offer(lead_time_days=30)),
    "answers": (_answer(0), _answer(1)),
    "declarations": (_declared(), _declared("truth")),
    "documents": (_removal(0), _removal(1)),
    "parts": (_removal(0), _offer(lead_time_days=30)),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_of_two_changes_on_one_revision_the_second_is_refused(draft, pair):
    token, path = token_of(companies.owner_of(draft.company)), f"proposals/{draft.public_id}"
    tag = Robot(Client(), token).get(path)["ETag"]
    acts = [act(draft) if callable(act) else act for act in pair]
    has_locked = threading.Event()

    def change(method, part, body):
        has_locked.wait(10)
        return Robot(Client(), token).ask(method, f"{path}/{part}", body, If_Match=tag)

    now = clock.now()
    _none, *answers = run_at(
        [(now, partial(_hold, draft, has_locked)), *[(now, partial(change, *act)) for act in acts]]
    )

    assert sorted(answer.status_code for answer in answers) in ([200, 412], [204, 412])
    assert Proposal.objects.get().revision == draft.revision + 1
