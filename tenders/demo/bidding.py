"""Companies fill in, freeze and submit proposals through the verbs that the pages call."""

from collections.abc import Mapping

from coalition_portal import clock
from manufacturers.models import Company
from tenders.demo import content, files
from tenders.demo.cast import signatory
from tenders.demo.source import company as facts_of
from tenders.notices.models import Requirement, Tender
from tenders.proposals import intents
from tenders.proposals.beginning import start_proposal
from tenders.proposals.documents import add_document, wanted_with_proposal
from tenders.proposals.drafting import save_answers
from tenders.proposals.models import Bundle, Proposal, VatBasis
from tenders.proposals.offering import Offer, accept_declarations, save_offer, save_offer_fields
from tenders.proposals.staging import stage
from tenders.proposals.submission import Outcome, submit
from tenders.proposals.wanted_offer import steps_to_price, usual_language, wanted_validity_days

REGIONS = {"UA": "Kharkiv region", "LV": "Vidzeme", "GB": "South West England"}
HALF = 2


class Bidders:
    """The companies by key, and the requirements of each tender read once."""

    def __init__(self, companies: Mapping[str, Company]) -> None:
        self.companies = companies
        self._requirements: dict[int, list[Requirement]] = {}

    def begin(self, key: str, tender: Tender) -> Proposal:
        """A draft; the company says that it means to bid."""
        intents.give(tender=tender, by=signatory(key), now=clock.now())
        name = f"{facts_of(key)['name_latin'].split()[0]} {tender.kind[0]}-{int(key[-2:])}"
        return start_proposal(tender=tender, model_name=name, by=signatory(key), now=clock.now())

    def fill_in(self, key: str, tender_key: str, proposal: Proposal, *, share: int = 1) -> Proposal:
        """Answers and offer; `share` of 2 answers every second requirement and leaves the rest empty."""
        by, tender = signatory(key), proposal.tender
        claims = content.answers(key, tender_key, self._requirements_of(tender))
        claims = {code: claim for index, (code, claim) in enumerate(claims.items()) if index % share == 0}
        proposal = save_answers(proposal=proposal, answers=claims, revision=proposal.revision, by=by, now=clock.now())
        if share > 1:
            return proposal
        offer = self._offer(key, tender_key, tender)
        return save_offer(proposal=proposal, offer=offer, revision=proposal.revision, by=by, now=clock.now())

    def complete(self, key: str, tender_key: str, proposal: Proposal) -> Proposal:
        """Everything that the tender asks for."""
        proposal = self.fill_in(key, tender_key, proposal)
        self.attach(key, proposal)
        by, codes = signatory(key), [row["code"] for row in proposal.tender.declarations]
        return accept_declarations(proposal=proposal, codes=codes, by=by, now=clock.now())

    def attach(self, key: str, proposal: Proposal) -> None:
        for wanted in wanted_with_proposal(proposal.tender):
            if wanted.required:
                upload = files.document(wanted.code, facts_of(key)["name_latin"], content.evidence(key))
                add_document(
                    proposal=proposal, kind_code=wanted.code, upload=upload, by=signatory(key), now=clock.now()
                )

    def submit(self, key: str, tender_key: str, tender: Tender) -> Outcome:
        """From nothing to a receipt."""
        proposal = self.complete(key, tender_key, self.begin(key, tender))
        return self.hand_in(self.freeze(proposal))

    def freeze(self, proposal: Proposal) -> Bundle:
        fresh = Proposal.objects.select_related("tender", "company", "drone_model").get(pk=proposal.pk)
        return stage(proposal=fresh, by=fresh.created_by, now=clock.now())

    def hand_in(self, bundle: Bundle) -> Outcome:
        return submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)

    def replace(self, key: str, proposal: Proposal, capacity: int) -> Bundle:
        """Change the offer and freeze a new version; handing it in is another step."""
        proposal = Proposal.objects.select_related("tender", "company", "drone_model").get(pk=proposal.pk)
        texts = {"monthly_capacity": str(capacity)}
        by = signatory(key)
        return self.freeze(
            save_offer_fields(proposal=proposal, texts=texts, revision=proposal.revision, by=by, now=clock.now())
        )

    def _offer(self, key: str, tender_key: str, tender: Tender) -> Offer:
        row, prices = facts_of(key), content.prices(key, tender_key)
        has_partner = (row["story"] or {}).get("code") == "partner"
        return Offer(
            prices=prices,
            step_prices=content.step_prices(prices, steps_to_price(tender)),
            delivery_place=content.HANDOVER,
            vat_basis=VatBasis.EXEMPT if row["country"] == "UA" else VatBasis.WITHOUT,
            validity_days=wanted_validity_days(tender),
            prevailing_language=usual_language(tender),
            lead_time_days=content.dice(key, tender_key, "lead").randint(12, 28),
            monthly_capacity=content.dice(key, tender_key, "rate").randint(100, 600),
            production_region=REGIONS.get(row["country"], "Northern region"),
            partners=[content.partner(facts_of("ua_08"))] if has_partner else [],
            trial_support="Two technicians by video link; remote training in English and Ukrainian.",
        )

    def _requirements_of(self, tender: Tender) -> list[Requirement]:
        if tender.pk not in self._requirements:
            self._requirements[tender.pk] = list(tender.requirements.order_by("order"))
        return self._requirements[tender.pk]
