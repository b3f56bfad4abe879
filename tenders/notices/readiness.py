"""What a draft still needs before anybody can be asked to publish it, as a check list and as sentences."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal.identity.models import MemberCountry
from coalition_portal.identity.queries import country_of, has_role
from coalition_portal.identity.roles import Role
from tenders.notices import criteria
from tenders.notices.models import CriterionMethod, Tender


class Check(NamedTuple):
    """One line of the check list; `sentence` says what to do and is empty when the line is met."""

    field: str
    title: str
    sentence: str

    @property
    def is_met(self) -> bool:
        return not self.sentence

    @property
    def anchor(self) -> str:
        """Where the form of the draft lets one mend it."""
        return f"id_{'deadline_date' if self.field == 'deadline' else self.field}"


def publication_checks(tender: Tender, now: datetime) -> list[Check]:
    """All lines, met or not, in the order of the form."""
    return [
        Check("deadline", _("Deadline"), _deadline(tender, now)),
        _given("contact_mailbox", _("Contact mailbox"), tender.contact_mailbox, _("Name a mailbox for bidders.")),
        _given("budget_amount", _("Budget"), tender.budget_amount, _("Give the amount of the budget.")),
        _given("batches_max", _("Batches"), tender.batches_max, _("Say how many batches can be bought at most.")),
        Check("second_approver", _("Second approver"), _second_approver(tender)),
        Check("panel_countries", _("Countries of the panel"), _panel_countries(tender)),
        Check("title_en", _("Title and summary in both languages"), _texts(tender)),
        Check("requirements", _("Requirements"), _requirements(tender)),
        Check("criteria", _("Criteria and weights"), _criteria(tender)),
    ]


def blocks_publication(tender: Tender, now: datetime) -> list[Check]:
    """The lines that are not met; empty when approval can be asked for."""
    return [check for check in publication_checks(tender, now) if not check.is_met]


def _given(field: str, title: str, value: object, sentence: str) -> Check:
    return Check(field, title, "" if value else sentence)


def _deadline(tender: Tender, now: datetime) -> str:
    if tender.planned_closes_at is None:
        return _("Set the deadline.")
    if tender.planned_closes_at <= now:
        return _("The deadline that is set has passed already. Set one that lies ahead.")
    return ""


def _second_approver(tender: Tender) -> str:
    person = tender.second_approver
    if person is None:
        return _("Name the chair of another country who approves publication.")
    if not has_role(person, Role.CHAIR) or country_of(person) in (None, tender.officer_country):
        return _("%(name)s is not a chair of another country. Name somebody who is.") % {"name": person}
    return ""


def _panel_countries(tender: Tender) -> str:
    wanted = tender.terms.get("panel", {}).get("countries_min", 1)
    countries = list(tender.panel_countries.all())
    if outside := [country for country in countries if country.level != MemberCountry.Level.PANEL]:
        names = ", ".join(country.name for country in outside)
        return _("%(names)s sends no reviewers at its level of membership. Leave it out.") % {"names": names}
    if len(countries) < wanted:
        sentence = _("The panel has %(got)s countries and needs at least %(wanted)s.")
        return sentence % {"got": len(countries), "wanted": wanted}
    return ""


def _texts(tender: Tender) -> str:
    texts = (tender.title_en, tender.title_uk, tender.summary_en, tender.summary_uk)
    return "" if all(text.strip() for text in texts) else _("Write title and summary in English and in Ukrainian.")


def _requirements(tender: Tender) -> str:
    return "" if tender.requirements.exists() else _("A tender needs at least one requirement.")


FLAW_WORDS = {
    "weights": gettext_lazy("The weights sum to %(got)s and must sum to 100."),
    "computed_twice": gettext_lazy("%(got)s criteria are computed from the price; one is allowed."),
    "weight": gettext_lazy("%(criterion)s: the weight is %(got)s and must be more than 0."),
    "scale": gettext_lazy("%(criterion)s: the points are %(got)s; they must rise from 0 to 10."),
    "minimum": gettext_lazy("%(criterion)s: the minimum %(got)s is none of the described points."),
}


def _criteria(tender: Tender) -> str:
    rows = [_facts(criterion) for criterion in tender.criteria.all()]
    return " ".join(str(FLAW_WORDS[flaw.code] % flaw._asdict()) for flaw in criteria.flaws(rows))


def _facts(criterion) -> criteria.CriterionFacts:
    return criteria.CriterionFacts(
        code=criterion.code,
        weight_percent=criterion.weight_percent,
        is_computed=criterion.method == CriterionMethod.COMPUTED,
        minimum_points=criterion.minimum_points,
        points=[described["points"] for described in criterion.scale],
    )
