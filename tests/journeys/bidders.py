"""What the people of a company do, page by page, with files and figures that are visibly invented."""

import json
import re
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from tenders.notices.models import Requirement, Tender
from tests.factories import companies
from tests.factories.proposals import file_of, passing_claim, step_prices_of
from tests.journeys.people import Person

PRICES = {"trial_unit_price": "4380.00", "production_unit_price": "3590.00"}

REFUSAL = (
    "after the deadline. It was refused.",
    "We got your submit request at",
    "We wanted it before",
    "Your draft is kept",
)


class Bidder(Person):
    """`merit` is the point that the panel gives throughout, `claims` what is claimed instead of what would pass."""

    def __init__(self, name, company, model, *, country="UA", merit=8, prices=PRICES, claims=None):
        super().__init__(name, f"{name.lower()}@example.test")
        self.company, self.model, self.country = company, model, country
        self.merit, self.prices, self.claims = merit, prices, claims or {}
        self.region = f"Oblast of {model.split()[0]}"
        self.pid = None
        self.digests = []

    @property
    def secrets(self):
        """What must never stand in a mail, not even in the company's own."""
        return [self.company, self.model, self.region, *self.prices.values()]

    def register_company(self):
        country = self.country
        scheme, number = companies.register_number(country)
        self.visit("/company/register/")
        facts = {"legal_name": self.company, "country": country, "register_scheme": scheme, "register_number": number}
        self.press("Register the company", facts | {"declarations": self.page.offered("declarations")})

    def start(self, tender_number):
        """One click on the undertaking, and the draft for the drone model is begun."""
        self.visit(f"/tenders/{tender_number}/")
        self.press("Accept for the company")
        assert "Do not pass thresholds on." in self.page
        self.press("Start a proposal", {"model_name": self.model})
        self.pid = self.page.url.split("/")[2]

    def answer(self, **changes):
        rows = {row.code: row for row in Requirement.objects.filter(tender__proposals__public_id=self.pid)}
        claims = {code: _typed(passing_claim(row)) for code, row in rows.items()} | self.claims | changes
        self.press("Save and continue", claims)

    def offer(self, **changes):
        tender = Tender.objects.get(proposals__public_id=self.pid)
        facts = {
            **{f"price-{code}": amount for code, amount in self.prices.items()},
            **{f"step-{quantity}": str(amount) for quantity, amount in step_prices_of(tender).items()},
            "delivery_place": "Riga, Latvia",
            "vat_basis": "WITHOUT",
            "lead_time_days": "21",
            "monthly_capacity": "400",
            "production_region": self.region,
            "declarations": self.page.offered("declarations"),
        }
        self.press("Save and continue", facts | changes)

    def upload_all(self):
        """One small file of a fitting type for every kind of document that the page takes."""
        for action, accept in self.page.file_places():
            content = file_of(accept.split(",")[0].strip("."))
            self.press("Upload file", {"file": SimpleUploadedFile(content.name, content.read())}, at=action)

    def freeze(self):
        """From the documents, where nothing is missing any more, to the page with the button."""
        self.press("Freeze this version")
        assert "Submit proposal" in self.page.buttons_text

    def prepare(self, tender_number):
        self.start(tender_number)
        self.answer()
        self.offer()
        self.upload_all()
        self.freeze()

    def submit(self):
        """Gives the receipt as JSON, which says the same as the page."""
        self.press("Submit proposal")
        assert self.page.heading == "Submitted"
        receipt = json.loads(self.download(self.page.link("Download receipt")))
        digest, received_at = receipt["bundle_sha256"], receipt["received_at"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", received_at)
        for words in (received_at, " ".join(re.findall(".{8}", digest)), f"Log entry {receipt['log']['number']}"):
            assert words in self.page
        self.digests.append(digest)
        return receipt

    def replaces_it(self):
        """Changed, frozen and submitted again: version 2 counts, and the first receipt says so."""
        first = self.page.url
        self.visit(f"/proposals/{self.pid}/offer/")
        self.press("Save and continue", {"monthly_capacity": "450"})
        self.freeze()
        self.submit()
        assert "Version 2 was received" in self.page
        assert "Version 2 replaced it." in self.visit(first)

    def withdraws(self):
        self.visit(f"/proposals/{self.pid}/")
        self.follow("Withdraw the proposal")
        self.press("Withdraw proposal")
        assert "Nothing of this proposal counts." in self.page

    def is_refused(self, mailbox):
        """The button stood on a page that was loaded in time; it is pressed after the deadline."""
        self.press("Submit proposal")
        assert self.page.heading == "Not submitted"
        for words in (*REFUSAL, f"Write to {mailbox}"):
            assert words in self.page
        self.follow("Read the draft")
        assert self.model in self.page
        assert "Submit proposal" not in self.page.buttons_text

    def reads_result(self, word):
        self.visit("/proposals/")
        self.follow("Result")
        assert self.page.heading == word
        return self.page


def _typed(claim):
    """A claim as somebody would type it."""
    if isinstance(claim, bool):
        return "yes" if claim else "no"
    return format(claim.normalize(), "f") if isinstance(claim, Decimal) else str(claim)
