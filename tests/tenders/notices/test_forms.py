from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from coalition_portal.permission import Refused
from tenders.notices.drafting import name_series
from tenders.notices.forms import DeadlineForm, ExtensionForm, NewTenderForm, TenderForm, show_refusal
from tests.factories import people, tenders

pytestmark = pytest.mark.django_db

RIGA = "Europe/Riga"


def typed(date="2026-11-11", time="12:00:00", **more):
    return {"deadline_date": date, "deadline_time": time} | more


def deadline_of(**data):
    form = DeadlineForm(typed(**data), zone=RIGA)
    assert form.is_valid(), form.errors
    return form.cleaned_data["deadline"]


@pytest.mark.parametrize(
    ("data", "deadline"),
    [
        ({}, datetime(2026, 11, 11, 10, 0, 0, tzinfo=UTC)),
        ({"time": "12:00:59"}, datetime(2026, 11, 11, 10, 0, 59, tzinfo=UTC)),
        ({"time": "12:00"}, datetime(2026, 11, 11, 10, 0, tzinfo=UTC)),
        ({"date": "2026-07-01"}, datetime(2026, 7, 1, 9, 0, tzinfo=UTC)),
        ({"date": "", "time": ""}, None),
        ({"deadline_which": "1"}, datetime(2026, 11, 11, 10, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_wall_time_of_the_zone_becomes_an_instant(data, deadline):
    assert deadline_of(**data) == deadline


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"date": ""}, "deadline_date"),
        ({"time": ""}, "deadline_time"),
        ({"date": "11.11.2026"}, "deadline_date"),
        ({"time": "noon"}, "deadline_time"),
        ({"time": "12:00:00.5"}, "deadline_time"),
    ],
)
def test_half_a_deadline_is_refused(data, field):
    form = DeadlineForm(typed(**data), zone=RIGA)

    assert list(form.errors) == [field]


def test_a_time_that_the_clock_jumps_over_is_refused():
    form = DeadlineForm(typed("2026-03-29", "03:30:00"), zone=RIGA)

    assert form.errors == {
        "deadline_time": [
            "The clocks of Riga jump over 03:30:00 on 29\N{NO-BREAK SPACE}March\N{NO-BREAK SPACE}2026."
            " Choose an earlier or a later time."
        ]
    }


def test_a_time_that_is_shown_twice_is_asked_about():
    form = DeadlineForm(typed("2026-10-25", "03:30:00"), zone=RIGA)

    assert list(form.errors) == ["deadline_which"]
    assert form.fields["deadline_which"].choices == [
        ("0", "the first, 00:30:00 UTC"),
        ("1", "the second, one hour later, 01:30:00 UTC"),
    ]
    assert 'type="radio"' in str(form["deadline_which"])


@pytest.mark.parametrize(("which", "hour"), [("0", 0), ("1", 1)])
def test_each_of_the_two_can_be_chosen(which, hour):
    assert deadline_of(date="2026-10-25", time="03:30:00", deadline_which=which) == datetime(
        2026, 10, 25, hour, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("hour", [0, 1])
def test_a_deadline_in_the_doubled_hour_comes_back_as_it_was(hour):
    closes_at = datetime(2026, 10, 25, hour, 30, 15, tzinfo=UTC)
    initial = DeadlineForm(zone=RIGA, closes_at=closes_at).initial

    again = DeadlineForm(
        typed(str(initial["deadline_date"]), str(initial["deadline_time"]), deadline_which=initial["deadline_which"]),
        zone=RIGA,
    )

    assert again.is_valid()
    assert again.cleaned_data["deadline"] == closes_at


def test_an_extension_needs_deadline_and_reason():
    form = ExtensionForm({}, zone=RIGA)

    assert sorted(form.errors) == ["deadline_date", "deadline_time", "reason"]


class TestTender:
    def form(self, data=None, **fields):
        self.tender = tenders.blank_draft(**fields)
        return TenderForm(data, tender=self.tender, now=datetime(2026, 9, 16, 9, tzinfo=UTC))

    def texts(self):
        return {"title_en": "A", "title_uk": "Б", "summary_en": "C", "summary_uk": "Д", "budget_currency": "EUR"}

    def test_a_deadline_is_suggested_by_the_timetable(self):
        initial = self.form().initial

        assert (str(initial["deadline_date"]), str(initial["deadline_time"])) == ("2026-10-14", "12:00:00")

    def test_gaps_are_allowed(self):
        form = self.form(self.texts())

        assert form.is_valid(), form.errors
        assert form.cleaned_data["deadline"] is None
        assert form.cleaned_data["budget_amount"] is None

    def test_only_chairs_of_other_countries_can_be_chosen(self):
        british, own = people.chair("GB", name="Ann"), people.chair("LV", name="Own")

        form = self.form(self.texts() | {"second_approver": own.pk})

        labels = [label for value, label in form.fields["second_approver"].choices if value]
        assert labels == ["Ann, United Kingdom"]
        assert list(form.errors) == ["second_approver"]
        assert self.form(self.texts() | {"second_approver": british.pk}).is_valid()

    def test_countries_stand_in_the_order_of_their_names(self):
        for code in ("NL", "DE", "LV"):
            people.country(code)

        assert [name for _code, name in self.form().fields["panel_countries"].choices] == [
            "Germany",
            "Latvia",
            "Netherlands",
        ]

    def test_an_observer_is_no_choice(self):
        observer = people.country("TR")
        observer.level = "OBSERVER"
        observer.save()
        data = QueryDict(mutable=True)
        data.update(self.texts())
        data.setlist("panel_countries", ["TR"])

        assert list(self.form(data).errors) == ["panel_countries"]

    def test_a_title_is_never_empty(self):
        form = self.form(self.texts() | {"title_uk": " "})

        assert list(form.errors) == ["title_uk"]


class TestNew:
    def test_a_template_is_chosen(self):
        form = NewTenderForm({})

        assert list(form.errors) == ["template_code"]
        assert [code for code, _label in form.fields["template_code"].choices] == [
            "advanced_fpv",
            "interceptor",
            "reconnaissance",
        ]

    @pytest.mark.parametrize(
        ("titles", "series"),
        [
            (
                ("Third series 2026", "Третя серія 2026"),
                {"slug": "third-series-2026", "title_en": "Third series 2026", "title_uk": "Третя серія 2026"},
            ),
            (("Третя", "Третя"), {"slug": "series", "title_en": "Третя", "title_uk": "Третя"}),
            (("", ""), None),
        ],
    )
    def test_a_series_may_be_named(self, titles, series):
        data = {"template_code": "interceptor", "series_title_en": titles[0], "series_title_uk": titles[1]}
        form = NewTenderForm(data)

        assert form.is_valid(), form.errors
        assert form.cleaned_data["new_series"] == series

    @pytest.mark.parametrize(("given", "missing"), [("title_en", "title_uk"), ("title_uk", "title_en")])
    def test_a_series_has_both_titles(self, given, missing):
        form = NewTenderForm({"template_code": "interceptor", f"series_{given}": "Series"})

        assert list(form.errors) == [f"series_{missing}"]

    def test_one_series_and_not_two(self):
        known = name_series(slug="one", title_en="One", title_uk="Один")
        data = {"template_code": "interceptor", "series_title_en": "Two", "series_title_uk": "Два", "series": known.pk}

        assert list(NewTenderForm(data).errors) == ["series"]


@pytest.mark.parametrize(
    ("field", "shown_at"),
    [
        ("deadline", "deadline_date"),
        ("closes_at", "deadline_date"),
        ("reason", "reason"),
        ("x", "__all__"),
        (None, "__all__"),
    ],
)
def test_a_refusal_stands_beside_its_field(field, shown_at):
    form = ExtensionForm(typed(reason="Storm."), zone=RIGA)
    assert form.is_valid()

    show_refusal(form, Refused("No.", field=field))

    assert form.errors == {shown_at: ["No."]}
