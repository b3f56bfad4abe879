"""What the database refuses, asked in SQL and past every verb."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from coalition_portal import clock
from tenders.notices.models import Change, Deadline
from tenders.proposals import opening
from tests.factories import tenders
from tests.factories.cutoffs import CutOff

pytestmark = pytest.mark.django_db


def refused(act):
    """Django calls it an IntegrityError or, for some triggers, another DatabaseError; nothing is written either way."""
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def insert(tender, **changed):
    row = {
        "tender": tender,
        "seq": 2,
        "closes_at": tender.closes_at + timedelta(days=1),
        "set_at": clock.now(),
        "proposed_by": tender.officer,
        "approved_by": tender.second_approver,
    }
    return Deadline.objects.create(**(row | changed))


@pytest.fixture
def tender():
    return tenders.published_tender()


def test_the_next_deadline_is_taken(tender):
    assert insert(tender).seq == 2


@pytest.mark.parametrize("later", [timedelta(seconds=-1), timedelta(0)])
def test_a_deadline_that_is_not_later_is_refused(tender, later):
    refused(lambda: insert(tender, closes_at=tender.closes_at + later))


def test_one_second_later_is_taken(tender):
    assert insert(tender, closes_at=tender.closes_at + timedelta(seconds=1)).pk


@pytest.mark.parametrize("microseconds", [1, 1000, 500_000, 999_999])
def test_parts_of_a_second_are_refused(tender, microseconds):
    refused(lambda: insert(tender, closes_at=tender.closes_at + timedelta(days=1, microseconds=microseconds)))


@pytest.mark.parametrize("seq", [0, 1, 3])
def test_a_gap_in_the_numbers_is_refused(tender, seq):
    refused(lambda: insert(tender, seq=seq))


def test_the_first_deadline_is_number_one():
    draft = tenders.draft_tender()
    draft.closes_at = tenders.in_days(10)

    refused(lambda: insert(draft, seq=2))
    assert insert(draft, seq=1).pk


def test_one_person_is_not_two(tender):
    refused(lambda: insert(tender, approved_by=tender.officer))


def test_another_tender_is_another_row_of_numbers(tender):
    assert tenders.published_tender().deadlines.get().seq == 1


def test_an_opened_tender_keeps_its_deadline(database_clock):
    cutoff = CutOff(database_clock)
    cutoff.open()

    refused(lambda: insert(cutoff.tender))


def test_an_opening_that_is_only_proposed_holds_nothing(database_clock):
    cutoff = CutOff(database_clock)
    cutoff.close()
    opening.propose_opening(tender=cutoff.tender, by=cutoff.tender.second_approver, now=clock.now())

    assert insert(cutoff.tender).pk


@pytest.mark.parametrize("table", [Deadline, Change])
def test_rows_are_neither_changed_nor_deleted(tender, table):
    refused(lambda: table.objects.update(tender=tender))
    refused(lambda: table.objects.all()._raw_delete("default"))

    assert table.objects.count() == 1


def test_changes_are_numbered_without_gaps(tender):
    def change(number):
        return Change.objects.create(number=number, kind="tender.opened", tender=tender, at=clock.now(), snapshot={})

    refused(lambda: change(1))
    refused(lambda: change(3))
    assert change(2).pk == 2
