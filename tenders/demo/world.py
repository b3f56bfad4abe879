"""The demo world, made by the verbs that people use, on the real clock: tenders that are to be closed really close."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings

from coalition_portal import clock
from coalition_portal.permission import Denied, Refused
from tenders.demo import announcing, cast, registering
from tenders.demo.bidding import Bidders
from tenders.demo.judging import Jury
from tenders.demo.source import participants
from tenders.notices.models import Tender
from tenders.proposals.closing import close_due
from tenders.proposals.models import Proposal, Receipt
from tenders.proposals.submission import withdraw

NOT_SUBMITTED = ("ua_03", "ua_12", "lt_01", "nl_02", "gb_04")
"""Companies that begin a reconnaissance proposal and do not hand it in; with the one withdrawn, 18 of 24 count."""

LATE_BY = timedelta(seconds=3)
LEAST_LEAD = timedelta(seconds=10)
LEAD_FACTOR = 20
"""Registering everybody is an eighth of the work of making the proposals; the rest is reserve for a busy machine."""

LIVE_SUBMITTED = 5
HALF = 9
UNDECLARED = "reviewer.dk"
LIVE_DAYS = 14


class TooLate(Exception):
    """A step came after the deadline that it was made for."""


class World:
    """`lead` is how far ahead the tenders that are to be closed get their deadline; None: what this machine needs.

    `say` tells of progress.
    """

    def __init__(self, *, lead: timedelta | None, say: Callable[[str], None]) -> None:
        self.lead, self.say = lead, say
        self.bidders: Bidders

    def make(self) -> None:
        now = clock.now()
        self.say("People and companies")
        cast.engage_staff(now)
        self.bidders = Bidders(registering.register_all(now))
        closes_at = _whole_second(clock.now() + (self.lead or max(LEAST_LEAD, LEAD_FACTOR * (clock.now() - now))))
        first, scouts = announcing.announce("fpv_first", closes_at), announcing.announce("reconnaissance", closes_at)
        self.say("Proposals of the first FPV and the reconnaissance tender")
        with _before(closes_at):
            late = self._bid_first(first)
            self._bid_reconnaissance(scouts)
        self.say("Advanced FPV drones, open for 14 days")
        self._bid_live("advanced_fpv", _whole_second(clock.now() + timedelta(days=LIVE_DAYS)))
        _sleep_until(closes_at + LATE_BY)
        self.bidders.hand_in(late)
        close_due()
        self.say("Opening, scores, consensus, ranking")
        self._judge_first(first)
        self._judge_reconnaissance(scouts)
        self.say("Interceptor drones, closing soon")
        cutoff = timedelta(seconds=settings.PORTAL_DEMO_CUTOFF_SECONDS)
        self._bid_live("interceptor", _whole_second(clock.now() + cutoff))

    def _bid_first(self, tender: Tender):
        """Everybody submits; returns the frozen replacement that will be handed in three seconds late."""
        for key in participants("fpv_first"):
            self.bidders.submit(key, "fpv_first", tender)
        return self.bidders.replace("ua_05", _proposal("ua_05", tender), 450)

    def _bid_reconnaissance(self, tender: Tender) -> None:
        for key in participants("reconnaissance"):
            if key in NOT_SUBMITTED:
                self.bidders.fill_in(
                    key, "reconnaissance", self.bidders.begin(key, tender), share=1 if key == "ua_03" else 2
                )
            else:
                self.bidders.submit(key, "reconnaissance", tender)
        for capacity in (260, 280):
            self.bidders.hand_in(self.bidders.replace("ua_07", _proposal("ua_07", tender), capacity))
        withdraw(proposal=_proposal("lv_02", tender), by=cast.signatory("lv_02"))

    def _bid_live(self, tender_key: str, closes_at: datetime) -> None:
        """Some have submitted, one is complete and frozen, the others are at work."""
        tender = announcing.announce(tender_key, closes_at)
        keys = participants(tender_key)
        frozen, submitted = "ua_08", [key for key in keys if key not in ("ua_08", "ua_11", "ua_03")][-LIVE_SUBMITTED:]
        for key in keys:
            if key in submitted:
                self.bidders.submit(key, tender_key, tender)
            elif key == frozen:
                self.bidders.freeze(self.bidders.complete(key, tender_key, self.bidders.begin(key, tender)))
            else:
                self.bidders.fill_in(key, tender_key, self.bidders.begin(key, tender), share=2)

    def _judge_first(self, tender: Tender) -> None:
        jury = Jury("fpv_first", tender, _keys(tender))
        jury.open()
        for opened in jury.failing():
            jury.exclude(opened)
        for assignment in jury.assign(jury.seat()):
            jury.score(assignment)
        jury.agree()
        jury.rank()

    def _judge_reconnaissance(self, tender: Tender) -> None:
        """Half reviewed: the first sheets are locked, one reviewer has not declared, exclusions wait."""
        jury = Jury("reconnaissance", tender, _keys(tender))
        jury.open()
        for index, opened in enumerate(jury.failing()):
            jury.exclude(opened, is_confirmed=index == 0 or jury.keys[opened.public_id] == "gb_03")
        first_half = [row.pk for row in jury.opened()][:HALF]
        members = jury.seat(undeclared=(UNDECLARED,))
        for assignment in jury.assign(members, spared=UNDECLARED, spared_until=HALF):
            if assignment.opened_id in first_half:
                jury.score(assignment)


def _proposal(key: str, tender: Tender) -> Proposal:
    return Proposal.objects.get(tender=tender, created_by=cast.signatory(key))


def _keys(tender: Tender) -> dict[str, str]:
    rows = Receipt.objects.filter(tender=tender).values_list("proposal__public_id", "proposal__created_by__email")
    return {public_id: email.split("@")[0] for public_id, email in rows}


@contextmanager
def _before(closes_at: datetime) -> Iterator[None]:
    """What is done inside is done before the deadline; a refusal after it, or reaching the end after it, is TooLate."""
    try:
        yield
    except (Denied, Refused) as refusal:
        _check_before(closes_at, refusal)
        raise
    _check_before(closes_at, None)


def _check_before(closes_at: datetime, cause: Exception | None) -> None:
    if clock.now() >= closes_at:
        raise TooLate(
            "The proposals were not ready before their deadline, because this machine was busy. Nothing is kept. "
            "Start again, or give more time with make_demo_world --lead-seconds 180."
        ) from cause


def _whole_second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0) + timedelta(seconds=1)


def _sleep_until(instant: datetime) -> None:
    while (left := (instant - clock.now()).total_seconds()) > 0:
        time.sleep(min(left, 1))
