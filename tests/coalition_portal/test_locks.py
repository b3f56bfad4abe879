import fcntl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from coalition_portal import locks

PATIENCE = 60


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.002)


def on_a_connection_of_its_own(function):
    def run():
        try:
            return function()
        finally:
            connection.close()

    return run


def test_fair_gate_lets_threads_in_by_arrival():
    gate, order = locks.FairGate(), []

    def enter(number):
        with gate:
            order.append(number)

    with gate:
        threads = []
        for number in range(20):
            threads.append(threading.Thread(target=enter, args=(number,)))
            threads[-1].start()
            wait_until(lambda waiting=number + 2: len(gate._queue) == waiting)
    for thread in threads:
        thread.join(PATIENCE)

    assert order == list(range(20))


def test_fair_gate_refuses_a_thread_that_is_in_already():
    gate = locks.FairGate()

    with gate, pytest.raises(RuntimeError, match="already"), gate:
        pass

    with gate:
        assert len(gate._queue) == 1


def test_fair_gate_forgets_whoever_gives_up_waiting(monkeypatch):
    gate = locks.FairGate()

    def give_up(_condition):
        raise KeyboardInterrupt

    monkeypatch.setattr(gate._condition, "wait_for", give_up)
    with pytest.raises(KeyboardInterrupt), gate:
        pass

    assert len(gate._queue) == 0


def test_fair_gate_opens_again_after_an_error():
    gate = locks.FairGate()

    with pytest.raises(KeyError), gate:
        raise KeyError

    assert len(gate._queue) == 0


@pytest.mark.sqlite_only
@pytest.mark.django_db(transaction=True)
def test_deadline_gate_holds_one_thread_at_a_time():
    inside, most = [], []

    def enter(number):
        with locks.deadline_gate():
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.002)
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, range(40)))

    assert most == [1] * 40


@pytest.mark.sqlite_only
@pytest.mark.django_db(transaction=True)
def test_deadline_gate_shuts_out_other_processes_by_flock():
    path = Path(settings.PORTAL_DATA) / "deadline.lock"

    with locks.deadline_gate(), path.open("ab") as another, pytest.raises(BlockingIOError):
        fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)

    with path.open("ab") as another:
        fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_deadline_gate_is_open_to_all_on_postgresql():
    with locks.deadline_gate(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(_enter_gate).result(PATIENCE) == "in"


def _enter_gate():
    with locks.deadline_gate():
        return "in"


@pytest.mark.django_db(transaction=True)
def test_deadline_gate_refuses_an_open_transaction():
    with transaction.atomic(), pytest.raises(RuntimeError, match="before the transaction"), locks.deadline_gate():
        pass


@pytest.mark.django_db(transaction=True)
def test_deadline_gate_refuses_a_transaction_opened_by_hand():
    connection.ensure_connection()
    connection.set_autocommit(False)
    try:
        with pytest.raises(RuntimeError, match="before the transaction"), locks.deadline_gate():
            pass
    finally:
        connection.rollback()
        connection.set_autocommit(True)


@pytest.mark.django_db
def test_deadline_gate_lets_the_transaction_of_a_test_case_through():
    with locks.deadline_gate():
        assert connection.in_atomic_block


LOCKS = [lambda: locks.tender_shared(1), lambda: locks.tender_exclusive(1), locks.first_entry_lock]


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.django_db(transaction=True)
def test_locks_are_refused_outside_a_transaction(lock):
    with pytest.raises(RuntimeError, match="outside a transaction"):
        lock()


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.django_db
def test_locks_are_taken_inside_a_transaction(lock):
    lock()


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "second", "goes_in"),
    [
        (lambda: locks.tender_shared(1), lambda: locks.tender_shared(1), True),
        (lambda: locks.tender_shared(1), lambda: locks.tender_exclusive(1), False),
        (lambda: locks.tender_exclusive(1), lambda: locks.tender_shared(1), False),
        (lambda: locks.tender_exclusive(1), lambda: locks.tender_exclusive(1), False),
        (lambda: locks.tender_exclusive(1), lambda: locks.tender_exclusive(2), True),
        (locks.first_entry_lock, locks.first_entry_lock, False),
        (locks.first_entry_lock, lambda: locks.tender_exclusive(0), True),
    ],
)
def test_which_locks_shut_out_which(first, second, goes_in):
    @on_a_connection_of_its_own
    def take_second():
        with transaction.atomic():
            second()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            future = pool.submit(take_second)
            wait_until(lambda: future.done() or _waiting() == 1)
            assert future.done() is goes_in
        future.result(PATIENCE)


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_waiting_closer_is_served_before_later_submitters():
    order = []

    @on_a_connection_of_its_own
    def close():
        with transaction.atomic():
            locks.tender_exclusive(1)
            order.append("closer")

    @on_a_connection_of_its_own
    def submit():
        with transaction.atomic():
            locks.tender_shared(1)
            order.append("submitter")

    with ThreadPoolExecutor(4) as pool:
        with transaction.atomic():
            locks.tender_shared(1)
            futures = [pool.submit(close)]
            wait_until(lambda: _waiting() == 1)
            futures += [pool.submit(submit) for _ in range(3)]
            wait_until(lambda: _waiting() == 4)
        for future in futures:
            future.result(PATIENCE)

    assert order == ["closer", "submitter", "submitter", "submitter"]


def _waiting():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        )
        return cursor.fetchone()[0]
