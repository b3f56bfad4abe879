"""What the script of the drafting pages is answered."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from manufacturers.models import CompanyRole
from tenders.notices.queries import deadline_in_force
from tenders.proposals.models import Answer, Presence, Proposal
from tests.factories import companies

pytestmark = pytest.mark.django_db


def _save(web, draft, fields=None, *, task="answers", revision=1, at="", **more):
    """`fields` maps a name to what was typed, or to that and what was seen."""
    pairs = {name: pair if isinstance(pair, tuple) else (pair, "") for name, pair in (fields or {}).items()}
    told = {"task": task, "revision": revision, "at": at} | more
    told["fields"] = {name: {"text": text, "seen": seen} for name, (text, seen) in pairs.items()}
    return web.post(reverse("proposal-save", args=[draft.public_id]), told, content_type="application/json")


def test_what_is_kept_what_is_not_and_when(web, draft, monkeypatch):
    monkeypatch.setattr("coalition_portal.middleware.clock.now", lambda: datetime(2026, 7, 1, 11, 2, 11, tzinfo=UTC))

    response = _save(web, draft, {"FPV-01": "6,5", "FPV-05": "about 1200"})

    assert response.status_code == 200
    assert response.json() == {
        "revision": 2,
        "others": [],
        "values": {"FPV-01": "6.5", "FPV-05": ""},
        "mistakes": {
            "FPV-05": "We got “about 1200”. We need a whole number in m. Type digits only, without words or the unit."
        },
        "clashes": {},
        "saved_at": "14:02:11",
    }


def test_time_is_told_in_the_zone_of_the_reader(web, draft, owner, monkeypatch):
    monkeypatch.setattr("coalition_portal.middleware.clock.now", lambda: datetime(2026, 7, 1, 11, 2, 11, tzinfo=UTC))
    owner.time_zone = "Europe/London"
    owner.save()

    assert _save(web, draft, {"FPV-01": "6.5"}).json()["saved_at"] == "12:02:11"


def test_nothing_kept_is_not_called_saved(web, draft):
    assert "saved_at" not in _save(web, draft, {"FPV-05": "about 1200"}).json()


def test_clash_comes_with_what_is_saved_and_with_all_news(web, client_of, draft, colleague):
    _save(client_of(colleague), draft, {"FPV-01": "6.5", "FPV-03": "20"}, at="FPV-03")

    told = _save(web, draft, {"FPV-01": "7"}, at="FPV-01").json()

    assert told["clashes"] == {"FPV-01": "6.5"}
    assert (told["values"]["FPV-03"], told["revision"]) == ("20", 2)
    assert told["others"] == [{"name": str(colleague), "task": "answers", "field": "FPV-03"}]
    assert "saved_at" not in told


def test_look_without_fields_brings_news_only_when_there_are_any(web, client_of, draft, colleague):
    first = _save(web, draft).json()
    _save(client_of(colleague), draft, {"FPV-01": "6.5"}, at="FPV-01")

    again = _save(web, draft).json()

    assert first == {"revision": 1, "others": []}
    assert (again["revision"], again["values"]["FPV-01"], "saved_at" in again) == (2, "6.5", False)


def test_only_colleagues_see_who_is_there(web, draft, client_of):
    rival = companies.owner_of(companies.company(undertaking=True))
    Presence.objects.create(
        proposal=draft, user=rival, task="answers", field="", seen_at=datetime(2100, 1, 1, tzinfo=UTC)
    )

    assert _save(web, draft).json()["others"] == []


def test_without_a_session_the_way_in_leads_back_to_the_field(draft):
    response = _save(Client(), draft, {"FPV-01": "6.5"}, at="FPV-01")

    page = f"%2Fproposals%2F{draft.public_id}%2Fanswers%2F%23id_FPV-01"
    assert (response.status_code, response.json()) == (401, {"sign_in": f"/accounts/login/?next={page}"})
    assert not Answer.objects.exists()


def test_without_a_session_and_a_page_it_leads_to_the_proposal(client, draft):
    response = client.post(reverse("proposal-save", args=[draft.public_id]))

    assert response.json() == {"sign_in": f"/accounts/login/?next=%2Fproposals%2F{draft.public_id}%2F"}


def test_after_the_deadline_the_sentence_is_told(web, draft, monkeypatch):
    at = deadline_in_force(draft.tender).closes_at
    monkeypatch.setattr("coalition_portal.middleware.clock.now", lambda: at)
    reason = "The deadline has passed, so this draft can be read but no longer changed."

    for fields in ({"FPV-01": "6.5"}, {}):
        response = _save(web, draft, fields)

        assert (response.status_code, response.json()) == (403, {"denied": reason})
    assert not Presence.objects.exists()


def test_viewer_is_told_that_they_read(client_of, draft):
    viewer = client_of(companies.person_of(draft.company, CompanyRole.VIEWER))

    assert _save(viewer, draft, {"FPV-01": "6.5"}).status_code == 403


def test_foreign_and_missing_proposals_look_the_same(client_of, draft):
    stranger = client_of(companies.owner_of(companies.company(undertaking=True)))

    assert [_save(stranger, one, {"FPV-01": "6.5"}).status_code for one in (draft, Proposal(public_id="a" * 26))] == [
        404,
        404,
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"task":"answers","fields":{},"revision":1}',
        b'{"task":["answers"],"fields":{},"revision":1,"at":""}',
        b'{"task":"model","fields":{},"revision":1,"at":""}',
        b'{"task":"answers","fields":{},"revision":"1","at":""}',
        b'{"task":"answers","fields":{},"revision":1,"at":5}',
        b'{"task":"answers","fields":[1],"revision":1,"at":""}',
        b'{"task":"answers","fields":{"FPV-01":"6.5"},"revision":1,"at":""}',
        b'{"task":"answers","fields":{"FPV-01":{"text":6.5,"seen":""}},"revision":1,"at":""}',
        b'{"task":"answers","fields":{"FPV-01":{"text":"a\\u0000","seen":""}},"revision":1,"at":""}',
        b'{"task":"answers","fields":{"FPV-17":{"text":"a\\ud800","seen":""}},"revision":1,"at":""}',
        b'{"task":"answers","fields":{},"revision":1,"at":"\\udfff"}',
        b'{"task":"answers","fields":' + b"[" * 100_000,
        b'{"task":"answers","fields":{},"revision":1,"at":"' + b"x" * 81 + b'"}',
    ],
)
def test_whatever_the_script_does_not_send_is_refused(web, draft, body):
    url = reverse("proposal-save", args=[draft.public_id])

    response = web.post(url, body, content_type="application/json")

    assert (response.status_code, list(response.json())) == (400, ["problem"])


def test_more_than_the_portal_reads_is_refused_in_words(web, draft, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = _save(web, draft, {"FPV-01": "x" * 1000})

    assert (response.status_code, response.json()) == (
        413,
        {"problem": "This is too much to be saved at once. Shorten it or put it into a document."},
    )


def test_token_is_asked_for(draft, owner):
    web = Client(enforce_csrf_checks=True)
    web.force_login(owner)

    assert _save(web, draft, {"FPV-01": "6.5"}).status_code == 403


def test_signing_out_empties_what_waits_in_the_browser(web):
    pages = [web.get(reverse("account_logout")), web.post(reverse("account_logout"))]

    assert [page.headers.get("Clear-Site-Data") for page in pages] == [None, '"storage"']


@pytest.mark.parametrize(
    ("fields", "queries"),
    [({}, 7), ({"FPV-01": "6.5"}, 15), ({"FPV-01": "6.5", "FPV-02": "12", "FPV-03": "20"}, 17)],
)
def test_queries_of_a_save_are_known(web, draft, django_assert_num_queries, fields, queries):
    with django_assert_num_queries(queries):
        assert _save(web, draft, fields).status_code == 200
