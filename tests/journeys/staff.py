"""What the coalition's people do at the desk."""

import math
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.core.management import call_command

from coalition_portal import clock
from coalition_portal.identity.models import User
from tests.journeys.people import Person


class Staff(Person):
    """Entered by the operator's command; everything after that they do themselves."""

    def __init__(self, name, role, country=None):
        super().__init__(name, f"{name.split()[0].lower()}@example.test")
        place = ["--country", country] if country else []
        call_command("grant_role", self.email, role, *place, "--name", name, verbosity=0)
        self.come_in()

    @property
    def key(self):
        """How forms name this person."""
        return str(User.objects.get(email=self.email).pk)


class Officer(Staff):
    def draft(self, template, chair, panel):
        """From the template to a draft in which nothing is missing but the deadline; gives its number."""
        self.visit("/admin/tenders/new/")
        self.press("Begin the draft", {"template_code": template, "title_suffix": "2026-I"})
        self.number = self.page.url.split("/")[3]
        self.press(
            "Save the draft",
            {
                "deadline_date": "",
                "deadline_time": "",
                "contact_mailbox": "tenders@example.test",
                "budget_amount": "2000000",
                "budget_currency": "EUR",
                "batches_max": "10",
                "second_approver": chair.key,
                "panel_countries": panel,
            },
        )
        return self.number

    def ask_for_publication(self, closes_at):
        self.visit(f"/admin/tenders/{self.number}/edit/")
        self.press("Save the draft", self._wall(closes_at))
        self.press("Ask for approval")

    def ask_for_more_time(self, closes_at, reason):
        self.visit(f"/admin/tenders/{self.number}/extend/")
        self.press("Ask", self._wall(closes_at) | {"reason": reason})

    def _wall(self, closes_at):
        """The deadline as the clocks of the place show it that the page names."""
        place = re.search(r"On the clocks of (\w+)", self.page.text)[1]
        local = closes_at.astimezone(ZoneInfo(f"Europe/{place}"))
        return {"deadline_date": f"{local:%Y-%m-%d}", "deadline_time": f"{local:%H:%M:%S}"}

    def name_panel(self, *members):
        """Each of `members` is a reviewer with a group."""
        for reviewer, group in members:
            self.visit(f"/admin/reviews/{self.number}/assignments/")
            self.press("Name the reviewer", {"user": reviewer.key, "group": group})

    def assign_everything(self):
        """Every proposal to everybody who may score it."""
        self.visit(f"/admin/reviews/{self.number}/assignments/")
        self.press("Save the assignments", {"pair": self.page.offered("pair")})


class Chair(Staff):
    def decide(self, button):
        """The approval that waits on the first page of the desk."""
        self.visit("/admin/")
        self.visit(next(href for words, href in self.page.links if "/tenders/approvals/" in (href or "")))
        self.press(button, {"note": ""})


class Reviewer(Staff):
    def declare(self, number, conflict_with=None):
        """Sign the list of companies, except the one where there is a conflict."""
        self.visit(f"/admin/reviews/{number}/declare/")
        fields = {"signed": "on"}
        if conflict_with:
            fields |= {f"conflict_{conflict_with.pid}": "on", f"reason_{conflict_with.pid}": "My brother works there."}
        self.press("Sign the declaration", fields)

    def fill_in(self, number, bidder, points, word):
        """The whole sheet, to the page on which it is read once more; `points` maps criteria to points."""
        self.visit(f"/admin/reviews/?tender={number}")
        self.follow(bidder.company)
        codes = [name.removeprefix("points_") for name in self.page.names() if name.startswith("points_")]
        fields = {f"points_{code}": str(points.get(code, bidder.merit)) for code in codes}
        self.press("Save and lock", fields | {f"reason_{code}": f"{word} on page {len(code)}." for code in codes})

    def lock(self):
        self.press("Lock the sheet")


def later(seconds):
    """The whole second at least so far ahead by the database's clock."""
    return (clock.database_now() + timedelta(seconds=math.ceil(seconds) + 1)).replace(microsecond=0)
