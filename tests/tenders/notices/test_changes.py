import pytest
from django.db import transaction

from coalition_portal import clock
from tenders.notices.changes import record_change, snapshot_of
from tenders.notices.models import Change, ChangeKind
from tests.factories import tenders

pytestmark = pytest.mark.django_db


def test_changes_of_all_tenders_are_one_row_of_numbers():
    first, second = tenders.published_tender(), tenders.published_tender()
    tenders.extended_tender(first, tenders.in_days(30))

    assert list(Change.objects.order_by("number").values_list("number", "tender", "kind")) == [
        (1, first.pk, "tender.published"),
        (2, second.pk, "tender.published"),
        (3, first.pk, "tender.deadline_changed"),
    ]


def test_a_snapshot_is_what_the_public_knew():
    tender = tenders.published_tender()

    with transaction.atomic():
        change = record_change(kind=ChangeKind.SEALED, tender=tender, at=tender.closes_at)

    assert change.snapshot == {
        "id": tender.number,
        "status": "sealed",
        "version": 1,
        "deadline": tender.closes_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_a_snapshot_that_is_given_is_kept():
    tender = tenders.published_tender()

    with transaction.atomic():
        change = record_change(kind=ChangeKind.OPENED, tender=tender, at=clock.now(), snapshot={"id": tender.number})

    assert change.snapshot == {"id": tender.number}


def test_a_draft_has_no_deadline_to_tell():
    draft = tenders.blank_draft()

    assert snapshot_of(draft, clock.now()) == {"id": draft.number, "status": "planned", "version": 1, "deadline": None}
