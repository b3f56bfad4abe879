"""The table in matrix.txt, asked of the portal: what everybody gets at each address. No address without its rows."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from coalition_portal import clock
from tests.architecture import matrix
from tests.architecture.world import MISSING, World

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]

COLUMNS, ROWS = matrix.read()
ADDRESSES = matrix.addresses()
STOCK = tuple(row.where.removesuffix("*") for row in ROWS if row.is_summary)
OF_OTHERS = ("account_", "mfa_", "admin:")
OUR_OWN = [address for address in ADDRESSES if not address.route.startswith(STOCK)]
FIRST_ROWS = list({(row.where, row.method): row for row in ROWS if not row.is_summary}.values())
WHO_ASKS = ("visitor", "owner", "officer", "reviewer")
FORM_OF_NULS = "&".join(f"{name}=a%00b" for name in matrix.posted_names())
ABOUT_THINGS = [row for row in ROWS if row.thing != "-" and row.method in ("GET", "POST")]
BUTTONS = [row for row in ROWS if not row.is_summary and row.method == "POST" and row.cells[0] == matrix.SIGN_IN]
DONE_OR_TOLD = ("200", "302", "409", "422")
IS_PUBLIC = ("/api/", "/problems/")
"""Most of the API looks at no session, so its answers may be kept; its private routes are tested elsewhere."""

WRITTEN_BY_OTHERS = {"admin:index", "set_language"}
"""They take any method and do for it what they do for GET."""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), matrix.undone():
        with pytest.MonkeyPatch.context() as patch:
            made = World(lambda instant: patch.setattr(clock, "database_now", lambda: instant))
        yield made


@pytest.fixture(scope="module")
def asker(world):
    return matrix.Asker(world.people)


@pytest.fixture(autouse=True)
def nobody_has_asked_too_often():
    cache.clear()


def test_every_address_and_method_has_a_row():
    there = {(row.where, row.method) for row in ROWS}

    assert [
        (one.name, method) for one in OUR_OWN for method in ("GET", "POST") if (one.name, method) not in there
    ] == []


def test_every_row_is_about_an_address_that_is_there():
    named = {row.where for row in ROWS if not row.is_summary}
    empty = [route for route in STOCK if not _under(route)]
    not_of_others = [
        one.name for one in ADDRESSES if one.route.startswith(STOCK) and not one.name.startswith(OF_OTHERS)
    ]

    assert (sorted(named - {one.name for one in OUR_OWN}), empty, not_of_others) == ([], [], [])


def test_columns_are_the_people_of_the_world(world):
    assert list(world.people) == COLUMNS


@pytest.mark.parametrize("row", [row for row in ROWS if not row.is_summary], ids=str)
def test_answers(row, world, asker):
    path = matrix.path_in(world, row)

    told = [_asked(asker, column, row.method, path) for column in COLUMNS]

    assert _differences(row, told) == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.is_summary], ids=str)
def test_answers_of_stock_pages(row, world, asker):
    asked = [(column, cell.split("/")) for column, cell in zip(COLUMNS, row.cells, strict=True) if cell != "."]
    found = [
        (path, column, told)
        for path in map(matrix.stock_path, _under(row.where.removesuffix("*")))
        for column, words in asked
        if (told := _asked(asker, column, row.method, path)) not in words
    ]

    assert found == []


@pytest.mark.parametrize("row", ABOUT_THINGS, ids=str)
def test_what_is_missing_looks_like_what_is_forbidden(row, world, asker):
    """Whoever may not know of a thing gets the same page as for one that is not there; whoever may, gets not found."""
    path, missing = matrix.path_in(world, row), matrix.path_of(row.where, MISSING)
    kept_out = next((column for column, cell in zip(COLUMNS, row.cells, strict=True) if cell == "404"), None)
    let_in = next((column for column, cell in zip(COLUMNS, row.cells, strict=True) if cell == "200"), None)

    if kept_out:
        pages = [asker.ask(kept_out, row.method, one) for one in (path, missing)]
        assert pages[0].status_code == pages[1].status_code == 404
        assert _without(pages[0], path) == _without(pages[1], missing)
    if let_in:
        assert asker.ask(let_in, row.method, missing).status_code == 404


@pytest.mark.parametrize("row", BUTTONS, ids=str)
def test_who_signs_in_again_after_a_button_comes_to_a_page(row, world, asker):
    """Whose session ended while the page was open: after signing in they read a page, whatever the button was."""
    led_in = asker.ask("visitor", "POST", matrix.path_in(world, row))
    back = parse_qs(urlsplit(led_in.url).query)["next"][0]
    may_press = [column for column, cell in zip(COLUMNS, row.cells, strict=True) if cell in DONE_OR_TOLD]

    told = {column: asker.read(column, back) for column in may_press}

    # Who has not declared in time is led to a declaration that is closed by then, whether they sign in or not.
    wrong = {column: answer.status_code for column, answer in told.items() if answer.status_code != 200}
    assert wrong == ({"undeclared": 404} if str(row) == "POST admin:desk-review ranked" else {})
    assert {column for column, answer in told.items() if "Content-Disposition" in answer.headers} == set()


@pytest.mark.parametrize(
    "address", [one for one in OUR_OWN if one.name not in WRITTEN_BY_OTHERS], ids=lambda one: one.name
)
def test_no_other_method_is_taken(address, world, asker):
    row = next(row for row in ROWS if row.where == address.name)
    path = matrix.path_in(world, row)
    # 401 is for programs what the sign-in page is for people; 412 is a request for files that speaks no tus, and 428 a
    # change of a draft that does not say on what it is made.
    refusals = {"401", "403", "404", "405", "412", "428", matrix.SIGN_IN}
    asked = [(column, method) for column in ("visitor", "owner", "officer") for method in ("PUT", "PATCH", "DELETE")]

    assert {one for one in asked if _asked(asker, *one, path) not in refusals} == set()


# The character NUL, for which PostgreSQL cannot be asked


@pytest.mark.parametrize("address", [one for one in OUR_OWN if one.parameters], ids=lambda one: one.name)
def test_no_path_has_a_nul(address, world, asker):
    asked = [(column, path) for column in ("owner", "officer") for path in matrix.paths_with("a\0b", address)]

    assert {matrix.told(asker.ask(column, "GET", path)) for column, path in asked} <= {"404", matrix.SIGN_IN}


@pytest.mark.parametrize("row", FIRST_ROWS, ids=str)
def test_no_query_or_form_fails_at_a_nul(row, world, asker):
    path = matrix.path_in(world, row)
    query = "&".join(f"{name}=a%00b" for name in ("page", "why", "next", "tender", "status", "q", "cursor"))
    asked = [(column, f"{path}?{query}", "") for column in WHO_ASKS]
    if row.method == "POST":
        asked += [(column, path, FORM_OF_NULS) for column in WHO_ASKS]

    told = [
        (column, form, asker.ask(column, row.method, where, form=form).status_code) for column, where, form in asked
    ]

    assert [one for one in told if one[2] >= 500] == []


def test_cookies_with_a_nul_are_none(world):
    cookies = "; ".join(rf'{name}="\000{"0" * 40}"' for name in (settings.SESSION_COOKIE_NAME, "messages"))

    response = Client().get("/proposals/", headers={"cookie": cookies})

    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/proposals/")


def _under(route):
    return [address for address in ADDRESSES if address.route.startswith(route)]


def _asked(asker, column, method, path):
    response = asker.ask(column, method, path)
    # After signing out the answer is to nobody any more.
    if column != "visitor" and not path.startswith(IS_PUBLIC) and not path.endswith("/logout/"):
        assert response.headers.get("Cache-Control") == "no-store, private", f"{path} for {column}"
    return matrix.told(response)


def _differences(row, told):
    rows = zip(COLUMNS, told, row.cells, strict=True)
    return [f"{column}: got {got}, wanted {wanted}" for column, got, wanted in rows if wanted not in (".", got)]


def _without(response, path):
    return matrix.bare(response).replace(path.encode(), b"")
