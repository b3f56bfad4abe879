"""A manufacturer who was never here before, from the tender's page to the receipt, in a real browser."""

import re

import pytest
from django.urls import resolve

from tests.browser.bidding import submit_a_proposal
from tests.factories.tenders import published_tender

SCREENS_MAX = 9
RECEIVED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture
def tender(transactional_db):
    return published_tender()


def test_from_sign_up_to_the_receipt_in_nine_screens(walk, tender):
    person = walk()

    receipt = submit_a_proposal(person, tender)

    assert RECEIVED.search(receipt)
    names = [resolve(path).view_name for path in [*person.screens, person.path]]
    assert names == [
        "account_signup",
        "account_email_verification_sent",
        "company-register",
        "tender",
        "proposal-answers",
        "proposal-offer",
        "proposal-documents",
        "proposal-submit",
        "proposal-receipt",
    ]
    assert len(names) <= SCREENS_MAX
    assert set(person.screens) < set(person.seen)


def test_the_same_without_a_script(walk, tender):
    receipt = submit_a_proposal(walk(has_scripts=False), tender)

    assert RECEIVED.search(receipt)


def test_the_same_in_ukrainian_on_a_phone_in_the_dark(walk, tender):
    receipt = submit_a_proposal(walk(language="uk", is_phone=True, scheme="dark"), tender)

    assert RECEIVED.search(receipt)
