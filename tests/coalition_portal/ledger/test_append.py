from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from coalition_portal import clock
from coalition_portal.ledger.append import append, entry_of
from coalition_portal.ledger.entries import NO_CHAIN, Event, body_of, chain_hash, leaf_hash
from coalition_portal.ledger.models import Entry, Head
from coalition_portal.ledger.verify import verify


def write(at, **kwargs):
    defaults = {"event": Event.NOTICES_TENDER_PUBLISHED, "subject": "tender:x", "facts": {"title": "Київ"}}
    with transaction.atomic():
        return append(at=at, **defaults | kwargs)


@pytest.mark.django_db
def test_append_writes_the_bytes_as_hashed_and_moves_the_head(fixed_now):
    first = write(fixed_now, commitment="c" * 64)
    second = write(fixed_now + timedelta(seconds=1))

    bodies = [
        body_of(
            index=0, at=fixed_now, event="notices:tender:published", subject="tender:x", facts={"title": "Київ"},
            commitment="c" * 64,
        ),
        body_of(
            index=1, at=fixed_now + timedelta(seconds=1), event="notices:tender:published", subject="tender:x",
            facts={"title": "Київ"},
        ),
    ]  # fmt: skip
    leaves = [leaf_hash(body) for body in bodies]
    chains = [chain_hash(NO_CHAIN, leaves[0])]
    chains.append(chain_hash(chains[0], leaves[1]))
    rows = Entry.objects.order_by("index").values_list("index", "leaf_hash", "previous_hash", "commitment")
    assert list(rows) == [(0, leaves[0], NO_CHAIN, "c" * 64), (1, leaves[1], chains[0], None)]
    assert [bytes(entry.body) for entry in Entry.objects.order_by("index")] == bodies
    assert list(Head.objects.values_list("size", "chain_hash", "recorded_at")) == [(2, chains[1], second.recorded_at)]
    assert (str(first), str(Head.objects.get())) == ("0 notices:tender:published tender:x", f"2:{chains[1]}")


@pytest.mark.django_db
def test_recorded_at_never_goes_backwards(fixed_now):
    write(fixed_now)
    late = write(fixed_now - timedelta(microseconds=1))
    later = write(fixed_now + timedelta(microseconds=1))

    assert [late.recorded_at, later.recorded_at] == [fixed_now, fixed_now + timedelta(microseconds=1)]
    verify()


@pytest.mark.django_db
def test_entry_of_finds_by_commitment(fixed_now):
    entry = write(fixed_now, commitment="c" * 64)

    assert entry_of("c" * 64) == entry
    with pytest.raises(Entry.DoesNotExist):
        entry_of("d" * 64)


@pytest.mark.django_db
def test_a_commitment_stands_in_the_log_once(fixed_now):
    write(fixed_now, commitment="c" * 64)

    with pytest.raises(IntegrityError):
        write(fixed_now, commitment="c" * 64)


@pytest.mark.django_db
def test_append_refuses_a_name_that_is_no_event(fixed_now):
    with pytest.raises(ValueError, match="tender published"):
        write(fixed_now, event="tender published")


@pytest.mark.django_db(transaction=True)
def test_append_is_refused_outside_a_transaction(fixed_now):
    with pytest.raises(RuntimeError, match="outside a transaction"):
        append(event=Event.NOTICES_TENDER_PUBLISHED, subject="tender:x", facts={}, at=fixed_now)


@pytest.mark.django_db(transaction=True)
def test_append_goes_with_the_transaction_that_is_rolled_back(fixed_now):
    write(fixed_now)

    with pytest.raises(KeyError), transaction.atomic():
        append(event=Event.NOTICES_TENDER_PUBLISHED, subject="tender:y", facts={}, at=fixed_now)
        raise KeyError

    assert verify().size == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"size": 1}, {"size": 3}, {"size": 2, "recorded_at": "2026-10-14T08:59:59Z"}])
def test_the_head_grows_by_one_and_never_back_in_time(fixed_now, change):
    write(fixed_now)

    with pytest.raises(IntegrityError, match="one entry at a time"), transaction.atomic():
        Head.objects.update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Head.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_entries_of_many_writers_make_one_chain():
    def write_some(_writer):
        try:
            for _turn in range(10):
                write(clock.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write_some, range(6)))

    assert verify().size == 60
