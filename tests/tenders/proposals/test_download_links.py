"""Who gets a document from where: the portal's own host, and a host for downloads where one is set."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.core.cache import cache
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.permission import Denied
from tenders.proposals.documents import add_document
from tenders.proposals.download_links import (
    FROM_THE_OTHER_HOST,
    FROM_THE_PORTAL,
    LIVES,
    PURPOSE,
    check_a_person_asks,
    document_named_by,
    link_to,
)
from tests.factories import companies
from tests.factories.keys import token_of as token_of_key
from tests.factories.proposals import draft_proposal, file_of

NOW = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
PORTAL, FILES = "tenders.example.test", "files.example.test"
ENDED = "This link has ended. Open the document again from its page in the portal."
NOT_SHOWN = "Documents are not shown inside other pages. Open the document from its page in the portal."
ONE = timedelta(milliseconds=1)
NO_REDIS = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": "redis://127.0.0.1:1/0",
    "OPTIONS": {},
}


@pytest.fixture
def document(db):
    draft = draft_proposal()
    by, upload = companies.owner_of(draft.company), file_of("pdf", stem="technical-description")
    return add_document(
        proposal=draft, kind_code="technical_description", upload=upload, by=by, now=clock.database_now()
    )


@pytest.fixture
def person(document):
    return companies.owner_of(document.proposal.company)


@pytest.fixture
def web(client_of, person):
    return client_of(person)


@pytest.fixture
def two_hosts(settings):
    cache.clear()
    settings.PORTAL_DOWNLOAD_URL = f"https://{FILES}"
    settings.ALLOWED_HOSTS = [PORTAL, FILES]


@pytest.fixture
def path(document):
    return reverse("proposal-document", args=[document.proposal.public_id, document.public_id])


def token_of(address):
    return address.rstrip("/").rsplit("/", 1)[1]


# Fetch Metadata


VISIT = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize(
    ("headers", "at_the_portal", "at_the_other_host"),
    [
        ({}, True, True),
        ({**VISIT, "Sec-Fetch-Site": "same-origin"}, True, True),
        ({**VISIT, "Sec-Fetch-Site": "none"}, True, True),
        ({**VISIT, "Sec-Fetch-Site": "same-site"}, False, True),
        ({**VISIT, "Sec-Fetch-Site": "cross-site"}, False, True),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, False, False),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, False, False),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, False, False),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, False, False),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object"}, False, False),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, False, False),
    ],
)
def test_only_a_visit_is_answered(headers, at_the_portal, at_the_other_host):
    assert [_is_let_through(headers, sites) for sites in (FROM_THE_PORTAL, FROM_THE_OTHER_HOST)] == [
        at_the_portal,
        at_the_other_host,
    ]


def _is_let_through(headers, sites):
    try:
        check_a_person_asks(headers, sites)
    except Denied:
        return False
    return True


# The link


@pytest.mark.parametrize(
    ("after", "is_good"),
    [(timedelta(0), True), (LIVES - ONE, True), (LIVES, False), (LIVES + ONE, False)],
)
def test_link_lives_a_minute(two_hosts, document, person, after, is_good):
    token = token_of(link_to(document, person=person, now=NOW))

    if is_good:
        assert document_named_by(token, now=NOW + after) == document
    else:
        with pytest.raises(Denied, match="This link has ended"):
            document_named_by(token, now=NOW + after)


def test_link_serves_once(two_hosts, document, person):
    token = token_of(link_to(document, person=person, now=NOW))
    document_named_by(token, now=NOW)

    with pytest.raises(Denied, match="This link has ended"):
        document_named_by(token, now=NOW)


def test_link_of_somebody_who_was_barred_serves_nobody(two_hosts, document, person):
    token = token_of(link_to(document, person=person, now=NOW))
    person.is_active = False
    person.save(update_fields=["is_active"])

    with pytest.raises(Denied):
        document_named_by(token, now=NOW)


def test_signature_for_another_purpose_is_worth_nothing(two_hosts, document, person):
    token = token_of(link_to(document, person=person, now=NOW))
    facts = signing.Signer(salt=PURPOSE).unsign_object(token)
    others = [signing.Signer(salt="another").sign_object(facts), f"{token}x", "x", token.split(":")[0]]

    for other in others:
        with pytest.raises(Denied):
            document_named_by(other, now=NOW)
    assert set(facts) == {"document", "person", "until", "once"}


def test_cache_that_is_down_costs_no_download(two_hosts, settings, document, person):
    settings.CACHES = {"default": NO_REDIS}
    token = token_of(link_to(document, person=person, now=NOW))

    assert document_named_by(token, now=NOW) == document


# The two hosts


def test_without_the_setting_the_portals_own_host_hands_it_over(web, path):
    response = web.get(path)

    assert (response.status_code, response["Content-Disposition"][:11]) == (200, "attachment;")


def test_with_the_setting_the_portal_leads_to_the_other_host(two_hosts, web, document, path):
    response = web.get(path, headers={"host": PORTAL}, secure=True)

    assert (response.status_code, response.url.split("/d/")[0]) == (302, f"https://{FILES}")
    assert response["Cache-Control"] == "no-store, private"
    assert document.public_id not in response.url


def test_the_api_leads_a_browser_there_too_and_gives_a_program_the_file(two_hosts, web, client, document, person):
    path = reverse("api-proposal-document-content", args=[document.proposal.public_id, document.public_id])
    here = {"headers": {"host": PORTAL}, "secure": True}

    browser = web.get(path, **here)
    program = client.get(path, HTTP_AUTHORIZATION=f"Bearer {token_of_key(person)}", **here)

    assert (browser.status_code, browser.url.split("/d/")[0]) == (302, f"https://{FILES}")
    assert browser["Cache-Control"] == "private, no-store"
    assert (program.status_code, program["Content-Disposition"][:11]) == (200, "attachment;")


def test_the_api_shows_a_file_inside_no_page(web, document):
    path = reverse("api-proposal-document-content", args=[document.proposal.public_id, document.public_id])

    response = web.get(path, headers={"Sec-Fetch-Site": "cross-site", **VISIT})

    assert (response.status_code, response.json()["detail"]) == (403, NOT_SHOWN)


def test_the_other_host_hands_it_over_without_session_or_cookie(two_hosts, web, client, path):
    link = web.get(path, headers={"host": PORTAL}, secure=True).url

    response = client.get(link.removeprefix(f"https://{FILES}"), headers={"host": FILES}, secure=True)

    assert response.status_code == 200
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert (dict(response.cookies), "Vary" in response.headers) == ({}, False)
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "no-store, private")


def test_a_link_that_ended_says_so_in_words(two_hosts, web, client, path):
    link = web.get(path, headers={"host": PORTAL}, secure=True).url.removeprefix(f"https://{FILES}")
    b"".join(client.get(link, headers={"host": FILES}, secure=True).streaming_content)

    again = client.get(link, headers={"host": FILES}, secure=True)

    assert (again.status_code, again["Content-Type"], again.content.decode()) == (
        403,
        "text/plain; charset=utf-8",
        ENDED,
    )


@pytest.mark.parametrize(
    ("host", "where", "status"),
    [
        (PORTAL, "/d/x:y/", 404),
        (FILES, "/d/x:y/", 403),
        (FILES, "/", 404),
        (FILES, "/tenders/", 404),
        (FILES, "/accounts/login/", 404),
        (FILES, "/admin/", 404),
        (FILES, "/api/v1/", 404),
        (FILES, "/healthz", 404),
        (FILES, "/static/css/portal.css", 404),
        ("elsewhere.example.test", "/", 400),
        (f"{FILES}:8443", "/accounts/login/", 404),
    ],
)
def test_each_host_serves_its_own(two_hosts, web, host, where, status):
    response = web.get(where, headers={"host": host}, secure=True)

    assert response.status_code == status
    assert host == PORTAL or dict(response.cookies) == {}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_the_other_host_only_gives(two_hosts, client, method):
    response = getattr(client, method)("/d/x:y/", headers={"host": FILES}, secure=True)

    assert (response.status_code, response["Allow"], dict(response.cookies)) == (405, "GET, HEAD", {})


def test_another_site_cannot_make_a_browser_fetch_a_document(web, path):
    response = web.get(path, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})

    assert response.status_code == 403
    assert NOT_SHOWN in response.content.decode()


def test_who_may_not_have_it_gets_no_link(two_hosts, client_of, document, path):
    stranger = client_of(companies.owner_of(draft_proposal(tender=document.proposal.tender).company))

    assert stranger.get(path, headers={"host": PORTAL}, secure=True).status_code == 404
