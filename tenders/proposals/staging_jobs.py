"""Freeze a version as a job of its own, so that reading back half a gigabyte holds up no page.

The job is a row. A worker carries it out where one is alive, else the request that asks; whoever dies over it leaves a
claim that runs out, and the sweep takes the job up again. Two that carry out the same job make one version.
"""

import logging
import time
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from coalition_portal import clock
from coalition_portal.identity.models import User
from coalition_portal.permission import Denied, Refused
from coalition_portal.watch.queries import is_fresh
from tenders.proposals import staging
from tenders.proposals.models import Bundle, Proposal, StagingJob, StagingState

logger = logging.getLogger(__name__)

TASK = "tenders.proposals.tasks.stage"
PATIENCE = timedelta(seconds=8)  # a job that nobody took up for so long is taken up by whoever looks
CLAIM_HOLDS = timedelta(seconds=60)  # since the last sign of progress
SIGN_SECONDS = 1.0
PROBLEM_MAX = 600


class _LostClaim(Exception):
    """Somebody else took the job up; what they make stands."""


def ask(*, proposal: Proposal, by: User, now: datetime) -> StagingJob:
    """The one job of this proposal: the one that waits or runs, or a new one. Commits, and carries nothing out.

    Raises Denied, and NotStageable where something is missing: that needs no job.
    """
    overview = staging.complete_overview(proposal, by, now)
    with transaction.atomic(durable=True):
        draft = Proposal.objects.select_for_update(of=("self",), no_key=True).get(pk=proposal.pk)
        known = _unfinished().filter(proposal=draft).first()
        return known or StagingJob.objects.create(
            proposal=draft,
            revision=draft.revision,
            total_bytes=sum(document.size_bytes for document in overview.documents),
            asked_by=by,
            asked_at=now,
        )


def carry_out(*, job: StagingJob, now: datetime) -> None:
    """By a worker where one is alive, else here and now, and also here where the workers have let it lie.

    A worker never is a condition: with all of them dead the request that asks does the work.
    """
    if job.state not in (StagingState.WAITING, StagingState.RUNNING):
        return
    if is_fresh("worker", now) and not is_left_lying(job, now) and _hand_over(job):
        return
    run(job=job, now=now)


def run(*, job: StagingJob, now: datetime) -> Bundle | None:
    """Claim the job and freeze the version; None where somebody else has it, or where it is not possible.

    Whatever goes wrong ends in the row as a sentence for the person who asked, in their language.
    """
    claimed = _claim(job, now)
    if claimed is None:
        return None
    progress = _Progress(claimed)
    with translation.override(claimed.asked_by.language):
        try:
            bundle = staging.stage(proposal=claimed.proposal, by=claimed.asked_by, now=now, on_read=progress.has_read)
        except _LostClaim:
            return None
        except Exception as error:
            _end(progress, state=StagingState.FAILED, problem=_sentence(error)[:PROBLEM_MAX])
            return None
    _end(progress, state=StagingState.DONE, bundle=bundle, done_bytes=claimed.total_bytes)
    return bundle


def take_up(now: datetime) -> int:
    """Run one job that nobody carries out, be it that its worker died or that no message reached one; 0 for none.

    One at a time, because a sweep has other things to do.
    """
    lying = _unfinished().filter(_lies_since(now)).order_by("asked_at", "pk").first()
    if lying is None:
        return 0
    run(job=lying, now=now)
    return 1


def is_left_lying(job: StagingJob, now: datetime) -> bool:
    """Nobody took it up, or whoever did has given no sign of progress for a minute."""
    if job.state == StagingState.WAITING:
        return job.asked_at <= now - PATIENCE
    return job.state == StagingState.RUNNING and job.claimed_at <= now - CLAIM_HOLDS


def _lies_since(now: datetime) -> Q:
    waiting = Q(state=StagingState.WAITING, asked_at__lte=now - PATIENCE)
    return waiting | Q(state=StagingState.RUNNING, claimed_at__lte=now - CLAIM_HOLDS)


def _unfinished():
    rows = StagingJob.objects.filter(state__in=[StagingState.WAITING, StagingState.RUNNING])
    return rows.select_related("proposal", "asked_by")


def _hand_over(job: StagingJob) -> bool:
    """A message that a job is there; a broker that does not take it costs nothing but that a worker does the work."""
    try:
        current_app.send_task(TASK, args=[job.public_id], expires=CLAIM_HOLDS.seconds)
    except (OperationalError, OSError) as error:
        logger.warning("no worker was told of staging job %s: %s", job.public_id, error)
        return False
    return True


def _claim(job: StagingJob, now: datetime) -> StagingJob | None:
    free = Q(state=StagingState.WAITING) | Q(state=StagingState.RUNNING, claimed_at__lte=now - CLAIM_HOLDS)
    won = StagingJob.objects.filter(free, pk=job.pk).update(state=StagingState.RUNNING, claimed_at=now, done_bytes=0)
    return _unfinished().get(pk=job.pk) if won else None


class _Progress:
    """What was read back, written into the row now and then; each sign also renews the claim."""

    def __init__(self, job: StagingJob) -> None:
        self.job, self.claimed_at = job, job.claimed_at
        self._done, self._signed = 0, time.monotonic()

    def has_read(self, count: int) -> None:
        """Raises _LostClaim where the job is no longer ours."""
        self._done += count
        if time.monotonic() - self._signed < SIGN_SECONDS:
            return
        self._signed, claimed_at = time.monotonic(), clock.now()
        if not self.mine().update(done_bytes=self._done, claimed_at=claimed_at):
            raise _LostClaim
        self.claimed_at = claimed_at

    def mine(self):
        return StagingJob.objects.filter(pk=self.job.pk, state=StagingState.RUNNING, claimed_at=self.claimed_at)


def _end(progress: _Progress, **facts) -> None:
    progress.mine().update(ended_at=clock.now(), **facts)


def _sentence(error: Exception) -> str:
    if isinstance(error, Refused):
        return str(error.sentence)
    if isinstance(error, Denied):
        return str(error.reason)
    logger.exception("staging failed", exc_info=error)
    return _(
        "Our store of files does not answer just now. Your draft is as it was. Freeze the version again in a minute."
    )
