"""Every page that the matrix knows, on a phone, in Ukrainian and in the dark: nothing grave and nothing too wide."""

import pytest
from django.test import Client

from tests.architecture import matrix
from tests.architecture.world import World
from tests.factories.sessions import signed_in

# What a browser draws and runs here is the same on every database.
pytestmark = pytest.mark.sqlite_only

COLUMNS, ROWS = matrix.read()
READERS = ("visitor", "owner", "officer", "chair", "reviewer", "undeclared", "nobody")
"""Who looks at a page: the first of them who gets it. Reviewers see another page than officers at the same address."""

ALSO_BY_REVIEWERS = ("admin:desk-review", "admin:desk-queue", "admin:desk-ranking", "admin:index")
# The totals are a part of a page, fetched when a price was saved.
HAVE_TESTS_OF_THEIR_OWN = ("api-docs", "proposal-offer-totals")
OF_ACCOUNTS = {
    "visitor": ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/no-such-page/"],
    "owner": ["/accounts/email/", "/accounts/password/change/", "/accounts/logout/", "/no-such-page/", "/admin/login/"],
    "officer": ["/accounts/2fa/", "/accounts/reauthenticate/", "/admin/no-such-page/"],
    "superuser": ["/admin/", "/admin/auth/group/", "/admin/account/emailaddress/"],
}


@pytest.fixture
def world(transactional_db, database_clock):
    return World(database_clock)


def test_every_page_on_a_phone_in_ukrainian_and_in_the_dark(walk, world):
    faults = [fault for reader, paths in pages_of(world).items() for fault in read(walk, world.people[reader], paths)]

    assert faults == []


def pages_of(world):
    """For each reader the paths of pages that they may open."""
    pages = {reader: list(paths) for reader, paths in OF_ACCOUNTS.items()}
    for row in ROWS:
        if row.is_summary or row.method != "GET" or row.where in HAVE_TESTS_OF_THEIR_OWN:
            continue
        path = matrix.path_in(world, row)
        cells = dict(zip(COLUMNS, row.cells, strict=True))
        readers = [reader for reader in READERS if cells[reader] == "200"]
        for reader in readers[:1] + (["reviewer"] if row.where in ALSO_BY_REVIEWERS else []):
            if cells[reader] == "200":
                pages.setdefault(reader, []).append(path)
    return pages


def read(walk, user, paths):
    person = walk(language="uk", is_phone=True, scheme="dark")
    client = Client() if user is None else signed_in(user)
    if user is not None:
        person.sign_in(user)
    faults = []
    for path in dict.fromkeys(paths):
        answer = client.get(path)
        if not answer.headers["Content-Type"].startswith("text/html") or answer.has_header("Content-Disposition"):
            continue
        person.page.goto(person.address + path)
        faults += [f"{user} at {fault}" for fault in person.faults()]
    # A page that is not there says so with its status, which the console repeats.
    person.complaints = [one for one in person.complaints if "404 (Not Found)" not in one and "403 (Forb" not in one]
    return faults
