"""Threads that act at chosen instants, each over a database connection of its own."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connections

from coalition_portal import clock


def wait_until(instant: datetime) -> None:
    while (left := (instant - clock.now()).total_seconds()) > 0:
        time.sleep(min(left, 0.05) if left > 0.002 else 0)


def next_whole_second(after: timedelta) -> datetime:
    """A whole second at least `after` from now."""
    return (clock.now() + after + timedelta(seconds=1)).replace(microsecond=0)


def run_at(acts: list[tuple[datetime, Callable[[], object]]]) -> list[object]:
    """Do each act at its instant in a thread of its own; the results, or the exceptions, in the order given."""
    results: list[object] = [None] * len(acts)
    threads = [threading.Thread(target=_act, args=(results, index, *act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _act(results: list[object], index: int, instant: datetime, act: Callable[[], object]) -> None:
    try:
        connections["default"].ensure_connection()
        wait_until(instant)
        results[index] = act()
    except Exception as error:
        results[index] = error
    finally:
        connections.close_all()
