"""Two worlds that differ only in one proposal: whoever is recused from it gets the same pages in both."""

import difflib
import re
import shutil
from io import BytesIO
from itertools import count
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.urls import reverse
from openpyxl import load_workbook

from coalition_portal import public_ids
from coalition_portal.identity.roles import Role
from coalition_portal.storage import document_storage, vault_storage
from tenders.reviews.conflicts import recuse
from tenders.reviews.models import panel
from tests.factories import people
from tests.factories.reviews import CAPACITY, TECHNICAL, Review, become

HIDDEN = "Hidden Interest Works"
SHOWN = ["Alpha Example Works", "Beta Example Works", "Gamma Example Works"]
VARIES = [
    (r'name="csrfmiddlewaretoken" value="\w+"', "token"),
    (r'data-now="\d+"', "now"),
    (r"\d\d:\d\d(:\d\d)?", "time"),
    (r"\d\d:\d\d:\d\d(\.\d+)?Z", "time"),
    (r'datetime="[^"]+"', "datetime"),
    (r"\b[0-9a-f]{64}\b", "digest"),
    (r"\b[0-9a-f]{8}…[0-9a-f]{8}\b", "digest"),
    (r"\d+.bytes", "size"),
    (r"Person \d+", "person"),
    (r"IDC-\d{4}-\d{4}", "number"),
    (r"seen_\w+\" value=\"\w+", "seen"),
    (r"panel/[a-z2-7]{26}/", "member"),
    (r"\bref-[a-z2-7]{26}\b", "reference"),
]


class World:
    """A tender with three proposals, or with a fourth one from which one reviewer is recused."""

    def __init__(self, say, *, with_hidden, hidden_is_excluded):
        names = [*SHOWN, HIDDEN] if with_hidden else SHOWN
        rows = [{"name": name, "model_name": f"{name[:5]}-1"} for name in names]
        self.story = story = Review(say, proposals=rows, panel={TECHNICAL: ["LV", "GB"], CAPACITY: ["GB", "EE"]})
        self.me, self.other = story.members[TECHNICAL, "LV"], story.members[TECHNICAL, "GB"]
        story.everybody_reads_everything()
        if with_hidden:
            self._meddle(hidden_is_excluded)
        self.excluded = story.opened[2]
        story.exclude(self.excluded, reason="Payload 4.2 kg.")
        points = {story.opened[1].public_id: 5, story.opened[-1].public_id: 10 if with_hidden else 8}
        story.everybody_scores(8, **points)

    def _meddle(self, is_excluded):
        hidden = self.story.opened[-1]
        recuse(member=self.me, opened=hidden, reason="A relative.", by=self.me.user, now=self.story.later())
        if is_excluded:
            self.story.exclude(hidden, reason="Hidden reason.")

    def rank(self):
        self.story.agree()
        self.story.rank()

    def pages(self, browser, names):
        """What a person sees, by the name of the page, with everything that differs between any two runs evened out."""
        story, number = self.story, self.story.tender.number
        found = {}
        for name in names:
            proposals = story.opened[:1] if name in PER_PROPOSAL else [None]
            for one in proposals:
                args = [number] if name not in PLAIN else []
                args += [one.public_id] if one else []
                response = browser.get(reverse(f"admin:{name}", args=args))
                label = f"{name} {one.proposal.company.legal_name}" if one else name
                found[label] = (response.status_code, self._evened(response))
        return found

    def _evened(self, response):
        if "spreadsheet" in response.get("Content-Type", ""):
            return cells_of(response.content)
        text = response.content.decode()
        for member in self.story.members.values():
            text = re.sub(rf"([a-z2-7]{{26}}):{member.pk}\b", rf"\1:{member.country_id} {member.group}", text)
        for pattern, word in VARIES:
            text = re.sub(pattern, word, text)
        return text


PLAIN = ["desk-queue", "index"]
PER_PROPOSAL = ["desk-review", "desk-review-lock", "desk-recuse", "desk-consensus-proposal"]
AS_REVIEWER = [*PLAIN, "desk-declare", "desk-review", "desk-review-lock", "desk-ranking"]
FILES = ["desk-ranking-csv", "desk-ranking-xlsx"]
AS_OFFICER = [
    *PLAIN,
    "desk-review",
    "desk-assignments",
    "desk-exclusions",
    "desk-consensus",
    "desk-consensus-drafts",
    "desk-consensus-proposal",
    "desk-ranking",
]


def cells_of(content):
    book = load_workbook(BytesIO(content))
    return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]


def differences(one, other):
    """The lines in which two pages differ."""
    if one[0] != other[0] or not isinstance(one[1], str):
        return [] if one == other else [one, other]
    lines = difflib.unified_diff(one[1].splitlines(), other[1].splitlines(), lineterm="", n=0)
    return list(lines)


class Undo(Exception):
    """Takes a world back, so that the next one begins on the same ground."""


@pytest.fixture
def seen_in(db, database_clock, client_of, monkeypatch):
    """`seen_in(**world)` builds a world, collects the pages of the recused person and of another one, and undoes it."""

    def see(**facts):
        places, ids = count(1), count(1)
        monkeypatch.setattr(panel, "randrange", lambda _most: next(places))
        same_ids = SimpleNamespace(token_bytes=lambda size: next(ids).to_bytes(size, "big"))
        monkeypatch.setattr(public_ids, "secrets", same_ids)
        try:
            with transaction.atomic():
                mark_as_test_transaction()
                seen = look(World(database_clock, **facts), client_of)
                raise Undo
        except Undo:
            return seen
        finally:
            # Files follow no rollback, and the next world gives its own the same keys.
            for store in (vault_storage(), document_storage()):
                shutil.rmtree(store.location, ignore_errors=True)

    return see


def mark_as_test_transaction():
    """Verbs want to be the outermost transaction; this one stands for the test's own."""
    connection.atomic_blocks[-1]._from_testcase = True


def look(world, client_of):
    me, other = client_of(world.me.user), client_of(world.other.user)
    seen = {"reviewing": world.pages(me, AS_REVIEWER)}
    officer = client_of(become(world.me.user, Role.OFFICER, "LV"))
    seen["as officer"] = world.pages(officer, AS_OFFICER)
    world.rank()
    seen["other"] = world.pages(other, [*AS_REVIEWER, *FILES])
    seen["ranked, as officer"] = world.pages(officer, [*AS_OFFICER, *FILES])
    reviewer = client_of(become(world.me.user, Role.REVIEWER, "LV"))
    seen["ranked"] = world.pages(reviewer, [*AS_REVIEWER, *FILES])
    return seen


@pytest.mark.parametrize("hidden_is_excluded", [False, True])
def test_a_recused_person_sees_two_worlds_as_one(seen_in, hidden_is_excluded):
    without = seen_in(with_hidden=False, hidden_is_excluded=False)
    with_hidden = seen_in(with_hidden=True, hidden_is_excluded=hidden_is_excluded)

    assert without["other"] != with_hidden["other"], "nothing could leak, so this test shows nothing"
    for part in without.keys() - {"other"}:
        assert with_hidden[part].keys() == without[part].keys()
        for label, page in without[part].items():
            found = differences(page, with_hidden[part][label])
            assert found == [], f"{part}: {label}: {found}"
            assert HIDDEN not in str(page)


def test_addresses_of_a_recused_proposal_lead_nowhere(db, database_clock, client_of):
    world = World(database_clock, with_hidden=True, hidden_is_excluded=False)
    hidden = world.story.opened[-1]
    document = hidden.content["documents"][0]["public_id"]
    me, other = client_of(world.me.user), client_of(world.other.user)

    def statuses(browser):
        number, pid = world.story.tender.number, hidden.public_id
        addresses = [reverse(f"admin:{name}", args=[number, pid]) for name in PER_PROPOSAL[:3]]
        addresses.append(reverse("admin:desk-review-document", args=[number, pid, document]))
        posts = [browser.post(address, {"version": "0"}).status_code for address in addresses[:3]]
        return [browser.get(address).status_code for address in addresses], posts

    assert statuses(me) == ([404] * 4, [404] * 3)
    assert statuses(other)[0] == [200] * 4


def test_a_recused_chair_neither_ranks_nor_learns_why_from_a_count(db, database_clock, client_of):
    world = World(database_clock, with_hidden=True, hidden_is_excluded=False)
    chair = become(world.me.user, Role.CHAIR, "LV")
    world.story.tender.second_approver = chair
    world.story.tender.officer_country = people.country("GB")
    world.story.tender.save()

    page = client_of(chair).get(reverse("admin:desk-ranking", args=[world.story.tender.number])).content.decode()

    assert "0 of 12 recorded" in page
    assert "Make the ranking" not in page
