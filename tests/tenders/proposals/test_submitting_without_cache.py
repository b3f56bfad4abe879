"""Redis is down on the day of the deadline: whoever is signed in says again who they are, and submits."""

import re

import pytest
from django.urls import reverse

from coalition_portal.identity import sign_in_limits
from tenders.proposals import submit_limit
from tenders.proposals.models import Receipt
from tests.factories import companies, people
from tests.factories.proposals import staged_bundle
from tests.factories.sessions import signed_in

pytestmark = pytest.mark.django_db

HOURS_AGO = 7200


@pytest.fixture
def dead_cache(settings, monkeypatch):
    """A cache in Redis that nobody answers for; what this test finds out about it is forgotten with it."""
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "coalition_portal.identity.sign_in_limits.SignInLimitsCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"serializer": "coalition_portal.cache.JsonSerializer", "retry": None},
        }
    }
    for place in (submit_limit, sign_in_limits):
        monkeypatch.setattr(place, "_silent_until", float("-inf"))


def test_from_the_question_who_it_is_to_the_receipt(dead_cache):
    bundle = staged_bundle()
    owner = companies.owner_of(bundle.proposal.company)
    owner.set_password(people.PASSWORD)
    owner.save()
    browser = signed_in(owner, seconds_ago=HOURS_AGO)
    path = reverse("proposal-submit", args=[bundle.proposal.public_id])

    question = browser.get(path, follow=True)
    page = browser.post(question.request["PATH_INFO"], {"password": people.PASSWORD, "next": path}, follow=True)
    fields = dict(re.findall(r'name="(sha256|ticket)" value="([^"]+)"', page.content.decode()))
    sent = browser.post(path, fields)

    assert question.request["PATH_INFO"] == reverse("account_reauthenticate")
    assert sent.url == reverse("proposal-receipt", args=[bundle.proposal.public_id, 1])
    assert Receipt.objects.get().bundle == bundle
