from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from coalition_portal import clock
from coalition_portal.identity.roles import Role
from tenders.notices.cancelling import cancel
from tenders.notices.extending import request_extension
from tenders.notices.models import Approval, Series, Tender
from tests.factories import companies, people, tenders
from tests.factories.cutoffs import CutOff

pytestmark = pytest.mark.django_db


def text_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def desk(number, page=""):
    return f"/admin/tenders/{number}/{page}"


def filled(approver, **changed):
    return {
        "deadline_date": "2027-02-10",
        "deadline_time": "12:00:00",
        "contact_mailbox": "tender@example.test",
        "budget_amount": "2000000.00",
        "budget_currency": "GBP",
        "batches_max": "15",
        "second_approver": approver.pk,
        "panel_countries": ["EE", "GB", "LV"],
        "title_en": "Interceptor drones 2027-I",
        "title_uk": "Дрони-перехоплювачі 2027-I",
        "summary_en": "Fast drones.",
        "summary_uk": "Швидкі дрони.",
    } | changed


class TestStory:
    def test_an_officer_writes_and_a_chair_publishes(self, client_of):
        officer, chair = people.officer("LV"), people.chair("GB")
        people.country("EE")
        latvia, britain = client_of(officer), client_of(chair)

        begun = latvia.post("/admin/tenders/new/", {"template_code": "interceptor", "title_suffix": "2027-I"})
        tender = Tender.objects.get()
        assert begun.url == desk(tender.number, "edit/")
        assert "Set the deadline." in text_of(latvia.get(desk(tender.number)))
        assert "Ask for approval" not in text_of(latvia.get(desk(tender.number)))

        saved = latvia.post(desk(tender.number, "edit/"), filled(chair))
        assert saved.url == desk(tender.number)
        assert "Ask for approval" in text_of(latvia.get(desk(tender.number)))
        latvia.post(desk(tender.number, "request/"))
        approval = Approval.objects.get()
        assert latvia.get(f"/tenders/{tender.number}/").status_code == 404

        assert f"/admin/tenders/approvals/{approval.pk}/" in text_of(britain.get("/admin/tenders/"))
        page = text_of(britain.get(f"/admin/tenders/approvals/{approval.pk}/"))
        assert "Publish the tender" in page
        britain.post(f"/admin/tenders/approvals/{approval.pk}/", {"decision": "approve", "note": "Good."})

        tender.refresh_from_db()
        assert (tender.state, tender.budget_amount, tender.batches_max) == ("PUBLISHED", Decimal(2000000), 15)
        assert "Interceptor drones 2027-I" in text_of(Client().get(f"/tenders/{tender.number}/"))
        assert "Approved" in text_of(latvia.get(desk(tender.number)))

    def test_a_deadline_moves_the_same_way(self, client_of):
        tender = tenders.published_tender(closes_at=tenders.in_days(5))
        asked_for = tender.closes_at + timedelta(days=7)
        officer, chair = client_of(tender.officer), client_of(tender.second_approver)
        wall = asked_for.astimezone(ZoneInfo(tender.zone))
        data = {
            "deadline_date": wall.date(),
            "deadline_time": wall.strftime("%H:%M:%S"),
            "deadline_which": "0",
            "reason": "Power cuts.",
        }

        officer.post(desk(tender.number, "extend/"), data)
        approval = Approval.objects.get(kind="EXTEND")
        page = text_of(chair.get(f"/admin/tenders/approvals/{approval.pk}/"))
        assert "Deadline now" in page
        assert "7\N{NO-BREAK SPACE}d" in page
        assert "Power cuts." in page
        chair.post(f"/admin/tenders/approvals/{approval.pk}/", {"decision": "approve"})

        moved = Tender.objects.with_deadline().get(pk=tender.pk)
        assert (moved.closes_at, moved.deadline_seq) == (asked_for, 2)

    def test_what_is_sent_back_says_why_and_is_a_draft_again(self, client_of):
        approval = tenders.requested_tender()
        chair = client_of(approval.tender.second_approver)

        chair.post(f"/admin/tenders/approvals/{approval.pk}/", {"decision": "reject", "note": "Too few batches."})

        page = text_of(client_of(approval.tender.officer).get(desk(approval.tender.number)))
        assert "Too few batches." in page
        assert "Ask for approval" in page

    def test_a_request_is_taken_back(self, client_of):
        approval = tenders.requested_tender()
        officer = client_of(approval.tender.officer)
        assert "Take the request back" in text_of(officer.get(desk(approval.tender.number)))

        officer.post(f"/admin/tenders/approvals/{approval.pk}/take-back/")

        approval.tender.refresh_from_db()
        assert approval.tender.state == "DRAFT"

    def test_a_tender_is_cancelled_after_a_question(self, client_of):
        tender = tenders.published_tender()
        officer = client_of(tender.officer)
        assert "Cancel this tender for good?" in text_of(officer.get(desk(tender.number, "cancel/")))

        officer.post(desk(tender.number, "cancel/"), {"reason": "The budget is gone."})

        tender.refresh_from_db()
        assert (tender.state, tender.cancel_reason) == ("CANCELLED", "The budget is gone.")


class TestNothingTypedIsLost:
    def test_in_a_refused_draft(self, client_of):
        draft, chair = tenders.blank_draft(), people.chair("GB")

        response = client_of(draft.officer).post(
            desk(draft.number, "edit/"), filled(chair, budget_amount="much", summary_uk="Нове")
        )

        page = text_of(response, 422)
        assert 'value="much"' in page
        assert "Нове" in page
        assert 'value="2027-02-10"' in page
        draft.refresh_from_db()
        assert draft.budget_amount is None

    def test_by_a_refusal_of_the_verb(self, client_of):
        draft, _estonia = tenders.blank_draft(), people.country("EE")

        response = client_of(draft.officer).post(
            desk(draft.number, "edit/"), filled(people.chair("GB"), budget_amount="0", title_en="Kept")
        )

        page = text_of(response, 422)
        assert "The budget is more than zero." in page
        assert 'value="Kept"' in page

    def test_in_a_refused_extension(self, client_of):
        tender = tenders.published_tender()
        data = {"deadline_date": "2026-01-01", "deadline_time": "12:00:00", "reason": "Storm over the sea."}

        page = text_of(client_of(tender.officer).post(desk(tender.number, "extend/"), data), 422)

        assert "The new deadline is not later than the one in force." in page
        assert "Storm over the sea." in page

    def test_in_a_refused_decision(self, client_of):
        approval = tenders.requested_tender()
        chair = client_of(approval.tender.second_approver)

        page = text_of(chair.post(f"/admin/tenders/approvals/{approval.pk}/", {"decision": "reject", "note": " "}), 422)
        assert "Say what has to change" in page
        long = "x" * 1001
        page = text_of(
            chair.post(f"/admin/tenders/approvals/{approval.pk}/", {"decision": "reject", "note": long}), 422
        )
        assert long in page

    def test_in_a_refused_cancellation_and_a_refused_beginning(self, client_of):
        tender = tenders.published_tender()
        officer = client_of(tender.officer)

        assert "This field is required" in text_of(officer.post(desk(tender.number, "cancel/"), {}), 422)
        page = text_of(officer.post("/admin/tenders/new/", {"title_suffix": "2027-IX"}), 422)
        assert 'value="2027-IX"' in page

    def test_when_somebody_was_faster(self, client_of):
        approval = tenders.requested_tender()
        chair, path = client_of(approval.tender.second_approver), f"/admin/tenders/approvals/{approval.pk}/"
        chair.post(path, {"decision": "approve"})

        page = text_of(chair.post(path, {"decision": "reject", "note": "Not yet."}), 422)

        assert "This request is decided already." in page
        assert "Not yet." in page

    def test_a_request_that_is_not_ready_says_what_is_missing(self, client_of):
        draft = tenders.blank_draft()

        response = client_of(draft.officer).post(desk(draft.number, "request/"), follow=True)

        assert "Set the deadline. Name a mailbox for bidders." in text_of(response)

    def test_a_request_that_is_gone_says_so(self, client_of):
        approval = tenders.requested_tender()
        officer, path = client_of(approval.tender.officer), f"/admin/tenders/approvals/{approval.pk}/take-back/"
        officer.post(path)

        assert "This request is decided already." in text_of(officer.post(path, follow=True))


def test_a_new_series_is_named_with_the_tender(client_of):
    titles = {"series_title_en": "Third series 2026", "series_title_uk": "Третя серія 2026"}

    client_of(people.officer("LV")).post("/admin/tenders/new/", {"template_code": "advanced_fpv"} | titles)

    assert Tender.objects.get().series == Series.objects.get(slug="third-series-2026")


class TestPreview:
    def test_it_is_the_page_that_the_public_will_see(self, client_of, monkeypatch):
        approval = tenders.requested_tender()
        tender, officer = approval.tender, client_of(approval.tender.officer)
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now)
        before = text_of(officer.get(desk(tender.number, "preview/")))
        client_of(tender.second_approver).post(f"/admin/tenders/approvals/{approval.pk}/", {"decision": "approve"})

        after = text_of(Client().get(f"/tenders/{tender.number}/"))

        notice = before[before.index('<div class="notice warn no-print">') : before.index('<div class="row"><h1>')]
        assert "Preview: nobody else sees this page" in notice
        assert main_of(before.replace(notice, "")) == main_of(after)

    def test_it_saves_nothing(self, client_of):
        draft = tenders.blank_draft()

        text_of(client_of(draft.officer).get(desk(draft.number, "preview/")))

        draft.refresh_from_db()
        assert (draft.state, draft.published_at) == ("DRAFT", None)

    def test_what_is_published_has_its_own_page(self, client_of):
        tender = tenders.published_tender()

        response = client_of(tender.officer).get(desk(tender.number, "preview/"))

        assert response.url == f"/tenders/{tender.number}/"


def main_of(page):
    return page[page.index("<main") : page.index("</main>")].split()


PAGES = ["", "edit/", "preview/", "extend/", "cancel/"]
POSTS = ["request/", "edit/", "extend/", "cancel/"]
PEOPLE = {
    "its officer": lambda tender: tender.officer,
    "officer of another country": lambda tender: people.officer("EE"),
    "its chair": lambda tender: tender.second_approver,
    "reviewer": lambda tender: people.reviewer("LV"),
    "auditor": lambda tender: people.staff(Role.AUDITOR),
    "company": lambda tender: companies.owner_of(companies.company()),
}
# Status of each page in the order of PAGES.
OF_DRAFT = {
    "its officer": [200, 200, 200, 403, 403],
    "officer of another country": [404, 404, 404, 404, 404],
    "its chair": [200, 403, 200, 403, 403],
    "reviewer": [404, 404, 404, 404, 404],
    "auditor": [200, 403, 200, 403, 403],
    "company": [404, 404, 404, 404, 404],
}
OF_PUBLISHED = {
    "its officer": [200, 403, 302, 200, 200],
    "officer of another country": [200, 403, 302, 403, 403],
    "its chair": [200, 403, 302, 403, 200],
    "reviewer": [200, 403, 302, 403, 403],
    "auditor": [200, 403, 302, 403, 403],
    "company": [404, 404, 404, 404, 404],
}


@pytest.mark.parametrize(
    ("make", "expected"), [(tenders.draft_tender, OF_DRAFT), (tenders.published_tender, OF_PUBLISHED)]
)
@pytest.mark.parametrize("kind", PEOPLE)
def test_who_reaches_which_page(client_of, make, expected, kind):
    tender = make()
    browser = client_of(PEOPLE[kind](tender))

    assert [browser.get(desk(tender.number, page)).status_code for page in PAGES] == expected[kind]


@pytest.mark.parametrize("kind", sorted(set(PEOPLE) - {"its officer"}))
@pytest.mark.parametrize("act", POSTS)
def test_nobody_else_changes_a_draft(client_of, kind, act):
    draft = tenders.draft_tender()
    before = Tender.objects.values().get()

    response = client_of(PEOPLE[kind](draft)).post(desk(draft.number, act), filled(people.chair("EE"), reason="x"))

    assert response.status_code in (403, 404)
    assert Tender.objects.values().get() == before


@pytest.mark.parametrize("kind", sorted(set(PEOPLE) - {"its chair"}))
def test_nobody_but_the_chair_decides(client_of, kind):
    approval = tenders.requested_tender()
    browser = client_of(PEOPLE[kind](approval.tender))

    response = browser.post(f"/admin/tenders/approvals/{approval.pk}/", {"decision": "approve"})

    assert response.status_code in (403, 404)
    approval.refresh_from_db()
    assert approval.outcome == ""


@pytest.mark.parametrize("path", ["/admin/tenders/", "/admin/tenders/new/", "/admin/tenders/IDC-2026-0001/"])
def test_a_visitor_is_sent_to_sign_in_and_back(path):
    response = Client().get(path)

    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={path}")


@pytest.mark.parametrize("find", [lambda: people.chair("GB"), lambda: people.reviewer("LV")])
def test_only_officers_begin_a_tender(client_of, find):
    assert client_of(find()).get("/admin/tenders/new/").status_code == 403


def test_tenders_stand_by_stage(client_of, database_clock):
    sealed = CutOff(database_clock).tender
    officer, chair = sealed.officer, sealed.second_approver
    draft = tenders.blank_draft(officer=officer)
    awaiting = tenders.requested_tender(officer=officer, approver=chair).tender
    opened = tenders.published_tender(officer=officer, approver=chair)
    ended = tenders.published_tender(officer=officer, approver=chair)
    cancel(tender=ended, reason="No budget.", by=officer, now=clock.now())

    groups = client_of(officer).get("/admin/tenders/").context["groups"]

    assert [(group.code, [tender for tender, _word in group.lines]) for group in groups] == [
        ("awaiting", [awaiting]),
        ("draft", [draft]),
        ("open", [opened]),
        ("sealed", [sealed]),
        ("ended", [ended]),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_of_the_list_do_not_grow(client_of, django_assert_num_queries, count):
    officer = people.officer("LV")
    for _one in range(count):
        tenders.blank_draft(officer=officer)
    browser = client_of(officer)

    with django_assert_num_queries(8):
        browser.get("/admin/tenders/")


def test_a_deadline_that_has_passed_moves_only_for_an_incident(client_of, database_clock):
    tender = CutOff(database_clock).tender

    page = text_of(client_of(tender.officer).get(desk(tender.number, "extend/")))

    assert "It may still move for an incident that you state as the reason." in page


def test_the_history_shows_every_request(client_of):
    tender = tenders.extended_tender(tenders.published_tender(), tenders.in_days(20))
    request_extension(
        tender=tender, closes_at=tenders.in_days(30), reason="Strike.", by=tender.officer, now=clock.now()
    )

    history = client_of(tender.officer).get(desk(tender.number)).context["history"]

    assert [(line["approval"].kind, line["approval"].outcome) for line in history] == [
        ("EXTEND", ""),
        ("EXTEND", "APPROVED"),
        ("PUBLISH", "APPROVED"),
    ]


def test_query_strings_change_nothing(client_of):
    """The desk has no filters by field, so none can be used to ask about hidden values."""
    tender = tenders.published_tender()
    browser = client_of(people.reviewer("LV"))
    plain = browser.get("/admin/tenders/").context["groups"]

    for query in ("budget_amount__gte=1", "officer__password__startswith=a", "o=-budget_amount", "q=secret"):
        assert browser.get(f"/admin/tenders/?{query}").context["groups"] == plain
    assert tender in [one for one, _word in plain[0].lines]
