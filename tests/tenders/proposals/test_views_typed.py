"""Without a script: what was typed when the session had ended comes back, and is saved after signing in again."""

import re

import pytest
from django.test import Client

from tenders.proposals.models import Answer
from tests.factories import companies
from tests.factories.proposals import draft_proposal
from tests.factories.sessions import signed_in
from tests.tenders.proposals.pages import url_of

pytestmark = pytest.mark.django_db
SIGNED_OUT = "You were signed out before this arrived."
ANEW = "You have signed in anew since that page was loaded."


@pytest.fixture
def draft(open_tender):
    return draft_proposal(tender=open_tender)


@pytest.fixture
def browser(draft):
    """A browser that sends forms as it got them, with the token against forgery."""
    return Client(enforce_csrf_checks=True)


def fields_of(page):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def enter(browser, draft):
    """Sign in as the form does: a session, and a new token."""
    browser.cookies.update(signed_in(companies.owner_of(draft.company)).cookies)
    browser.cookies.pop("portal_csrf", None)
    browser.get(url_of("proposal-answers", draft))


def test_what_was_typed_is_saved_after_signing_in_again(browser, draft):
    path, code = url_of("proposal-answers", draft), draft.tender.requirements.get(title_en="Ceiling").code
    enter(browser, draft)
    form = fields_of(browser.get(path).content.decode()) | {code: "4321", "stay": "yes"}
    del browser.cookies["portal_session"]

    lost = browser.post(path, form)
    enter(browser, draft)
    old = browser.post(path, fields_of(lost.content.decode()))
    assert not Answer.objects.exists()
    saved = browser.post(path, fields_of(old.content.decode()))

    assert (lost.status_code, old.status_code, saved.status_code) == (403, 403, 302)
    assert (SIGNED_OUT in lost.content.decode(), ANEW in old.content.decode()) == (True, True)
    assert f"<dt>{code}</dt><dd>4321</dd>" in lost.content.decode()
    assert lost["Cache-Control"] == "no-store, private"
    assert Answer.objects.get().requirement.code == code


def test_the_offer_comes_back_as_well(client, draft):
    page = client.post(url_of("proposal-offer", draft), {"delivery_place": "Example <town>"}).content.decode()

    assert SIGNED_OUT in page
    assert "Example &lt;town&gt;" in page


def test_who_typed_nothing_is_led_to_sign_in(client, draft):
    path = url_of("proposal-answers", draft)
    saved = {"seen": '{"A": "1", "T-x": "x"}', "revision": "3", "stay": "1", "A": "1", "T": "x", "B": ""}

    posted = [client.post(path), client.post(path, saved)]

    assert [response.url for response in posted] == [f"/accounts/login/?next={path}"] * 2
    assert client.post(path, saved | {"A": ""}).status_code == 403


def test_other_forgeries_are_refused_as_ever(browser, draft):
    enter(browser, draft)
    path = url_of("proposal-answers", draft)

    without = browser.post(path, {"anything": "typed"})
    elsewhere = browser.post(url_of("proposal-withdraw", draft), {"csrfmiddlewaretoken": "x" * 64})
    foreign = browser.post(path, {"csrfmiddlewaretoken": "x" * 64, "a": "b"}, headers={"Origin": "https://evil.test"})

    for response in (without, elsewhere, foreign):
        assert response.status_code == 403
        assert "Save what I typed" not in response.content.decode()
