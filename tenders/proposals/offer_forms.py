"""The form of the offer: every price once, in order of quantity; then terms, production and partners."""

from collections.abc import Iterable, Mapping
from functools import partial

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from coalition_portal.formatting import figure, in_language
from tenders.notices.models import Tender
from tenders.proposals.draft_texts import (
    MONTH,
    PARTNER_FIELD,
    PARTNERS_MAX,
    PRICE,
    STEP,
    partner_fields,
    sentence_about_offer,
)
from tenders.proposals.forms import TextFields
from tenders.proposals.models import VatBasis
from tenders.proposals.offer_checks import PARTNER_TITLES, title_of_field
from tenders.proposals.offer_sheet import LANGUAGE_NAMES, month_words
from tenders.proposals.price_steps import Step
from tenders.proposals.wanted_offer import (
    capacity_months,
    delivery_term,
    lines_beside_steps,
    price_lines,
    proposal_languages,
    wanted_steps,
    wanted_validity_days,
)

EMPTY_ROWS = 3


class OfferForm(TextFields):
    """`partners` are the rows to show: see partner_rows_to_show."""

    def __init__(self, tender: Tender, *, partners: Iterable[int] = (), **kwargs) -> None:
        super().__init__(**kwargs)
        self.tender = tender
        self.step_names = self._add_steps()
        self.option_names = [self._add_line(line, in_language(line, "includes")) for line in lines_beside_steps(tender)]
        self._add_terms()
        self._add_production()
        self.month_names = [self._add_month(month) for month in capacity_months(tender)]
        self.partner_names = [self._add_partner(row, number) for number, row in enumerate(partners, start=1)]

    # Prices

    def _add_steps(self) -> list[str]:
        lines = {line["code"]: line for line in price_lines(self.tender)}
        return [
            self._add_line(lines[step.line], _said_of_step(step, lines[step.line]))
            if step.line
            else self._add_step(step)
            for step in wanted_steps(self.tender)
        ]

    def _add_line(self, line: dict, hint: str) -> str:
        is_option = not line["required"]
        said = [hint, _("Leave it empty if you do not offer it.")] if is_option else [hint]
        name = self._add(
            PRICE + line["code"], help_text=" ".join(said).strip(), required=not is_option, widget=_amount_input()
        )
        # The title of the line names it as an option.
        self.fields[name].silently_optional = is_option
        return name

    def _add_step(self, step: Step) -> str:
        return self._add(f"{STEP}{step.quantity}", widget=_amount_input())

    # Terms, production, partners

    def _add_terms(self) -> None:
        term, days = delivery_term(self.tender), wanted_validity_days(self.tender)
        self._add(
            "delivery_place",
            help_text=_("The named place of the Incoterms rule %(term)s: town and country.") % {"term": term},
        )
        self._add("vat_basis", widget=forms.RadioSelect(choices=VatBasis.choices))
        self._add(
            "validity_days",
            help_text=_("Days from the deadline. The tender wants %(days)s; left empty it is that.") % {"days": days},
            required=False,
            widget=_digits_input(),
        )
        languages = [(code, LANGUAGE_NAMES.get(code, code)) for code in proposal_languages(self.tender)]
        self._add(
            "prevailing_language",
            help_text=_("The language that counts where two texts differ."),
            required=False,
            widget=forms.RadioSelect(choices=languages),
        )
        self.fields["prevailing_language"].silently_optional = True

    def _add_production(self) -> None:
        self._add(
            "lead_time_days",
            help_text=_("Calendar days from signature until the whole batch is ready to ship."),
            widget=_digits_input(),
        )
        self._add(
            "production_region",
            help_text=_("A region such as a county or an oblast. Never an address."),
        )
        self._add(
            "trial_support",
            help_text=_("Who helps the test site, how, and in which languages."),
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        self._add(
            "monthly_capacity",
            help_text=_("Complete drones that you can deliver in a month, for this model."),
            widget=_digits_input(),
        )

    def _add_month(self, month: str) -> str:
        return self._add(f"{MONTH}{month}", label=month_words(month), required=False, widget=_digits_input())

    def _add_partner(self, row: int, number: int) -> list[str]:
        """`number` is the one that the page shows over the row."""
        names = partner_fields(row)
        options = [("", _("Choose a country")), *countries]
        widgets = {"country": forms.Select(choices=options)}
        for part, name in names.items():
            self._add(name, label=PARTNER_TITLES[part], required=False, widget=widgets.get(part, forms.TextInput()))
            self.fields[name].silently_optional = True
            named = {"number": number, "field": PARTNER_TITLES[part]}
            self.fields[name].label_in_summary = _("Partner %(number)s, %(field)s") % named
        return list(names.values())

    def _add(self, name: str, *, label: str = "", **field) -> str:
        title = label or title_of_field(self.tender, name)
        self.keep_as_text(name, partial(sentence_about_offer, self.tender, name), label=title, **field)
        return name

    # As the page shows them

    @property
    def step_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.step_names]

    @property
    def option_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.option_names]

    @property
    def month_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.month_names]

    @property
    def has_months(self) -> bool:
        """Whether a month is typed or refused, so that the table has to be seen."""
        return any(bound.value() for bound in self.month_fields)

    @property
    def partner_rows(self) -> list[dict]:
        """Each with its `row`, which names its fields, and those in order; spare ones wait until they are asked for."""
        rows = [[self[name] for name in names] for names in self.partner_names]
        filled = [bool(any(bound.value() for bound in fields)) for fields in rows]
        first_empty = filled.index(False) if False in filled else len(rows)
        return [
            {
                "row": _row_in(fields[0].name),
                "fields": fields,
                "is_filled": is_filled,
                "is_spare": not is_filled and place != first_empty,
            }
            for place, (fields, is_filled) in enumerate(zip(rows, filled, strict=True))
        ]

    @property
    def has_room_for_partner(self) -> bool:
        return not all(row["is_filled"] for row in self.partner_rows)

    @property
    def partners_max(self) -> int:
        return PARTNERS_MAX


def partner_rows_to_show(saved: Iterable[int], data: Mapping[str, str] | None) -> list[int]:
    """The rows that hold something, saved or just typed, and a few empty ones after them where there is room."""
    typed = {_row_in(name) for name, text in (data or {}).items() if PARTNER_FIELD.fullmatch(name) and text}
    held = sorted(typed | set(saved))
    free = [row for row in range(1, PARTNERS_MAX + 1) if row not in held]
    after = [row for row in free if not held or row > held[-1]]
    return [*held, *(after or free)[:EMPTY_ROWS]]


def _row_in(name: str) -> int:
    return int(PARTNER_FIELD.fullmatch(name)[1])


def _said_of_step(step: Step, line: dict) -> str:
    told = ngettext("%(count)s drone.", "%(count)s drones.", step.quantity) % {"count": figure(step.quantity)}
    return f"{told} {in_language(line, 'includes')}".strip()


def _amount_input() -> forms.Widget:
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


def _digits_input() -> forms.Widget:
    return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
