import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from coalition_portal import guards
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import NO_CHAIN, Event, chain_hash, leaf_hash
from coalition_portal.ledger.models import Entry, Head
from coalition_portal.ledger.verify import LogBroken, State, verify

SIZE = 4


@pytest.fixture
def log(db, fixed_now):
    with transaction.atomic():
        for number in range(SIZE):
            append(
                event=Event.NOTICES_TENDER_CHANGED,
                subject=f"tender:{number}",
                facts={"field": "title"},
                at=fixed_now + timedelta(seconds=number),
                commitment=f"{number:064x}",
            )


def tamper(index, **columns):
    """What somebody does who owns the database and has switched the guards off."""
    with transaction.atomic(), guards.disabled(connection):
        Entry.objects.filter(index=index).update(**columns)


def remove(index):
    with transaction.atomic(), guards.disabled(connection):
        Entry.objects.filter(index=index).delete()


def sentence():
    with pytest.raises(LogBroken) as caught:
        verify()
    return str(caught.value)


def oracle():
    """The chain by the definition, slow and plain."""
    chain = "0" * 64
    for entry in Entry.objects.order_by("index"):
        leaf = hashlib.sha256(b"\x00" + bytes(entry.body)).digest()
        chain = hashlib.sha256(b"\x02" + bytes.fromhex(chain) + leaf).hexdigest()
    return chain


@pytest.mark.django_db
def test_an_empty_log_is_whole():
    assert verify() == State(0, NO_CHAIN)


def test_a_whole_log_has_the_state_of_the_definition(log):
    assert verify() == State(SIZE, oracle())


def test_a_state_seen_earlier_is_found_again(log, fixed_now):
    early = verify()
    with transaction.atomic():
        append(event=Event.NOTICES_TENDER_CHANGED, subject="tender:9", facts={}, at=fixed_now + timedelta(days=1))

    assert verify(expected=early).size == SIZE + 1
    assert verify(expected=State(0, NO_CHAIN)).size == SIZE + 1
    with pytest.raises(LogBroken, match="does not contain the state"):
        verify(expected=State(SIZE, "f" * 64))


def test_every_changed_byte_is_found(log):
    rows = Entry.objects.filter(index=1)
    body = bytes(rows.get().body)
    with transaction.atomic(), guards.disabled(connection):
        for place in range(len(body)):
            rows.update(body=body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
            assert sentence() == "Entry 1 was changed: its bytes do not hash to its leaf hash."
        rows.update(body=body)

    assert verify().size == SIZE


def test_bytes_changed_together_with_their_leaf_are_found_in_the_chain(log):
    body = bytes(Entry.objects.get(index=1).body).replace(b"title", b"price")
    tamper(1, body=body, leaf_hash=leaf_hash(body))

    assert sentence() == "Entry 2 does not follow the entries before it: its previous hash is not theirs."


def test_the_last_entry_changed_together_with_its_leaf_is_found_by_the_head(log):
    body = bytes(Entry.objects.get(index=SIZE - 1).body).replace(b"title", b"price")
    tamper(SIZE - 1, body=body, leaf_hash=leaf_hash(body))

    assert sentence() == "The head of the log does not fit entry 3, the last one."


@pytest.mark.parametrize(
    "columns",
    [
        {"event": "notices:tender:published"},
        {"subject": "tender:other"},
        {"commitment": "e" * 64},
        {"commitment": None},
        {"recorded_at": "2026-10-14T09:00:02.000001Z"},
    ],
)
def test_every_column_is_compared_with_the_bytes(log, columns):
    tamper(2, **columns)

    assert sentence() == "Entry 2 was changed: its columns say something else than its bytes."


@pytest.mark.parametrize("body", [b"no json", b"\xff", b"[]", b"{}", b'{"facts":{},"v":2}', b'{"facts":1.5,"v":1}'])
def test_bytes_that_are_no_entry_are_found(log, body):
    tamper(2, body=body, leaf_hash=leaf_hash(body))

    assert sentence() == "Entry 2 cannot be read: its bytes are no entry of version 1."


def test_a_wrong_previous_hash_is_found(log):
    tamper(0, previous_hash="1" * 64)

    assert sentence() == "Entry 0 does not follow the entries before it: its previous hash is not theirs."


@pytest.mark.parametrize(
    ("index", "found"),
    [
        (0, "Entry 0 is missing: the next entry in the log is 1."),
        (1, "Entry 1 is missing: the next entry in the log is 2."),
        (SIZE - 1, "Entry 3 is missing: the head of the log counts 4 entries."),
    ],
)
def test_a_removed_entry_is_missed(log, index, found):
    remove(index)

    assert sentence() == found


def test_a_log_removed_whole_is_missed(log):
    with transaction.atomic(), guards.disabled(connection):
        Entry.objects.all().delete()

    assert sentence() == "Entry 0 is missing: the head of the log counts 4 entries."


def test_a_removed_head_is_missed(log):
    with transaction.atomic(), guards.disabled(connection):
        Head.objects.all().delete()

    assert sentence() == "The head of the log does not fit entry 3, the last one."


def test_a_head_over_an_empty_log_is_found(db, fixed_now):
    Head.objects.create(size=1, chain_hash="1" * 64, recorded_at=fixed_now)

    assert sentence() == "Entry 0 is missing: the head of the log counts 1 entries."


def test_two_entries_that_changed_places_are_found(log):
    first, second = Entry.objects.get(index=1), Entry.objects.get(index=2)
    columns = ("body", "leaf_hash", "event", "subject", "commitment", "recorded_at")
    remove(1)
    tamper(2, **{column: getattr(first, column) for column in columns})
    second.index, second.previous_hash = 1, first.previous_hash
    second.save(force_insert=True)

    assert sentence() == "Entry 1 was changed: its columns say something else than its bytes."


def test_an_entry_put_in_between_is_found(log):
    Entry.objects.create(
        index=SIZE, body=b"{}", leaf_hash=leaf_hash(b"{}"), previous_hash=verify().chain_hash, event="e", subject="s",
        recorded_at="2026-10-15T09:00:00Z",
    )  # fmt: skip

    assert sentence() == "Entry 4 cannot be read: its bytes are no entry of version 1."


def test_an_instant_that_goes_backwards_is_found_in_a_log_written_anew(log, fixed_now):
    with transaction.atomic(), guards.disabled(connection):
        entry = Entry.objects.get(index=SIZE - 1)
        early = "2026-10-14T09:00:01.000000Z"
        body = bytes(entry.body).replace(b"2026-10-14T09:00:03.000000Z", early.encode())
        leaf = leaf_hash(body)
        Entry.objects.filter(pk=entry.pk).update(body=body, leaf_hash=leaf, recorded_at=early)
        Head.objects.update(chain_hash=chain_hash(entry.previous_hash, leaf), recorded_at=early)

    assert sentence() == "Entry 3 was recorded before the entry in front of it."


def test_the_command_prints_the_state(log):
    out = StringIO()

    call_command("verify_ledger", stdout=out)
    call_command("verify_ledger", contains=verify(), stdout=StringIO())

    assert out.getvalue() == f"The log is whole: 4 entries. Keep this state elsewhere: 4:{oracle()}\n"


def test_the_command_fails_with_exit_code_1_and_names_the_entry(log):
    tamper(2, subject="tender:other")

    with pytest.raises(CommandError, match="Entry 2 was changed") as caught:
        call_command("verify_ledger")
    assert caught.value.returncode == 1


@pytest.mark.parametrize("text", ["", "4", "4:abc", "x:" + "0" * 64])
def test_the_command_refuses_what_is_no_state(db, text):
    with pytest.raises(CommandError, match="a state is SIZE:HASH"):
        call_command("verify_ledger", "--contains", text)


def test_the_command_reads_a_state(log):
    call_command("verify_ledger", "--contains", str(verify()), stdout=StringIO())
