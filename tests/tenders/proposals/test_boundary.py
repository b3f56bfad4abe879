"""Submits, withdrawals, wishes, extensions and closings in any order around a deadline, against a model of a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.conf import settings as portal
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from coalition_portal import clock
from tenders.notices import extending, publishing
from tenders.notices.queries import deadline_in_force
from tenders.proposals import auto_submit, closing, submission
from tenders.proposals.arriving import arrive
from tenders.proposals.auto_submit import NotAskable
from tenders.proposals.models import Closing, Proposal, Provisional, Receipt, Refusal, Withdrawal
from tenders.proposals.submission import NotSubmittable
from tests.benchmarks.checker import violations
from tests.benchmarks.evidence import read_evidence
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender

PROPOSALS, VERSIONS = 2, 3
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
BACK = 40 * SECOND
"""So far back on the real clock each example has its deadline: triggers take stamps of the last 60 seconds."""

OFFSETS = [-2 * SECOND, -MICROSECOND, timedelta(0), MICROSECOND, 2 * SECOND]
around = st.sampled_from(OFFSETS) | st.integers(-3_000_000, 1_000_000).map(
    lambda microseconds: timedelta(microseconds=microseconds)
)
any_proposal = st.integers(0, PROPOSALS - 1)
any_queue = st.sampled_from([timedelta(0), 5 * SECOND])
any_version = st.integers(1, VERSIONS)


class World:
    """One tender with frozen versions, made once; each example extends its deadline and is rolled back."""

    def __init__(self, say):
        self.say = say
        start = clock.database_now().replace(microsecond=0)
        say(start - 58 * SECOND)
        self.tender = published_tender(closes_at=start - 57 * SECOND)
        self.staged_at = clock.database_now()
        self.bundles = [self._versions() for _number in range(PROPOSALS)]

    def _versions(self):
        bundles = [staged_bundle(tender=self.tender)]
        while len(bundles) < VERSIONS:
            bundles.append(staged_bundle(proposal=bundles[0].proposal, is_changed=True))
        return bundles


@contextmanager
def rolled_back() -> Iterator[None]:
    """A savepoint that the verbs take for a part of the test's own transaction."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


class Model:
    """What must stand in the tables, written without the portal: sets of what each row says."""

    def __init__(self, seq: int, closes_at: datetime):
        self.seq, self.closes_at = seq, closes_at
        self.closed: set[int] = set()
        self.asked: dict[int, int] = {}
        self.receipts: dict[tuple[int, int], tuple[int, datetime]] = {}
        self.withdrawals: dict[tuple[int, int], tuple[int, datetime]] = {}
        self.refusals: dict[tuple[int, int, int, str], datetime] = {}
        self.provisionals: dict[tuple[int, int, int, str], datetime] = {}

    def newest(self, proposal: int) -> int:
        return max((version for owner, version in self.receipts if owner == proposal), default=0)

    def submit(self, proposal: int, version: int, at: datetime) -> str:
        newest = self.newest(proposal)
        if newest >= version:
            return "receipt" if (proposal, version) in self.receipts else "not possible"
        return self._judge(self.receipts, proposal, version, "SUBMIT", at) or "receipt"

    def withdraw(self, proposal: int, at: datetime) -> str:
        version = self.newest(proposal)
        if not version:
            return "not possible"
        if (proposal, version) in self.withdrawals:
            return "withdrawal"
        if word := self._judge(self.withdrawals, proposal, version, "WITHDRAW", at):
            return word
        self.asked.pop(proposal, None)
        return "withdrawal"

    def ask(self, proposal: int, at: datetime) -> str:
        if at >= self.closes_at or self.seq in self.closed or (proposal, VERSIONS) in self.receipts:
            return "not possible"
        self.asked[proposal] = VERSIONS
        return "asked"

    def take_back(self, proposal: int, at: datetime) -> str:
        if at >= self.closes_at or self.seq in self.closed:
            return "not possible"
        self.asked.pop(proposal, None)
        return "taken back"

    def close(self, staged_at: datetime) -> None:
        for proposal, version in self.asked.items():
            if self.newest(proposal) < version:
                self.receipts[proposal, version] = (self.seq, staged_at)
        self.closed.add(self.seq)

    def _judge(self, taken: dict, proposal: int, version: int, act: str, at: datetime) -> str:
        key = (proposal, version, self.seq, act)
        if at >= self.closes_at:
            self.refusals.setdefault(key, at)
            return "refusal"
        if self.seq in self.closed:
            self.provisionals.setdefault(key, at)
            return "provisional"
        taken[proposal, version] = (self.seq, at)
        return ""

    def state(self, proposal: int) -> str:
        newest = self.newest(proposal)
        if not newest:
            return "DRAFT"
        return "WITHDRAWN" if (proposal, newest) in self.withdrawals else "SUBMITTED"


def machine_of(world: World) -> type[RuleBasedStateMachine]:
    class Boundary(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.example = rolled_back()
            self.example.__enter__()
            self.model = None
            closes_at = clock.now().replace(microsecond=0) - BACK
            self._extend_to(closes_at, at=closes_at - 10 * SECOND)
            self.model = Model(deadline_in_force(world.tender).seq, closes_at)

        def teardown(self):
            try:
                assert violations([], read_evidence(), is_complete=False) == []
            finally:
                self.example.__exit__(None, None, None)

        @rule(proposal=any_proposal, version=any_version, offset=around, queued=any_queue)
        def submit(self, proposal, version, offset, queued):
            at = self._say(offset, queued)
            bundle = world.bundles[proposal][version - 1]
            got = _word(submission.submit, bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by, arrival=arrive(at))
            assert got == self.model.submit(proposal, version, at)

        @rule(proposal=any_proposal, offset=around, queued=any_queue)
        def withdraw(self, proposal, offset, queued):
            at = self._say(offset, queued)
            bundle = world.bundles[proposal][0]
            got = _word(submission.withdraw, proposal=bundle.proposal, by=bundle.staged_by, arrival=arrive(at))
            assert got == self.model.withdraw(proposal, at)

        @rule(proposal=any_proposal, offset=around)
        def ask(self, proposal, offset):
            at = self._say(offset)
            bundle = world.bundles[proposal][-1]
            got = _word(auto_submit.ask, bundle=bundle, by=bundle.staged_by)
            assert got.replace("done", "asked") == self.model.ask(proposal, at)

        @rule(proposal=any_proposal, offset=around)
        def take_back(self, proposal, offset):
            at = self._say(offset)
            bundle = world.bundles[proposal][0]
            got = _word(auto_submit.take_back, proposal=bundle.proposal, by=bundle.staged_by)
            assert got.replace("done", "taken back") == self.model.take_back(proposal, at)

        @rule(offset=around, seconds=st.integers(1, 2))
        def extend(self, offset, seconds):
            at = self._say(offset)
            closes_at = self.model.closes_at + seconds * SECOND
            if closes_at <= at:
                with pytest.raises(extending.NotExtendable):
                    self._extend_to(closes_at, at=at)
                return
            self._extend_to(closes_at, at=at)
            self.model.seq, self.model.closes_at = self.model.seq + 1, closes_at

        @rule(offset=around)
        def close(self, offset):
            settled = timedelta(seconds=portal.PORTAL_SETTLE_SECONDS)
            self._say(settled + offset)
            is_due = offset >= timedelta(0) and self.model.seq not in self.model.closed
            assert [row.seq for row in closing.close_due()] == [self.model.seq] * is_due
            if is_due:
                self.model.close(world.staged_at)

        @invariant()
        def tables_say_what_the_model_says(self):
            if self.model:
                assert tables(world) == model_as_tables(self.model)

        def _say(self, offset, queued=timedelta(0)):
            """The instant of arrival; what has `queued` behind the proxy's stamp finds the clock later by that."""
            at = self.model.closes_at + offset
            world.say(at + queued)
            return at

        def _extend_to(self, closes_at, *, at):
            world.say(at)
            officer, chair = world.tender.officer, world.tender.second_approver
            approval = extending.request_extension(
                tender=world.tender, closes_at=closes_at, reason="A power cut.", by=officer, now=at
            )
            publishing.approve(approval=approval, by=chair, now=at)

    return Boundary


def _word(verb, **arguments) -> str:
    try:
        outcome = verb(**arguments)
    except (NotSubmittable, NotAskable):
        return "not possible"
    if isinstance(outcome, Proposal):
        return "done"
    [word] = [name for name in ("receipt", "withdrawal", "refusal", "provisional") if getattr(outcome, name)]
    return word


def model_as_tables(model: Model) -> dict[str, object]:
    return {
        "receipts": model.receipts,
        "withdrawals": model.withdrawals,
        "refusals": model.refusals,
        "provisionals": model.provisionals,
        "closed": model.closed,
        "asked": [model.asked.get(proposal) for proposal in range(PROPOSALS)],
        "states": [model.state(proposal) for proposal in range(PROPOSALS)],
    }


def tables(world: World) -> dict[str, object]:
    place = {versions[0].proposal_id: number for number, versions in enumerate(world.bundles)}

    def judged(rows):
        return {
            (place[row.proposal_id], row.bundle.version, row.seq, row.act): row.received_at
            for row in rows.select_related("bundle")
        }

    proposals = Proposal.objects.filter(pk__in=place).select_related("auto_submit").order_by("pk")
    receipts = Receipt.objects.select_related("bundle")
    withdrawals = Withdrawal.objects.select_related("receipt__bundle", "reinstatement__bundle")
    return {
        "receipts": {(place[row.proposal_id], row.bundle.version): (row.seq, row.received_at) for row in receipts},
        "withdrawals": {
            (place[row.proposal_id], row.bundle.version): (row.seq, row.received_at) for row in withdrawals
        },
        "refusals": judged(Refusal.objects.all()),
        "provisionals": judged(Provisional.objects.all()),
        "closed": set(Closing.objects.values_list("seq", flat=True)),
        "asked": [proposal.auto_submit and proposal.auto_submit.version for proposal in proposals],
        "states": [proposal.state for proposal in proposals],
    }


def test_any_order_of_acts_around_a_deadline_ends_as_the_model_says(db, monkeypatch):
    def say(instant):
        monkeypatch.setattr(clock, "database_now", lambda: instant)

    machine = machine_of(World(say))

    run_state_machine_as_test(
        machine, settings=settings(max_examples=40, stateful_step_count=20, deadline=None, derandomize=True)
    )
