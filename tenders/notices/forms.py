"""Forms that check what was typed and save nothing. A deadline is typed as the wall time of the tender's zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal.formatting import alphabetical, day, in_language, time_of_day, zone_named, zone_place
from coalition_portal.identity.models import MemberCountry, User
from coalition_portal.permission import Refused
from tenders.notices import timetable
from tenders.notices.models import Series, Tender
from tenders.notices.queries import possible_approvers
from tenders.notices.template_library import templates

CURRENCIES = [(code, code) for code in ("EUR", "GBP", "USD")]
ASKED_LATER_BY = timedelta(days=7)


def show_refusal(form: forms.Form, refused: Refused) -> None:
    """Put the verb's sentence beside the field that it names, else on top."""
    name = {"deadline": "deadline_date", "closes_at": "deadline_date"}.get(refused.field, refused.field)
    form.add_error(name if name in form.fields else None, refused.sentence)


class DeadlineForm(forms.Form):
    """Date, time and, only where a clock shows that time twice, which of the two. Gives `deadline` in UTC, or None."""

    deadline_date = forms.DateField(
        label=gettext_lazy("Deadline: day"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    deadline_time = forms.TimeField(
        label=gettext_lazy("Deadline: time"),
        required=False,
        input_formats=["%H:%M:%S", "%H:%M"],
        widget=forms.TimeInput(format="%H:%M:%S", attrs={"type": "time", "step": "1"}),
    )
    deadline_which = forms.ChoiceField(
        label=gettext_lazy("Which of the two"),
        required=False,
        choices=[("0", ""), ("1", "")],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, zone: str, closes_at: datetime | None = None, **kwargs) -> None:
        self.zone = zone
        kwargs["initial"] = _wall_initial(closes_at, zone) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        # It is shown only where it has to be answered.
        self.fields["deadline_which"].silently_optional = True
        place = zone_place(zone_named(zone))
        self.fields["deadline_time"].help_text = _(
            "On the clocks of %(place)s, with seconds. That instant itself is late."
        ) % {"place": place}

    def clean(self) -> dict:
        cleaned = super().clean()
        cleaned["deadline"] = self._deadline(cleaned.get("deadline_date"), cleaned.get("deadline_time"))
        return cleaned

    def _deadline(self, date, time) -> datetime | None:
        if date is None and time is None:
            return None
        if date is None or time is None:
            name = "deadline_date" if date is None else "deadline_time"
            if name not in self.errors:
                self.add_error(name, _("A deadline needs a day and a time. Give both, or leave both empty."))
            return None
        instants = timetable.instants_of(date, time, self.zone)
        if not instants:
            self._refuse_skipped(date, time)
            return None
        return instants[0] if len(instants) == 1 else self._one_of_two(instants)

    def _refuse_skipped(self, date, time) -> None:
        sentence = _("The clocks of %(place)s jump over %(time)s on %(day)s. Choose an earlier or a later time.")
        words = {"place": zone_place(zone_named(self.zone)), "time": time_of_day(time), "day": day(date)}
        self.add_error("deadline_time", sentence % words)

    def _one_of_two(self, instants: list[datetime]) -> datetime | None:
        """Ask, with the UTC time of each: the officer cannot see from the wall time alone which one is meant."""
        field = self.fields["deadline_which"]
        words = [_("the first, %(time)s UTC"), _("the second, one hour later, %(time)s UTC")]
        choices = [(str(index), words[index] % {"time": time_of_day(moment)}) for index, moment in enumerate(instants)]
        field.widget = forms.RadioSelect(choices=choices)
        field.choices = choices
        chosen = self.cleaned_data.get("deadline_which")
        if chosen:
            return instants[int(chosen)]
        self.add_error("deadline_which", _("The clocks are set back that night and show this time twice. Choose one."))
        return None


def _wall_initial(closes_at: datetime | None, zone: str) -> dict:
    if closes_at is None:
        return {}
    local = closes_at.astimezone(ZoneInfo(zone))
    is_twice = len(timetable.instants_of(local.date(), local.time(), zone)) > 1
    which = {"deadline_which": str(local.fold)} if is_twice else {}
    return {"deadline_date": local.date(), "deadline_time": local.time()} | which


class NewTenderForm(forms.Form):
    template_code = forms.ChoiceField(label=gettext_lazy("Template"), widget=forms.RadioSelect)
    title_suffix = forms.CharField(
        label=gettext_lazy("Addition to the title"),
        help_text=gettext_lazy("Tells it from earlier tenders, for example 2027-I."),
        max_length=40,
        required=False,
    )
    series = forms.ModelChoiceField(
        label=gettext_lazy("Series"),
        help_text=gettext_lazy("Tenders announced together; each keeps its own deadline."),
        queryset=Series.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    series_title_en = forms.CharField(
        label=gettext_lazy("Title of a new series in English"), max_length=120, required=False
    )
    series_title_uk = forms.CharField(
        label=gettext_lazy("Title of a new series in Ukrainian"), max_length=120, required=False
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template_code"].choices = [
            (source.code, f"{in_language(source.body, 'title')}. {in_language(source.body, 'summary')}")
            for source in templates()
        ]
        self.fields["series"].queryset = Series.objects.order_by("-pk")
        self.fields["series"].label_from_instance = lambda series: in_language(series, "title")

    def clean(self) -> dict:
        cleaned = super().clean()
        titles = {name: cleaned.get(f"series_{name}", "").strip() for name in ("title_en", "title_uk")}
        if any(titles.values()) and not all(titles.values()):
            missing = next(name for name, title in titles.items() if not title)
            self.add_error(f"series_{missing}", _("A series has a title in both languages. Give both, or none."))
        if all(titles.values()) and cleaned.get("series"):
            self.add_error("series", _("Choose a series or name a new one, not both."))
        cleaned["new_series"] = titles | {"slug": _slug_of(titles["title_en"])} if all(titles.values()) else None
        return cleaned


def _slug_of(title: str) -> str:
    return slugify(title)[:50] or "series"


class TenderForm(DeadlineForm):
    """The fields that only people can decide, and the texts; all may stay empty in a draft."""

    contact_mailbox = forms.EmailField(
        label=gettext_lazy("Contact mailbox"),
        help_text=gettext_lazy("Shown on the tender's page. A shared mailbox, not a person's."),
        required=False,
    )
    budget_amount = forms.DecimalField(
        label=gettext_lazy("Budget"), required=False, max_digits=14, decimal_places=2, min_value=0
    )
    budget_currency = forms.ChoiceField(label=gettext_lazy("Currency of the budget"), choices=CURRENCIES)
    batches_max = forms.IntegerField(
        label=gettext_lazy("Batches, at most"), required=False, min_value=1, max_value=1000
    )
    second_approver = forms.ModelChoiceField(
        label=gettext_lazy("Second approver"),
        help_text=gettext_lazy("The chair of this tender, of another country than yours."),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Choose a chair"),
    )
    panel_countries = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Countries of the panel"),
        help_text=gettext_lazy("They send the reviewers."),
        queryset=MemberCountry.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=160)
    title_uk = forms.CharField(label=gettext_lazy("Title in Ukrainian"), max_length=160)
    summary_en = forms.CharField(
        label=gettext_lazy("Summary in English"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )
    summary_uk = forms.CharField(
        label=gettext_lazy("Summary in Ukrainian"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )

    field_order = [
        "deadline_date",
        "deadline_time",
        "deadline_which",
        "contact_mailbox",
        "budget_amount",
        "budget_currency",
        "batches_max",
        "second_approver",
        "panel_countries",
    ]

    def __init__(self, *args, tender: Tender, now: datetime, **kwargs) -> None:
        closes_at = tender.planned_closes_at or _suggested(tender, now)
        initial = {name: getattr(tender, name) for name in VALUES} | {"panel_countries": tender.panel_countries.all()}
        super().__init__(*args, zone=tender.zone, closes_at=closes_at, initial=initial, **kwargs)
        chairs = possible_approvers(tender)
        countries = {grant.user_id: grant.country.name for grant in chairs}
        self.fields["second_approver"].queryset = User.objects.filter(pk__in=list(countries)).order_by("name", "pk")
        self.fields["second_approver"].label_from_instance = lambda person: f"{person}, {countries[person.pk]}"
        panel = MemberCountry.objects.filter(level=MemberCountry.Level.PANEL)
        by_name = sorted([(country.pk, country.name) for country in panel], key=lambda pair: alphabetical(pair[1]))
        self.fields["panel_countries"].queryset = panel.order_by("code")
        self.fields["panel_countries"].choices = by_name
        for name in NEEDED_LATER:
            # Publication needs it, so the page must not call it optional.
            self.fields[name].silently_optional = True


NEEDED_LATER = (
    "deadline_date",
    "deadline_time",
    "contact_mailbox",
    "budget_amount",
    "batches_max",
    "second_approver",
    "panel_countries",
)
VALUES = (
    "contact_mailbox",
    "budget_amount",
    "budget_currency",
    "batches_max",
    "second_approver",
    "title_en",
    "title_uk",
    "summary_en",
    "summary_uk",
)


def _suggested(tender: Tender, now: datetime) -> datetime:
    plan = tender.timetable
    return timetable.suggested_deadline(
        start=now,
        days=plan["open_days"],
        at=datetime.strptime(plan["deadline_local_time"], "%H:%M").replace(tzinfo=UTC).time(),
        zone=tender.zone,
        weekdays=plan["preferred_weekdays"],
    )


class ExtensionForm(DeadlineForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Everybody reads it on the tender's page."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deadline_date"].required = self.fields["deadline_time"].required = True


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Needed when you send it back: say what has to change."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # The hint says when it is needed.
        self.fields["note"].silently_optional = True


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Everybody reads it on the tender's page."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
