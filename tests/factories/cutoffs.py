"""Tenders around their deadline, built at once: the database's clock is said to be up to 60 s back."""

from datetime import datetime, timedelta

from coalition_portal import clock
from tenders.proposals import closing, opening, submission
from tests.factories import people
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender

MICROSECOND = timedelta(microseconds=1)


class CutOff:
    """A tender published 30 s before its deadline, which lies about 20 s back on the real clock.

    `database_clock` is the fixture of that name. `at(offset)` makes the database's clock say deadline + offset;
    with an offset of 0 to about 15 s one can still move forward.
    """

    def __init__(self, database_clock, **tender):
        self.say = database_clock
        self.closes_at = (clock.now() - timedelta(seconds=20)).replace(microsecond=0)
        self.at(timedelta(seconds=-30))
        self.tender = published_tender(closes_at=self.closes_at, **tender)

    def at(self, offset: timedelta) -> datetime:
        instant = self.closes_at + offset
        self.say(instant)
        return instant

    def submit(self, bundle, offset: timedelta):
        self.at(offset)
        return submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)

    def submitted(self, **company):
        """A proposal submitted five seconds before the deadline."""
        bundle = staged_bundle(tender=self.tender, **company)
        self.submit(bundle, timedelta(seconds=-5))
        bundle.proposal.refresh_from_db()
        return bundle.proposal

    def close(self):
        self.at(timedelta(seconds=10))
        return closing.close_due()

    def open(self):
        """Closed, proposed by the chair, confirmed by an opener of another country."""
        self.close()
        chair = self.tender.second_approver
        opening.propose_opening(tender=self.tender, by=chair, now=clock.now())
        opened = opening.confirm_opening(tender=self.tender, by=opener_of_another_country(self.tender), now=clock.now())
        self.tender.refresh_from_db()
        return opened


def opener_of_another_country(tender):
    return people.opener("EE")
