import hashlib

import pytest

from tenders.proposals.models import Document
from tenders.reviews.forms import mark_of
from tenders.reviews.models import Score, ScoreSheet
from tests.factories import people
from tests.factories.companies import owner_of
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.tenders.reviews.conftest import kept

NAMES = ["Alpha Example Works", "Beta Example Works", "Gamma Example Works"]


def assigned(say):
    rows = [{"name": name} for name in NAMES]
    story = Review(
        say, proposals=rows, panel={TECHNICAL: ["LV", "GB"], CAPACITY: ["LV"]}, template_code="reconnaissance"
    )
    story.everybody_reads_everything()
    return story


base = kept(assigned)


@pytest.fixture
def me(story):
    return story.members[TECHNICAL, "LV"]


@pytest.fixture
def first(story):
    return story.opened[0]


def fields(version=0, seen=None, go="stay", **scores):
    """What the form posts: points and reason of each criterion, beside the marks of what the page showed."""
    data = {"version": str(version), "go": go}
    for code in ("performance", "links", "maturity"):
        points, reason = scores.get(code, (None, ""))
        data[f"points_{code}"] = "" if points is None else str(points)
        data[f"reason_{code}"] = reason
        data[f"seen_{code}"] = mark_of((seen or {}).get(code, (None, "")))
    return data


@pytest.fixture
def post(url, client_of, me, first):
    def send(name="desk-review", opened=first, user=None, **data):
        return client_of(user or me.user).post(url(name, opened), data)

    return send


def stored():
    rows = Score.objects.values_list("criterion__code", "points", "reason")
    return {code: (points, reason) for code, points, reason in rows}


COMPLETE = {code: (8, f"Shown on page 3 ({code}).") for code in ("performance", "links", "maturity")}


def test_the_page_shows_claims_prices_and_files_beside_the_sheet(page, me, first):
    status, text = page(me.user, "desk-review", first)

    wanted = [
        "Alpha Example Works",
        "at least 35",
        "Passes.",
        "EUR&nbsp;4,380" if "EUR&nbsp;4,380" in text else "EUR\N{NO-BREAK SPACE}4,380",
        "technical_description.pdf",
        "Unacceptable.",
        "1 of 3: Flight performance",
        'value="10"',
    ]
    assert (status, [word for word in wanted if word not in text]) == (200, [])
    assert "Production and delivery" not in text


def test_saving_keeps_points_and_reasons_and_the_page_shows_them(post, page, me, first):
    response = post(**fields(performance=(8, "Shown on page 3."), links=(None, "No log yet.")))

    text = page(me.user, "desk-review", first)[1]
    assert response.status_code == 302
    assert stored() == {"performance": (8, "Shown on page 3."), "links": (None, "No log yet.")}
    assert 'value="8" checked' in text
    assert "Shown on page 3." in text


@pytest.mark.parametrize("go", ["next", "previous", "lock", "stay", "nonsense", ""])
def test_the_button_that_was_pressed_says_where_to_go(story, post, url, me, first, go):
    order = sorted(me.assignments.all(), key=lambda row: (row.place, row.pk))
    at = [row.opened_id for row in order].index(first.pk)
    neighbours = {"next": order[at + 1 : at + 2], "previous": order[max(at - 1, 0) : at]}
    target = [row.opened for row in neighbours.get(go, [])] or [first]

    response = post(**fields(go=go, performance=(8, "Shown on page 3.")))

    assert response["Location"] == url("desk-review-lock" if go == "lock" else "desk-review", target[0])


def test_another_tabs_work_on_another_criterion_is_kept(post):
    post(**fields(performance=(8, "Shown on page 3.")))

    response = post(**fields(version=0, links=(5, "Row 4 of the log.")))

    assert response.status_code == 302
    assert stored() == {"performance": (8, "Shown on page 3."), "links": (5, "Row 4 of the log.")}


def test_two_tabs_on_one_criterion_are_shown_both_and_saving_again_keeps_the_later_word(post):
    post(**fields(performance=(8, "First tab, page 3."), maturity=(3, "First tab, page 9.")))

    response = post(**fields(version=0, performance=(3, "Second tab, page 4.")))

    text = response.content.decode()
    assert response.status_code == 409
    assert [word in text for word in ("another tab", "First tab, page 3.", "Second tab, page 4.")] == [True] * 3
    assert "First tab, page 9." in text
    assert 'name="version" value="1"' in text
    assert stored()["performance"] == (8, "First tab, page 3.")
    again = fields(version=1, performance=(3, "Second tab, page 4."), maturity=(3, "First tab, page 9."))
    again["seen_maturity"] = mark_of((3, "First tab, page 9."))
    assert post(**again).status_code == 302
    assert stored() == {"performance": (3, "Second tab, page 4."), "maturity": (3, "First tab, page 9.")}


def test_line_ends_of_a_browser_are_no_change(post):
    post(**fields(performance=(8, "Two lines,\r\npage 3.")))

    again = fields(
        version=0, seen={"performance": (8, "Two lines,\npage 3.")}, performance=(8, "Two lines,\r\npage 3.")
    )
    assert post(**again).status_code == 302
    assert (stored(), ScoreSheet.objects.get().version) == ({"performance": (8, "Two lines,\npage 3.")}, 1)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"performance": (4, "Four, page 1.")}, "4 is not one of the available choices"),
        ({"performance": (8, "Long, page 1. " + "x" * 1000)}, "at most 1000 characters"),
    ],
)
def test_a_refused_sheet_keeps_every_word(post, data, told):
    response = post(**fields(**data))

    text = response.content.decode()
    assert (response.status_code, told in text, data["performance"][1] in text) == (200, True, True)
    assert stored() == {}


def test_words_typed_into_a_sheet_that_was_locked_meanwhile_stand_on_the_page(story, post, me, first):
    story.score(first, me)

    response = post(**fields(version=0, performance=(0, "Too late, page 1.")))

    text = response.content.decode()
    assert ("This sheet is locked" in text, "Too late, page 1." in text) == (True, True)
    assert stored()["performance"][0] == 8


def test_locking_asks_once_and_then_shows_the_others(story, post, page, url, me, first):
    other = story.members[TECHNICAL, "GB"]
    story.score(first, other, 5)
    post(**fields(**COMPLETE))
    before = page(me.user, "desk-review", first)[1]

    confirm = page(me.user, "desk-review-lock", first)[1]
    response = post("desk-review-lock", version="1")

    after = page(me.user, "desk-review", first)[1]
    assert "Lock the sheet" in confirm
    assert response["Location"] == url("desk-review", first)
    assert ScoreSheet.objects.get(assignment__member=me).state == "LOCKED"
    assert ("United Kingdom: <b>5</b>" in before, "United Kingdom: <b>5</b>" in after) == (False, True)
    assert "You 8, United Kingdom 5" in after


def test_the_lock_page_says_what_is_missing(post, page, me, first):
    post(**fields(performance=(8, "Very good.")))

    text = page(me.user, "desk-review-lock", first)[1]

    assert ["names neither a requirement nor a page" in text, "Choose a point." in text] == [True, True]
    assert "Lock the sheet" not in text


@pytest.mark.parametrize("version", ["0", "", "nonsense"])
def test_a_sheet_that_changed_since_is_not_locked(post, version):
    post(**fields(**COMPLETE))

    response = post("desk-review-lock", version=version)

    assert (response.status_code, ScoreSheet.objects.get().state) == (200, "SCORING")


def test_others_points_stay_hidden_from_everybody_who_has_not_locked(story, page, first):
    story.score(first, story.members[TECHNICAL, "GB"], 5)
    not_locked = story.members[TECHNICAL, "LV"].user
    other_group = story.members[CAPACITY, "LV"]
    story.score(first, other_group)

    for user in (not_locked, other_group.user):
        assert "Shown on page 1 for performance" not in page(user, "desk-review", first)[1]


def test_a_document_is_downloaded_whole_and_safe(story, client_of, url, me, first):
    entry = first.content["documents"][0]

    response = client_of(me.user).get(url("desk-review-document", first, entry["public_id"]))

    content = b"".join(response.streaming_content)
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert response["Content-Disposition"] == f'attachment; filename="{entry["name"]}"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "no-store, private")
    assert int(response["Content-Length"]) == len(content)


def test_a_document_of_another_proposal_is_not_found_under_this_one(story, client_of, url, me, first):
    foreign = story.opened[1].content["documents"][0]["public_id"]

    assert client_of(me.user).get(url("desk-review-document", first, foreign)).status_code == 404
    assert client_of(me.user).get(url("desk-review-document", first, "a" * 26)).status_code == 404


@pytest.mark.parametrize(
    ("scan", "clamd", "status", "reason"),
    [
        ("UNSCANNED", "", 200, ""),
        ("UNSCANNED", "127.0.0.1:9", 403, "This file has not been scanned yet."),
        ("CLEAN", "127.0.0.1:9", 200, ""),
        ("INFECTED", "", 403, "The scanner found something harmful in this file, so nobody can fetch it."),
    ],
)
def test_a_document_waits_for_the_word_of_the_scanner(
    story, client_of, url, me, first, settings, scan, clamd, status, reason
):
    public_id = first.content["documents"][0]["public_id"]
    Document.objects.filter(public_id=public_id).update(scan=scan)
    settings.PORTAL_CLAMD = clamd

    response = client_of(me.user).get(url("desk-review-document", first, public_id))

    assert response.status_code == status
    if reason:
        assert reason in response.content.decode()


def test_who_may_read_and_who_may_score(story, page, post, first):
    not_assigned = people.reviewer("EE")
    readers = [story.chair, story.officer, people.officer("EE")]
    strangers = [not_assigned, people.opener("EE"), owner_of(first.proposal.company)]

    assert [page(user, "desk-review", first)[0] for user in readers] == [200] * 3
    assert [page(user, "desk-review", first)[0] for user in strangers] == [404] * 3
    posted = [post(user=user, **fields(performance=(8, "Page 1."))).status_code for user in readers + strangers]
    assert (posted, stored()) == ([404] * 6, {})


def test_a_proposal_that_was_not_assigned_is_not_found(story, page, first):
    member = story.declare(story.name(TECHNICAL, "EE"))
    story.assign((story.opened[1], member))

    assert page(member.user, "desk-review", first)[0] == 404
    assert page(member.user, "desk-review", story.opened[1])[0] == 200
