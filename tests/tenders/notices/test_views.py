import gzip
import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import caches
from django.test import Client

from coalition_portal import clock
from coalition_portal.identity.loading import load_coalition
from coalition_portal.identity.roles import Role
from tenders.notices.cancelling import cancel
from tenders.notices.drafting import name_series
from tests.factories import companies, people, tenders
from tests.factories.cutoffs import CutOff

pytestmark = pytest.mark.django_db

HIDDEN = "200\N{NO-BREAK SPACE}km/h"
"""The threshold of level speed in the interceptor template: only registered readers may see it."""


@pytest.fixture
def visitor():
    return Client()


@pytest.fixture(autouse=True)
def nothing_kept():
    caches["template_fragments"].clear()


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def page_of(browser, tender):
    return text_of(browser.get(f"/tenders/{tender.number}/"))


class TestHome:
    def test_open_tenders_stand_first_by_deadline(self, visitor):
        later = tenders.published_tender(closes_at=tenders.in_days(9))
        sooner = tenders.published_tender(closes_at=tenders.in_days(3), template_code="advanced_fpv")

        response = visitor.get("/")

        assert [tender for tender, _line in response.context["offers"]] == [sooner, later]
        assert "2 tenders are open for proposals" in text_of(response)
        assert response.context["earlier"] == []

    def test_without_tenders_it_says_what_comes_next(self, visitor):
        page = text_of(visitor.get("/"))

        assert "No tender is open at the moment" in page
        assert "The next tender appears here the moment it is published." in page

    def test_a_closed_tender_says_what_comes_next(self, visitor, database_clock):
        tender = CutOff(database_clock).tender

        [row] = visitor.get("/").context["earlier"]

        assert (row["tender"], row["status"]) == (tender, "sealed")
        assert row["next"].startswith("Opening by several countries together, by ")

    def test_drafts_are_not_there(self, visitor):
        tenders.draft_tender()

        response = visitor.get("/")

        assert (list(response.context["offers"]), response.context["earlier"]) == ([], [])

    def test_the_coalition_is_there(self, visitor):
        load_coalition(now=clock.now())

        page = text_of(visitor.get("/"))

        assert "20 countries buy drones for Ukraine together. Makers from 54 states may propose" in page
        assert "<b>Latvia</b>" in page
        assert "EUR 176M" in page.replace("\N{NO-BREAK SPACE}", " ")

    @pytest.mark.parametrize("count", [1, 3])
    def test_its_queries_do_not_grow(self, visitor, django_assert_num_queries, count):
        load_coalition(now=clock.now())
        for _one in range(count):
            tenders.published_tender()

        with django_assert_num_queries(4):
            visitor.get("/")


class TestList:
    @pytest.fixture
    def three(self, database_clock):
        sealed = CutOff(database_clock).tender
        cancelled = cancel(
            tender=(gone := tenders.published_tender()), reason="No budget.", by=gone.officer, now=clock.now()
        )
        return {"sealed": sealed, "cancelled": cancelled, "open": tenders.published_tender()}

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ("", ["open", "cancelled", "sealed"]),
            ("?status=open", ["open"]),
            ("?status=sealed&status=cancelled", ["cancelled", "sealed"]),
            ("?status=evaluation", []),
            ("?status=planned&status=<script>", ["open", "cancelled", "sealed"]),
        ],
    )
    def test_it_is_filtered_by_status(self, visitor, three, query, wanted):
        response = visitor.get(f"/tenders/{query}")

        found = {row["tender"].pk: row["status"].value for row in response.context["rows"]}
        assert sorted(found.values()) == sorted(wanted)
        assert found == {three[status].pk: status for status in wanted}
        assert "<script>" not in text_of(response)

    def test_an_empty_filter_says_so(self, visitor):
        assert "No tender has been published yet" in text_of(visitor.get("/tenders/"))
        assert "No tender is in such a state" in text_of(visitor.get("/tenders/?status=open"))

    @pytest.mark.parametrize("count", [1, 3])
    def test_its_queries_do_not_grow(self, visitor, django_assert_num_queries, count):
        for _one in range(count):
            tenders.published_tender()

        with django_assert_num_queries(2):
            visitor.get("/tenders/?status=open")

    def test_twenty_on_a_page(self, visitor):
        officer, chair = people.officer("LV"), people.chair("GB")
        for _one in range(21):
            tenders.published_tender(officer=officer, approver=chair, template_code="reconnaissance")

        first, second = visitor.get("/tenders/?status=open"), visitor.get("/tenders/?status=open&page=2")

        assert (len(first.context["rows"]), len(second.context["rows"])) == (20, 1)
        assert "?status=open&amp;page=2" in text_of(first)
        assert len(gzip.compress(first.content)) < 5_000


class TestTenderPage:
    def test_a_visitor_sees_the_public_part(self, visitor):
        series = name_series(slug="2026-2", title_en="Second series 2026", title_uk="Друга серія 2026")
        tender = tenders.published_tender(series=series)

        page = page_of(visitor, tender)

        assert "7 requirements open to everyone" in page
        assert "11 more requirements are shown to registered companies" in page
        assert "Sign in to see all 18" in page
        assert "Second series 2026" in page
        assert "at most 28\N{NO-BREAK SPACE}days" in page
        assert HIDDEN not in page

    def test_drafts_and_unknown_numbers_look_the_same(self, visitor):
        draft = tenders.draft_tender()

        pages = [visitor.get(f"/tenders/{number}/") for number in (draft.number, "IDC-2026-9999")]

        assert [page.status_code for page in pages] == [404, 404]

    def test_worked_examples_are_computed_by_the_formula(self, visitor):
        tender = tenders.published_tender(template_code="advanced_fpv")

        page = page_of(visitor, tender)

        rows = re.findall(r"<td class=\"num\">([\d.]+)</td>", page)
        assert rows == ["10.00", "10.00", "5.00", "2.00", "0.00"]

    def test_a_moved_deadline_is_told_with_both_instants_and_the_reason(self, visitor):
        tender = tenders.extended_tender(
            tenders.published_tender(), tenders.in_days(20), reason="Power cuts in three regions."
        )

        response = visitor.get(f"/tenders/{tender.number}/")

        [move] = response.context["moves"]
        was, now = tender.deadlines.order_by("seq")
        assert (move.was, move.closes_at, move.reason) == (
            was.closes_at,
            now.closes_at,
            "Power cuts in three regions.",
        )
        assert "The deadline was moved later." in text_of(response)

    def test_a_cancelled_tender_says_why(self, visitor):
        tender = tenders.published_tender()
        cancel(tender=tender, reason="The budget is gone.", by=tender.officer, now=clock.now())

        page = page_of(visitor, tender)

        assert "The budget is gone." in page
        assert 'id="start"' not in page

    def test_a_sealed_tender_takes_no_proposals(self, visitor, database_clock):
        page = page_of(visitor, CutOff(database_clock).tender)

        assert "The deadline has passed" in page
        assert 'id="start"' not in page

    @pytest.mark.parametrize("offset", [timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1)])
    def test_the_page_turns_at_the_deadline_itself(self, visitor, monkeypatch, offset):
        tender = tenders.published_tender()
        monkeypatch.setattr(clock, "now", lambda: tender.closes_at + offset)

        context = visitor.get(f"/tenders/{tender.number}/").context

        assert context["is_open"] is (offset < timedelta(0))

    def test_queries_of_a_first_and_of_a_later_visit(self, visitor, django_assert_num_queries):
        tender = tenders.published_tender()

        with django_assert_num_queries(4):
            page_of(visitor, tender)
        with django_assert_num_queries(1):
            page_of(visitor, tender)

    def test_queries_where_the_deadline_was_moved(self, visitor, django_assert_num_queries):
        tender = tenders.extended_tender(tenders.published_tender(), tenders.in_days(20))
        with django_assert_num_queries(4):
            page_of(visitor, tender)

        with django_assert_num_queries(1):
            page_of(visitor, tender)

    def test_it_speaks_ukrainian_where_the_data_does(self, visitor):
        tender = tenders.published_tender()
        page_of(visitor, tender)

        page = text_of(visitor.get(f"/tenders/{tender.number}/", headers={"accept-language": "uk"}))

        assert "Дрони-перехоплювачі" in page
        assert "Льотні характеристики" in page


STEPS = {
    "sign_in": lambda: None,
    "company": companies.verified_user,
    "state": lambda: companies.owner_of(companies.company(country="BY")),
    "undertaking": lambda: companies.owner_of(companies.company()),
    "staff": lambda: people.staff(Role.OPERATOR),
}


class TestReaders:
    @pytest.mark.parametrize("step", STEPS)
    def test_each_is_told_the_next_step_and_sees_no_threshold(self, client_of, step):
        tender, user = tenders.published_tender(), STEPS[step]()
        browser = client_of(user) if user else Client()

        response = browser.get(f"/tenders/{tender.number}/")

        page = text_of(response)
        assert response.context["access"].step == step
        assert HIDDEN not in page
        assert ('action="/company/undertaking/"' in page) is (step == "undertaking")

    def test_an_unconfirmed_address_is_the_next_step(self, client_of):
        owner = companies.owner_of(companies.company(undertaking=True))
        owner.emailaddress_set.update(verified=False)

        response = client_of(owner).get(f"/tenders/{tenders.published_tender().number}/")

        assert response.context["access"].step == "email"
        assert HIDDEN not in text_of(response)

    def test_one_click_shows_the_thresholds(self, client_of):
        tender = tenders.published_tender()
        browser = client_of(companies.owner_of(companies.company()))
        assert HIDDEN not in page_of(browser, tender)

        response = browser.post("/company/undertaking/", {"next": f"/tenders/{tender.number}/"}, follow=True)

        assert response.redirect_chain[-1][0] == f"/tenders/{tender.number}/"
        assert "All 18 requirements" in text_of(response)
        assert HIDDEN in text_of(response)

    def test_a_registered_reader_leaves_nothing_behind_for_a_visitor(self, client_of, visitor):
        tender = tenders.published_tender()
        registered = client_of(companies.owner_of(companies.company(undertaking=True)))

        assert HIDDEN in page_of(registered, tender)
        assert HIDDEN not in page_of(visitor, tender)
        assert HIDDEN in page_of(registered, tender)

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.CHAIR, Role.REVIEWER, Role.ADVISER, Role.AUDITOR])
    def test_staff_who_judge_see_the_thresholds_and_start_nothing(self, client_of, role):
        page = page_of(client_of(people.staff(role)), tenders.published_tender())

        assert HIDDEN in page
        assert "Companies propose drones. Staff of the coalition never do." in page

    def test_a_company_starts_a_proposal_from_here(self, client_of):
        tender = tenders.published_tender()

        page = page_of(client_of(companies.owner_of(companies.company())), tender)

        assert f'action="/proposals/start/{tender.number}/"' in page
        assert 'name="model_name"' in page

    def test_a_viewer_is_told_whom_to_ask(self, client_of):
        viewer = companies.person_of(companies.company(), "VIEWER")

        page = page_of(client_of(viewer), tenders.published_tender())

        assert "Ask an owner of your company to make you an editor." in page
        assert 'name="model_name"' not in page


class TestCoalition:
    def test_twenty_members_with_leads_and_dates(self, visitor):
        load_coalition(now=clock.now())

        response = visitor.get("/coalition/")

        rows = {country.code: joined for country, joined in response.context["rows"]}
        assert len(rows) == 20
        assert rows["LU"] == "October\N{NO-BREAK SPACE}2024"
        assert rows["BE"] == "2\N{NO-BREAK SPACE}June\N{NO-BREAK SPACE}2025"
        assert rows["UA"] == ""
        assert {country.code for country, _joined in response.context["rows"] if country.lead} == {"LV", "GB"}
        page = text_of(response)
        assert "EUR\N{NO-BREAK SPACE}176,000,000" in page
        assert "20 member countries" in page

    def test_its_queries(self, visitor, django_assert_num_queries):
        load_coalition(now=clock.now())

        with django_assert_num_queries(3):
            visitor.get("/coalition/")


@pytest.mark.parametrize("path", ["/deadline/", "/accessibility/", "/privacy/", "/about/"])
def test_pages_of_words_ask_no_database(visitor, django_assert_num_queries, path):
    with django_assert_num_queries(0):
        text_of(visitor.get(path))


PUBLIC = [
    "/",
    "/tenders/",
    "/tenders/{number}/",
    "/coalition/",
    "/deadline/",
    "/accessibility/",
    "/privacy/",
    "/about/",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_first_visit_is_small(visitor, path):
    load_coalition(now=clock.now())
    tender = tenders.extended_tender(tenders.published_tender(template_code="advanced_fpv"), tenders.in_days(20))

    response = visitor.get(path.format(number=tender.number))

    files = set(re.findall(r'(?:href|src)="/static/([^"]+)"', text_of(response)))
    parts = [open(finders.find(name), "rb").read() for name in files]  # noqa: SIM115 - read at once
    assert len(files) >= 3
    assert len(gzip.compress(response.content)) < 12_000
    assert sum(len(gzip.compress(part)) for part in [response.content, *parts]) < 60_000


@pytest.mark.parametrize("path", PUBLIC)
def test_pages_take_no_posts(visitor, path):
    tender = tenders.published_tender()

    assert visitor.post(path.format(number=tender.number)).status_code == 405
