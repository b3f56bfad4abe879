"""Sixty bidders may sit behind one address: submitting is limited by company, and by nobody while the cache is away."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from coalition_portal.identity import sign_in_limits
from manufacturers.models import CompanyRole, Person
from tenders.api import throttling
from tenders.proposals import submit_limit
from tenders.proposals.models import Receipt
from tests.factories import companies
from tests.factories.keys import token_of
from tests.factories.proposals import staged_bundle
from tests.factories.sessions import signed_in
from tests.factories.tenders import in_days, published_tender
from tests.services.redis import free_port
from tests.tenders.api.asking import Robot

ADDRESS = "198.51.100.7"


@pytest.fixture(autouse=True)
def fresh_counts(monkeypatch):
    cache.clear()
    monkeypatch.setattr(submit_limit, "_silent_until", float("-inf"))
    monkeypatch.setattr(sign_in_limits, "_silent_until", float("-inf"))
    # Whatever an address may ask is used up.
    monkeypatch.setattr(throttling, "ANONYMOUS", throttling.Limit("anon", quota=0, window_seconds=600))


@pytest.fixture
def bundles(db):
    tender = published_tender(closes_at=in_days(14))
    return [staged_bundle(tender=tender) for _number in range(3)]


@pytest.fixture
def no_redis(settings):
    backend = "coalition_portal.identity.sign_in_limits.SignInLimitsCache"
    place = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": backend, "LOCATION": place}}


def by_page(person, bundle, address=ADDRESS):
    browser = signed_in(person)
    place = reverse("proposal-submit", args=[bundle.proposal.public_id])
    return browser.post(place, {"sha256": bundle.sha256}, REMOTE_ADDR=address).status_code


def by_program(person, bundle, address=ADDRESS):
    robot = Robot(Client(REMOTE_ADDR=address), token_of(person))
    asked = {"version": bundle.version, "sha256": bundle.sha256}
    return robot.ask(
        "POST", f"proposals/{bundle.proposal.public_id}/submit", asked, Idempotency_Key=address
    ).status_code


RECEIVED = {by_page: 302, by_program: 201}


@pytest.mark.parametrize("submit", RECEIVED)
def test_many_companies_submit_from_one_address(bundles, monkeypatch, submit):
    monkeypatch.setattr(submit_limit, "MOST", 1)

    told = [submit(bundle.staged_by, bundle) for bundle in bundles]

    assert (told, Receipt.objects.count()) == ([RECEIVED[submit]] * 3, 3)


@pytest.mark.parametrize("submit", RECEIVED)
def test_company_has_one_limit_from_all_addresses(bundles, monkeypatch, submit):
    monkeypatch.setattr(submit_limit, "MOST", 1)
    bundle = bundles[0]
    colleague = companies.person_of(bundle.proposal.company, CompanyRole.SIGNATORY)

    told = [submit(bundle.staged_by, bundle), submit(colleague, bundle, "203.0.113.9")]

    assert told == [RECEIVED[submit], 429]


@pytest.mark.parametrize("submit", RECEIVED)
@pytest.mark.parametrize("role", [CompanyRole.VIEWER, CompanyRole.EDITOR])
def test_who_may_not_submit_uses_up_nothing_of_the_company(bundles, monkeypatch, submit, role):
    monkeypatch.setattr(submit_limit, "MOST", 1)
    bundle = bundles[0]
    colleague = companies.person_of(bundle.proposal.company, role)

    told = [by_page(colleague, bundle), by_page(colleague, bundle), submit(bundle.staged_by, bundle)]

    assert told == [403, 403, RECEIVED[submit]]


def test_programs_of_those_who_may_not_submit_have_the_limit_of_their_key(bundles, monkeypatch):
    monkeypatch.setattr(throttling, "KEY", throttling.Limit("key", quota=1, window_seconds=600))
    colleague = companies.person_of(bundles[0].proposal.company, CompanyRole.SIGNATORY)
    robot = Robot(Client(), token_of(colleague))
    Person.objects.filter(user=colleague).update(role=CompanyRole.VIEWER)
    path, asked = f"proposals/{bundles[0].proposal.public_id}/submit", {"version": 1, "sha256": bundles[0].sha256}

    told = [robot.ask("POST", path, asked, Idempotency_Key=key).status_code for key in ("one", "two")]

    assert told == [403, 429]


@pytest.mark.parametrize("submit", RECEIVED)
def test_nobody_is_limited_while_redis_is_away(no_redis, bundles, monkeypatch, submit):
    monkeypatch.setattr(submit_limit, "MOST", 0)

    assert [submit(bundle.staged_by, bundle) for bundle in bundles] == [RECEIVED[submit]] * 3
