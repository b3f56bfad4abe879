import re

import pytest
from django.test import Client
from django.urls import reverse

from coalition_portal.identity.roles import Role
from manufacturers import vetting
from manufacturers.declarations import DECLARATIONS
from manufacturers.models import Company, CompanyRole, DroneModel, Person, Undertaking
from tests.factories import companies, people

pytestmark = pytest.mark.django_db

GOOD = {
    "legal_name": "Vyhadka Aero LLC",
    "original_name": "ТОВ «Вигадка Аеро»",
    "country": "UA",
    "register_scheme": "UA-EDR",
    "register_number": "99 000 011",
    "declarations": list(DECLARATIONS),
}
PERSON_PAGES = ("company-person-role", "company-person-remove")
PAGES = ("company", "company-edit", "company-people", "undertaking", "company-model-add", *PERSON_PAGES)
COMPANY = "/company/"


@pytest.fixture
def company():
    return companies.company(name="Vyhadka Aero LLC")


@pytest.fixture
def owner(company):
    return companies.owner_of(company)


def url_of(name, person=None):
    return reverse(name, args=[person.public_id] if name in PERSON_PAGES else [])


def text_of(answer):
    return " ".join(answer.content.decode().split())


def outcome(answer):
    """Status, and where it leads."""
    return (answer.status_code, answer.headers.get("Location"))


# Who gets where


@pytest.mark.parametrize("name", [*PAGES, "company-register"])
def test_visitors_are_sent_to_sign_in_and_come_back(name, owner):
    url = url_of(name, owner)

    assert outcome(Client().get(url)) == (302, f"/accounts/login/?next={url}")
    assert outcome(Client().post(url)) == ((405, None) if url == COMPANY else (302, f"/accounts/login/?next={url}"))


@pytest.mark.parametrize("name", PAGES)
def test_people_without_a_company_are_led_to_register_it_and_come_back(name, owner, client_of):
    url = url_of(name, owner)
    browser = client_of(companies.verified_user())

    led_to = (302, f"/company/register/?next={url.replace('/', '%2F')}")
    assert outcome(browser.get(url)) == led_to
    assert outcome(browser.post(url)) == ((405, None) if url == COMPANY else led_to)


@pytest.mark.parametrize("name", [*PAGES, "company-register"])
@pytest.mark.parametrize("role", list(Role))
def test_staff_find_nothing_here(name, role, owner, client_of):
    browser = client_of(people.staff(role, "UA"))
    url = url_of(name, owner)

    assert [browser.get(url).status_code, browser.post(url).status_code] == [404, 405 if url == COMPANY else 404]


READS = {
    #                        viewer editor signatory owner
    "company": (200, 200, 200, 200),
    "company-edit": (403, 403, 403, 200),
    "company-people": (200, 200, 200, 200),
    "undertaking": (200, 200, 200, 200),
    "company-model-add": (403, 200, 200, 200),
    "company-person-role": (403, 403, 403, 200),
    "company-person-remove": (403, 403, 403, 200),
    "company-register": (302, 302, 302, 302),
}
WRITES = {
    "company": (405, 405, 405, 405),
    "company-edit": (403, 403, 403, 200),
    "company-people": (403, 403, 403, 200),
    "undertaking": (403, 403, 302, 302),
    "company-model-add": (403, 200, 200, 200),
    "company-person-role": (403, 403, 403, 200),
    "company-person-remove": (403, 403, 403, 302),
    "company-register": (302, 302, 302, 302),
}


@pytest.mark.parametrize(("method", "table"), [("get", READS), ("post", WRITES)])
def test_what_each_role_may_open_and_send(method, table, company, client_of):
    browsers = [client_of(companies.person_of(company, role)) for role in CompanyRole.values]
    found = {}
    for name in table:
        urls = [url_of(name, companies.person_of(company)) for _browser in browsers]
        found[name] = tuple(
            getattr(browser, method)(url).status_code for browser, url in zip(browsers, urls, strict=True)
        )

    assert found == table


@pytest.mark.parametrize("name", PERSON_PAGES)
def test_people_of_another_company_do_not_exist(name, owner, client_of):
    stranger = companies.owner_of(companies.company())
    browser = client_of(owner)
    url, unknown = url_of(name, stranger), f"/company/people/{'a' * 26}/{name.rsplit('-')[-1]}/"

    answers = [browser.get(url), browser.post(url, {"role": "VIEWER"}), browser.get(unknown), browser.post(unknown)]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert Person.objects.get(user=stranger).role == CompanyRole.OWNER


def test_pages_are_kept_in_no_cache(owner, client_of):
    browser = client_of(owner)

    kept = {browser.get(url_of(name, owner)).headers["Cache-Control"] for name in PAGES}

    assert kept == {"no-store, private"}


# Registering


def test_register_leads_to_the_company_page(client_of):
    user = companies.verified_user()
    browser = client_of(user)
    assert browser.get("/company/register/").status_code == 200

    answer = browser.post("/company/register/", GOOD)

    assert outcome(answer) == (302, COMPANY)
    assert Person.objects.get(user=user).company.register_number == "99000011"
    assert "Vyhadka Aero LLC is registered." in text_of(browser.get(COMPANY))


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/tenders/IDC-2026-0001/", "/tenders/IDC-2026-0001/"),
        ("https://example.test/", COMPANY),
        ("//example.test", COMPANY),
        ("tenders", COMPANY),
        ("a\0b", COMPANY),
    ],
)
def test_register_leads_back_to_where_the_person_wanted_to_go_on_this_portal(wanted, led_to, client_of):
    browser = client_of(companies.verified_user())
    page = text_of(browser.get("/company/register/", {"next": wanted}))

    assert (f'name="next" value="{wanted}"' in page) is (wanted == led_to)
    assert outcome(browser.post("/company/register/", GOOD | {"next": wanted})) == (302, led_to)


def test_register_keeps_every_word_of_a_refused_form(client_of):
    typed = GOOD | {"register_number": "99 000 012", "declarations": ["truth"], "next": "/tenders/X/"}

    page = text_of(client_of(companies.verified_user()).post("/company/register/", typed))

    assert "2 things need mending before this can go on" in page
    assert '<a href="#id_register_number">Number in the register: We got 99 000 012. Its check digit' in page
    for typed_word in ("Vyhadka Aero LLC", "ТОВ «Вигадка Аеро»", "99 000 012"):
        assert f'value="{typed_word}"' in page
    assert '<option value="UA" selected>' in page
    assert '<option value="UA-EDR" selected' in page
    assert re.findall(r'value="(\w+)"[^>]* checked', page) == ["truth"]
    assert 'name="next" value="/tenders/X/"' in page
    assert not Company.objects.exists()


def test_register_shows_what_only_the_verb_can_refuse(client_of):
    companies.company(register_number="99000011", register_scheme="UA-EDR")

    page = text_of(client_of(companies.verified_user()).post("/company/register/", GOOD))

    assert "We could not register a company with this number." in page
    assert 'value="99 000 011"' in page


def test_register_works_without_scripts(client_of):
    """Every hint that a script would show beside the number is on the page itself."""
    page = text_of(client_of(companies.verified_user()).get("/company/register/"))

    assert "<dt>Ukraine: Unified State Register (EDR)</dt>" in page
    assert "onclick" not in page
    assert "<style" not in page
    assert ' style="' not in page


def test_register_leads_on_who_has_a_company(owner, client_of):
    answer = client_of(owner).get("/company/register/", {"next": "/tenders/X/"})

    assert outcome(answer) == (302, "/tenders/X/")


# The company page


def test_company_page_asks_for_the_click_and_then_says_ready(company, owner, client_of):
    browser = client_of(owner)
    before = text_of(browser.get(COMPANY))

    accepted = browser.post("/company/undertaking/")
    after = text_of(browser.get(COMPANY))

    assert outcome(accepted) == (302, COMPANY)
    assert "One click is missing" in before
    assert "Accept for the company" in before
    assert "Ready to bid" in after
    assert '<a class="button" href="/">See the tenders</a>' in after
    assert "See the tenders" not in before
    assert "Accept for the company" not in after
    assert Undertaking.objects.get().accepted_by == owner


def test_company_page_says_plainly_that_an_officer_decides(client_of):
    outside = companies.company(country="BR", undertaking=True)

    page = text_of(client_of(companies.owner_of(outside)).get(COMPANY))

    assert "An officer decides" in page
    assert "an officer of the tender decides before the deadline" in page
    assert "Ready to bid" not in page


def test_company_page_shows_the_reason_of_the_delegation_to_the_company(company, owner, client_of, fixed_now):
    vetting.submit_evidence(company=company, by=owner, now=fixed_now)
    vetting.return_(company=company, reason="The extract is <old>.", by=people.officer("UA"), now=fixed_now)

    page = text_of(client_of(owner).get(COMPANY))

    assert "Returned with reasons" in page
    assert "The extract is &lt;old&gt;." in page


def test_company_page_offers_changes_only_where_they_are_possible(company, owner, client_of):
    browser = client_of(owner)
    offered = []
    for state in ("REGISTERED", "VERIFIED", "RETURNED"):
        Company.objects.filter(pk=company.pk).update(state=state)
        offered.append("Change the facts" in text_of(browser.get(COMPANY)))

    assert offered == [True, False, True]


def test_viewer_is_told_whom_to_ask_for_the_undertaking(company, client_of):
    page = text_of(client_of(companies.person_of(company, CompanyRole.VIEWER)).get(COMPANY))

    assert "a signatory or an owner accepts it" in page
    assert "Accept for the company" not in page
    assert "Add a drone model" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_company_page_makes_the_same_queries_for_any_number_of_rows(
    rows, company, owner, client_of, django_assert_num_queries
):
    for _row in range(rows):
        companies.person_of(company)
        companies.drone_model(company)
    browser = client_of(owner)

    # session, user, place with company, undertaking, models, people
    with django_assert_num_queries(6):
        browser.get(COMPANY)


# Changing


def test_edit_shows_what_stands_and_saves_what_is_typed(company, owner, client_of):
    browser = client_of(owner)
    page = text_of(browser.get("/company/edit/"))
    assert 'value="Vyhadka Aero LLC"' in page

    answer = browser.post("/company/edit/", GOOD | {"original_name": "Інша"})

    assert outcome(answer) == (302, COMPANY)
    assert Company.objects.get().original_name == "Інша"


def test_edit_shows_a_refusal_on_top_and_keeps_the_words(company, owner, client_of):
    Company.objects.filter(pk=company.pk).update(state="VERIFIED")

    page = text_of(client_of(owner).post("/company/edit/", GOOD | {"original_name": "Інша"}))

    assert "The delegation relies on these facts (Verified), so they stay." in page
    assert 'value="Інша"' in page
    assert Company.objects.get().original_name == ""


# People


def test_owner_adds_a_person(company, owner, client_of):
    user = companies.verified_user()

    answer = client_of(owner).post("/company/people/", {"email": user.email, "role": "SIGNATORY"})

    assert outcome(answer) == (302, "/company/people/")
    assert Person.objects.get(user=user).role == CompanyRole.SIGNATORY


def test_refused_person_keeps_the_address_and_the_role(owner, client_of):
    page = text_of(client_of(owner).post("/company/people/", {"email": "nobody@example.test", "role": "OWNER"}))

    assert "We could not add this address." in page
    assert 'action="/company/people/#add"' in page
    assert 'value="nobody@example.test"' in page
    assert re.findall(r'value="(\w+)"[^>]* checked', page) == ["OWNER"]


def test_owner_changes_a_role_after_a_look_at_it(company, owner, client_of):
    user = companies.person_of(company, CompanyRole.EDITOR)
    url, browser = url_of("company-person-role", user), client_of(owner)
    page = text_of(browser.get(url))
    assert "The role now: Editor." in page
    assert Person.objects.get(user=user).role == CompanyRole.EDITOR

    answer = browser.post(url, {"role": "OWNER"})

    assert outcome(answer) == (302, "/company/people/")
    assert Person.objects.get(user=user).role == CompanyRole.OWNER


def test_owner_removes_a_person_after_a_confirmation(company, owner, client_of):
    user = companies.person_of(company)
    url, browser = url_of("company-person-remove", user), client_of(owner)
    assert f"Remove {user} from the company?" in text_of(browser.get(url))
    assert Person.objects.filter(user=user).exists()

    answer = browser.post(url)

    assert outcome(answer) == (302, "/company/people/")
    assert not Person.objects.filter(user=user).exists()


def test_person_leaves_and_sees_nothing_more(company, client_of):
    user = companies.person_of(company, CompanyRole.VIEWER)
    browser = client_of(user)
    assert "Leave the company" in text_of(browser.get("/company/people/"))
    assert "Leave Vyhadka Aero LLC?" in text_of(browser.get(url_of("company-person-remove", user)))

    answer = browser.post(url_of("company-person-remove", user))

    assert outcome(answer) == (302, "/")
    assert outcome(browser.get(COMPANY)) == (302, "/company/register/?next=%2Fcompany%2F")


@pytest.mark.parametrize(("name", "data"), [("company-person-role", {"role": "VIEWER"}), ("company-person-remove", {})])
def test_last_owner_is_told_why_they_stay(name, data, owner, client_of):
    answer = client_of(owner).post(url_of(name, owner), data)

    assert answer.status_code == 200
    assert "This is the only owner, and a company needs one." in text_of(answer)
    assert Person.objects.get(user=owner).role == CompanyRole.OWNER


@pytest.mark.parametrize("rows", [1, 3])
def test_people_page_makes_the_same_queries_for_any_number_of_rows(
    rows, company, owner, client_of, django_assert_num_queries
):
    for _row in range(rows):
        companies.person_of(company)
    browser = client_of(owner)

    # session, user, place with company, people
    with django_assert_num_queries(4):
        browser.get("/company/people/")


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("company-edit", 4),
        ("company-person-role", 5),
        ("company-person-remove", 4),
        ("undertaking", 4),
        ("company-model-add", 4),
    ],
)
def test_other_pages_make_few_queries(name, queries, owner, client_of, django_assert_num_queries):
    browser = client_of(owner)

    with django_assert_num_queries(queries):
        browser.get(url_of(name, owner))


def test_registration_page_makes_few_queries(client_of, django_assert_num_queries):
    browser = client_of(companies.verified_user())

    # session, user, place, staff roles
    with django_assert_num_queries(4):
        browser.get("/company/register/")


# Undertaking and drone models


def test_undertaking_page_shows_the_text_before_and_after(company, owner, client_of):
    browser = client_of(owner)
    before = text_of(browser.get("/company/undertaking/", {"next": "/tenders/X/"}))

    answer = browser.post("/company/undertaking/", {"next": "/tenders/X/"})
    after = text_of(browser.get("/company/undertaking/"))

    assert 'name="next" value="/tenders/X/"' in before
    assert outcome(answer) == (302, "/tenders/X/")
    assert "not to publish them and not to pass them on to anybody else" in before
    assert "not to publish them and not to pass them on to anybody else" in after
    assert f"by {owner}, wording 1." in after


def test_editor_adds_a_drone_model_and_goes_back(company, client_of):
    browser = client_of(companies.person_of(company))

    answer = browser.post("/company/models/add/", {"name": "ChA-10", "kind": "FPV", "next": "/tenders/X/"})

    assert outcome(answer) == (302, "/tenders/X/")
    assert list(DroneModel.objects.values_list("company", "name", "kind")) == [(company.pk, "ChA-10", "FPV")]
    assert "ChA-10" in text_of(browser.get(COMPANY))


def test_refused_model_keeps_its_name(company, owner, client_of):
    companies.drone_model(company, name="ChA-10")

    page = text_of(client_of(owner).post("/company/models/add/", {"name": "cha-10", "kind": "FPV"}))

    assert "Your company has a model called cha-10 already." in page
    assert 'value="cha-10"' in page


def test_odd_names_are_shown_as_text(client_of):
    odd = companies.company(name="<script>alert(1)</script> & Co", original_name="'\"><b>")
    companies.drone_model(odd, name="<i>model</i>")

    page = text_of(client_of(companies.owner_of(odd)).get(COMPANY))

    assert [part for part in ("<script>alert", "<b>\n", "<i>model") if part in page] == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in page


# After signing in


@pytest.mark.parametrize(
    ("who", "landing"),
    [
        (lambda: companies.verified_user(password=people.PASSWORD), "/company/register/"),
        (
            lambda: companies.owner_of(companies.company(by=companies.verified_user(password=people.PASSWORD))),
            "/proposals/",
        ),
        (lambda: people.reviewer(user=companies.verified_user(password=people.PASSWORD)), "/admin/"),
    ],
    ids=["nobody yet", "company", "staff"],
)
def test_signing_in_leads_everybody_to_their_own_place(who, landing):
    user = who()

    answer = Client().post("/accounts/login/", {"login": user.email, "password": people.PASSWORD}, follow=True)

    assert (answer.redirect_chain[-1][0], answer.status_code) == (landing, 200)
