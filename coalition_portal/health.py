"""Two questions a supervisor asks: does the process answer (/healthz), and can it do its work (/readyz)."""

import logging
import os
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from coalition_portal import clock
from coalition_portal.guards import missing_guards
from coalition_portal.ledger.entries import chain_hash, leaf_hash
from coalition_portal.ledger.models import Entry, Head
from coalition_portal.watch.queries import FRESH, is_fresh, newest_beats, open_incident_kinds

logger = logging.getLogger(__name__)
BROKER_SECONDS = 2


class Degraded(Exception):
    """The portal serves, and somebody should look."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part by name with true or false. Reasons go to the log only: they would tell an outsider too much.

    A portal without a fresh worker or beat, or with a clock in doubt, serves all the same: it is degraded, and the
    answer is 200, so that no balancer takes it away from those who submit.
    """
    parts = {name: _works(name, check) for name, check in CHECKS.items()}
    if not all(parts.values()):
        return JsonResponse({"status": "unready", "parts": parts}, status=503)
    parts |= {name: _is_well(name, check) for name, check in WATCHED.items()}
    return JsonResponse({"status": "ok" if all(parts.values()) else "degraded", "parts": parts})


def _works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        # Whatever stops a part, the answer is the same; the supervisor acts and the operator reads the log.
        logger.exception("not ready: %s", name)
        return False
    return True


def _is_well(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Degraded as told:
        logger.warning("degraded: %s: %s", name, told)
        return False
    return True


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_guards() -> None:
    missing = missing_guards()
    if missing:
        raise RuntimeError(f"guards missing: {', '.join(missing)}")


def check_broker() -> None:
    if not settings.REDIS_URL:
        _must_be_writable(settings.BROKER_FOLDER / "queue")
        return
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)


def check_storage() -> None:
    for name in ("vault", "documents"):
        storage = storages[name]
        if isinstance(storage, FileSystemStorage):
            _must_be_writable(storage.location)
        else:
            storage.connection.meta.client.head_bucket(Bucket=storage.bucket_name)


def _must_be_writable(folder) -> None:
    os.makedirs(folder, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RuntimeError(f"cannot write to {folder}")


def check_ledger() -> None:
    """The newest entry hashes to its leaf and to the head of the chain. An empty log is ready too."""
    head, newest = Head.objects.first(), Entry.objects.order_by("-index").first()
    if head is None and newest is None:
        return
    if head is None or newest is None or newest.index != head.size - 1:
        raise RuntimeError("the log is not as long as its head says")
    if chain_hash(newest.previous_hash, leaf_hash(bytes(newest.body))) != head.chain_hash:
        raise RuntimeError(f"entry {newest.index} does not hash to the head of the log")


def check_worker() -> None:
    _must_be_fresh("worker")


def check_beat() -> None:
    _must_be_fresh("beat")


def _must_be_fresh(kind: str) -> None:
    if settings.PORTAL_WORKERS and not is_fresh(kind, clock.now()):
        raise Degraded(f"no {kind} beat in the last {FRESH.seconds} s; the newest: {newest_beats().get(kind)}")


def check_clocks() -> None:
    if kinds := open_incident_kinds():
        raise Degraded(f"a clock is in doubt: {', '.join(kinds)}")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "guards": check_guards,
    "broker": check_broker,
    "storage": check_storage,
    "ledger": check_ledger,
}
WATCHED: dict[str, Callable[[], None]] = {"worker": check_worker, "beat": check_beat, "clocks": check_clocks}

urlpatterns = [path("healthz", healthz, name="healthz"), path("readyz", readyz, name="readyz")]
