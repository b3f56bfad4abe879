"""The chapters of a tender's life: who does what in which order, and what everybody else sees meanwhile."""

import csv
import io
import re
import time
from datetime import datetime, timedelta
from decimal import Decimal

from django.core import mail
from django.core.management import call_command
from openpyxl import load_workbook

from coalition_portal import clock
from coalition_portal.identity.roles import Role
from tests.journeys.bidders import Bidder
from tests.journeys.people import Visitor
from tests.journeys.staff import Chair, Officer, Reviewer, Staff, later

SETTLING = timedelta(seconds=2, milliseconds=50)
"""With a little more, since SQLite's clock cuts off what is under a millisecond."""
LEAST_PACE = 4
"""Seconds that are left for one proposal even on a fast machine; a slow one takes more by its own measure."""

PANEL = ["LV", "GB", "EE"]
TECHNICAL = ["Janis", "Harriet", "Mart"]
CAPACITY = ["Dace", "Oliver", "Liis"]
MAILBOX = "tenders@example.test"
MUST_HAVE = "INT-01"
DISPUTED = "performance"
DEAR = {"trial_unit_price": "5150.00", "production_unit_price": "4475.50"}
CLOCKS = re.compile(r"\d\d:\d\d:\d\d|\d+ ?(?:d|h|min|s)\b")


class Tender:
    def __init__(self):
        self.public = Visitor()
        self.officer = Officer("Ilze Invented", Role.OFFICER, "LV")
        self.chair = Chair("Grace Invented", Role.CHAIR, "GB")
        self.opener = Staff("Kadri Invented", Role.OPENER, "EE")
        self.technical = [self._reviewer(name, code) for name, code in zip(TECHNICAL, PANEL, strict=True)]
        self.capacity = [self._reviewer(name, code) for name, code in zip(CAPACITY, PANEL, strict=True)]
        self.bidders = []
        self.reasons = []

    def _reviewer(self, name, code):
        return Reviewer(f"{name} Invented", Role.REVIEWER, code)

    # Before the deadline

    def is_published_by_two_people(self):
        """The officer of Latvia drafts and asks; the chair, of the United Kingdom, publishes. Nobody saw it before."""
        self.number = self.officer.draft("interceptor", self.chair, PANEL)
        self.public.visit(f"/tenders/{self.number}/", status=404)
        self.asked(status=404)
        self.closes_at = later(3 * self.pace)
        self.officer.ask_for_publication(self.closes_at)
        self.chair.decide("Publish the tender")
        self.public.visit("/")
        assert "Interceptor drones" in self.public.page
        assert self.status() == "open"

    def companies_come(self):
        """Five people sign up with the code from their mail and register their companies."""
        self.bidders = [
            Bidder("Olena", "Swift Rotor Works", "Swift Two", merit=10),
            Bidder("Petro", "Hawk Airframes", "Hawk One", country="PL", prices=DEAR),
            Bidder("Maria", "Owl Aerial Systems", "Owl Night", claims={MUST_HAVE: "1"}),
            Bidder("Jana", "Finch Avionics", "Finch Mini", country="CZ"),
            Bidder("Taras", "Wren Drones", "Wren Late"),
        ]
        began = time.monotonic()
        for bidder in self.bidders:
            bidder.sign_up()
            bidder.register_company()
        self.pace = max(LEAST_PACE, time.monotonic() - began)
        return self.bidders

    def takes(self, *proposals):
        """Everybody prepares a proposal; all but the last submit it. The public learns nothing of it."""
        for bidder in proposals:
            self.has_time_left()
            bidder.prepare(self.number)
        self.has_time_left()
        before = self.seen_by_the_public()
        for bidder in proposals[:-1]:
            bidder.submit()
        assert self.seen_by_the_public() == before

    def has_time_left(self):
        """Where too little is left for the next proposal, the deadline is moved on first."""
        if (self.closes_at - clock.database_now()).total_seconds() < self.pace:
            self.moves_its_deadline()

    def moves_its_deadline(self):
        """Only later, only by two people, and everybody with a draft is told."""
        closes_at = max(later(2 * self.pace), self.closes_at + timedelta(seconds=1))
        self.officer.ask_for_more_time(closes_at, "A power cut in three regions.")
        assert self.deadline() == self.closes_at
        self.chair.decide("Move the deadline")
        self.closes_at = closes_at
        assert self.deadline() == closes_at

    # The deadline

    def is_sealed_at_its_deadline(self):
        """No job has run. A client that asks again and again is told at the deadline, not later."""
        assert self.status() == "open"
        time.sleep(max(0, (self.closes_at - clock.now()).total_seconds()))
        assert self.status() == "sealed"

    def closes_by_the_sweep(self):
        time.sleep(max(0, (self.closes_at + SETTLING - clock.now()).total_seconds()))
        call_command("sweep", verbosity=0)
        assert self.status() == "sealed"

    # The opening

    def is_opened_by_chair_and_opener(self):
        """Neither alone, and the officer not at all."""
        path = f"/admin/opening/{self.number}/"
        assert "Propose the opening" not in self.opener.visit(path).buttons_text
        self.chair.visit(path)
        self.chair.press("Propose the opening")
        assert "Open all proposals" not in self.chair.page.buttons_text
        assert "Open all proposals" not in self.officer.visit(path).buttons_text
        assert self.status() == "sealed"
        self.opener.visit(path)
        self.opener.press("Open all proposals")
        assert self.status() == "evaluation"

    # The review

    def panel_is_named_and_declares(self, conflict_with):
        """Nothing is shown before the signature; a company with a conflict disappears for its reviewer."""
        groups = [(one, "TECHNICAL") for one in self.technical] + [(one, "CAPACITY") for one in self.capacity]
        self.officer.name_panel(*groups)
        for reviewer in self.reviewers:
            assert "Declare your conflicts first" in reviewer.visit("/admin/reviews/")
        self.conflicted = self.technical[-1]
        self.conflicted.declare(self.number, conflict_with)
        for reviewer in self.reviewers:
            if reviewer is not self.conflicted:
                reviewer.declare(self.number)
        self.officer.assign_everything()
        assert conflict_with.company not in self.conflicted.visit("/admin/reviews/")
        self.conflicted.visit(f"/admin/reviews/{self.number}/{conflict_with.pid}/", status=404)

    def excludes(self, bidder):
        """Proposed by the officer's country with the must-have that fails, confirmed by the chair's."""
        path = f"/admin/reviews/{self.number}/exclusions/"
        self.officer.visit(path)
        assert MUST_HAVE in self.officer.page
        self.officer.press("Propose the ticked exclusions", {f"exclude_{bidder.pid}": "on"})
        self.chair.visit(path)
        self.chair.press("Confirm the exclusions")
        for reviewer in self.reviewers:
            assert bidder.company not in reviewer.visit("/admin/reviews/")

    def is_scored_and_locked(self, *bidders, disputed):
        """Each reviewer sees the others' reasons only after their own lock; one differs widely on one criterion."""
        for bidder in bidders:
            for group in (self.technical, self.capacity):
                panel = [one for one in group if bidder.company in one.visit("/admin/reviews/")]
                self._is_scored_by(panel, bidder, lowest=3 if bidder is disputed else bidder.merit)

    def _is_scored_by(self, panel, bidder, lowest):
        said = []
        for reviewer in panel:
            reason = f"{reviewer.name} saw it in the papers of {bidder.model}"
            points = {} if said else {DISPUTED: lowest}
            reviewer.fill_in(self.number, bidder, points, reason)
            assert not any(other in reviewer.page for other in said)
            reviewer.lock()
            assert all(other in reviewer.page for other in [*said, reason])
            said.append(reason)
        self.reasons += said

    # The result

    def agrees(self, disputed):
        """The chair confirms what is drafted and records what was discussed."""
        reason = "Agreed after the discussion: the curve on page 4."
        self.chair.visit(f"/admin/reviews/{self.number}/consensus/drafts/")
        self.chair.press("Confirm the ticked points")
        self.chair.visit(f"/admin/reviews/{self.number}/consensus/{disputed.pid}/")
        self.chair.press("Record the point", {f"{DISPUTED}-points": "8", f"{DISPUTED}-reason": reason})
        assert "Everything is agreed" in self.chair.page
        self.reasons.append(reason)

    def is_ranked(self):
        self.chair.visit(f"/admin/reviews/{self.number}/ranking/")
        self.chair.follow("Make the ranking")
        self.chair.press("Make the ranking")

    def ranking(self):
        """Rank, company and total as the page has them, with two decimals."""
        page = self.officer.visit(f"/admin/reviews/{self.number}/ranking/").html
        row = r'<li><span class="num">(\d+)</span><span><a [^>]*>([^<]+)</a>.*?<b>([\d.]+)</b></li>'
        return [(int(rank), company, total) for rank, company, total in re.findall(row, page, re.S)]

    def exported(self):
        """The same from both files, which have every digit."""
        path = f"/admin/reviews/{self.number}/ranking"
        table = csv.reader(io.StringIO(self.officer.download(f"{path}.csv").decode("utf-8-sig")))
        book = load_workbook(io.BytesIO(self.officer.download(f"{path}.xlsx")))
        files = [list(table), list(book["Ranking"].iter_rows(values_only=True))]
        return [[(int(row[0]), row[1], _rounded(row[4])) for row in rows[1:] if row[0]] for rows in files]

    def publishes_its_result(self):
        path = f"/admin/reviews/{self.number}/ranking/publish/"
        self.officer.visit(path)
        self.officer.press("Propose the publication")
        self.chair.visit(path)
        self.chair.press("Publish the result")
        call_command("sweep", verbosity=0)

    # What outsiders see

    @property
    def reviewers(self):
        return self.technical + self.capacity

    def asked(self, status=200):
        """What the API says to a client that polls."""
        response = self.public.client.get(f"/api/v1/tenders/{self.number}/status")
        assert response.status_code == status
        return response.json()

    def status(self):
        return self.asked()["status"]

    def deadline(self):
        return datetime.fromisoformat(self.asked()["deadline"])

    def seen_by_the_public(self):
        """All that a visitor and a client can read of the tender, without the clock of the page."""
        pages = [self.public.visit(path).text for path in ("/", "/tenders/", f"/tenders/{self.number}/")]
        api = [self.public.client.get(path).content for path in ("/api/v1/tenders", f"/api/v1/tenders/{self.number}")]
        return [CLOCKS.sub("", page) for page in pages] + api

    def letters(self):
        return [f"{one.subject}\n{one.body}" for one in mail.outbox]

    def who_got(self, words):
        """The addresses to which a letter with these words went."""
        return {one.to[0] for one in mail.outbox if words in one.body}

    def told_about(self, subject):
        """Who got this news of the tender, once for each letter."""
        return sorted(one.to[0] for one in mail.outbox if one.subject == f"{subject}: {self.number}")


def _rounded(total):
    return str(Decimal(str(total)).quantize(Decimal("0.01")))
