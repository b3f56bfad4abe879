from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from coalition_portal.formatting import iso
from tenders.api import rows
from tenders.api.query_values import SORTS
from tenders.api.tender_query import TenderListQuery
from tenders.notices.cancelling import cancel
from tenders.notices.models import Tender
from tests.factories import people
from tests.factories.tenders import draft_tender, extended_tender, in_days, published_tender
from tests.tenders.api.asking import AROUND, BASE, HOST, MICROSECOND, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers():
    return {"officer": people.officer("LV"), "approver": people.chair("GB")}


def several(number, officers, **fields):
    """Tenders published one second after the other, a minute ago, which all close at different instants."""
    begin = in_days(0) - timedelta(seconds=50)
    return [
        published_tender(now=begin + timedelta(seconds=place), closes_at=in_days(20 - place), **officers, **fields)
        for place in range(number)
    ]


def numbers(tenders):
    return [tender.number for tender in tenders]


def test_a_page_whole(api):
    tender = published_tender()

    response = api.get("tenders?count=true")

    assert response.json() == {
        "data": [
            {
                "id": tender.number,
                "ocid": f"ocds-213czf-{tender.number}",
                "title": "Interceptor drones",
                "status": "open",
                "deadline": iso(tender.closes_at),
                "deadline_changes": 0,
                "published_at": iso(tender.published_at),
                "updated_at": iso(tender.published_at),
                "version": 1,
                "cpv": ["35613100", "35613000"],
                "ceiling": {"amount": 2_000_000, "currency": "EUR"},
                "links": {
                    "self": f"{BASE}/tenders/{tender.number}",
                    "status": f"{BASE}/tenders/{tender.number}/status",
                    "html": f"{HOST}/tenders/{tender.number}/",
                },
            }
        ],
        "links": {"self": f"{BASE}/tenders?count=true"},
        "total": 1,
    }
    assert response["Link"] == f'<{BASE}/tenders?count=true>; rel="self"'


def test_an_empty_list_is_an_answer(api):
    assert api.json("tenders") == {"data": [], "links": {"self": f"{BASE}/tenders"}}


def test_drafts_are_not_listed_nor_counted(api):
    draft_tender()
    tender = published_tender()

    assert api.json("tenders?count=true&limit=1")["total"] == 1
    assert api.ids() == [tender.number]


def test_the_latest_publication_first_and_every_other_order(api, officers):
    first, second, third = several(3, officers)
    Tender.objects.filter(pk=second.pk).update(published_at=first.published_at)

    by_deadline, by_publication = [third, second, first], [first, second, third]
    assert {sort: api.ids(f"tenders?sort={sort}") for sort in SORTS} == {
        "deadline": numbers(by_deadline),
        "-deadline": numbers(reversed(by_deadline)),
        "published": numbers(by_publication),
        "-published": numbers([third, first, second]),
        "deadline,published": numbers(by_deadline),
        "deadline,-published": numbers(by_deadline),
        "-deadline,published": numbers(reversed(by_deadline)),
        "-deadline,-published": numbers(reversed(by_deadline)),
        "published,deadline": numbers([second, first, third]),
        "published,-deadline": numbers([first, second, third]),
        "-published,deadline": numbers([third, second, first]),
        "-published,-deadline": numbers([third, first, second]),
    }
    assert api.ids() == numbers([third, first, second])


def test_walking_all_pages_finds_every_row_once(api, officers):
    tenders = several(5, officers)
    Tender.objects.filter(pk__in=[tender.pk for tender in tenders[:3]]).update(published_at=tenders[0].published_at)

    for sort in SORTS:
        pages = api.walk(f"tenders?limit=2&sort={sort}")

        assert [len(page) for page in pages] == [2, 2, 1]
        assert sum(pages, []) == api.ids(f"tenders?limit=100&sort={sort}")
        assert sorted(sum(pages, [])) == sorted(numbers(tenders))


def test_the_last_page_is_full_and_has_no_next(api, officers):
    several(4, officers)

    assert [len(page) for page in api.walk("tenders?limit=2")] == [2, 2]


def test_next_is_the_same_address_in_body_and_header(api, officers):
    several(3, officers)

    response = api.get("tenders?sort=deadline&limit=2&status=open")
    following = response.json()["links"]["next"]

    assert response["Link"] == (
        f'<{BASE}/tenders?status=open&sort=deadline&limit=2>; rel="self", <{following}>; rel="next"'
    )
    assert following.startswith(f"{BASE}/tenders?status=open&sort=deadline&limit=2&cursor=")
    assert api.json(following.removeprefix(f"{BASE}/"))["links"] == {"self": following}


@pytest.mark.parametrize("sort", ["published", "-published"])
def test_what_is_published_in_between_shifts_nothing(api, officers, sort):
    """Every tender that was there from the beginning comes exactly once, and the walk ends."""
    tenders = several(4, officers)
    pages, url = [], f"{BASE}/tenders?limit=1&sort={sort}"
    while url:
        body = api.json(url.removeprefix(f"{BASE}/"))
        pages.append(body["data"][0]["id"])
        url = body["links"].get("next")
        if len(pages) < 4:
            published_tender(**officers)

    assert Tender.objects.published().count() == 7
    assert [number for number in pages if number in numbers(tenders)] == numbers(
        tenders if sort == "published" else reversed(tenders)
    )
    assert len(pages) == len(set(pages)) == (7 if sort == "published" else 4)


def test_a_row_that_goes_takes_no_other_with_it(api, officers):
    several(4, officers)
    first = api.json("tenders?limit=2&status=open")
    shown = Tender.objects.get(number=first["data"][1]["id"])
    cancel(tender=shown, reason="No budget.", by=shown.officer, now=in_days(0))

    second = api.json(first["links"]["next"].removeprefix(f"{BASE}/"))

    assert len(second["data"]) == 2


@pytest.mark.parametrize("offset", AROUND)
def test_filters_by_status_ask_the_clock(api, officers, offset):
    early, late, gone = several(3, officers)
    cancel(tender=gone, reason="No budget.", by=gone.officer, now=in_days(0))
    is_open = offset < timedelta(0)
    api.at(late.closes_at + offset)

    found = {
        status: api.ids(f"tenders?status={status}")
        for status in ("planned", "open", "sealed", "evaluation", "unsuccessful", "cancelled")
    }

    assert found == {
        "planned": [],
        "open": numbers([late, early] if is_open else [early]),
        "sealed": numbers([] if is_open else [late]),
        "evaluation": [],
        "unsuccessful": [],
        "cancelled": [gone.number],
    }
    assert api.ids("tenders?status=open&status=sealed") == numbers([late, early])


@pytest.mark.parametrize(
    ("offset", "is_from", "is_to"),
    [(AROUND[0], True, False), (AROUND[1], True, False), (AROUND[2], False, True)],
)
def test_windows_take_in_their_first_instant_and_leave_out_their_last(api, offset, is_from, is_to):
    tender = published_tender()
    edges = {"deadline": tender.closes_at + offset, "updated": tender.updated_at + offset}

    for name, edge in edges.items():
        assert bool(api.ids(f"tenders?{name}_from={iso(edge)}")) == is_from
        assert bool(api.ids(f"tenders?{name}_to={iso(edge)}")) == is_to
        both = urlencode({f"{name}_from": iso(edge - MICROSECOND), f"{name}_to": iso(edge + MICROSECOND)})
        assert bool(api.ids(f"tenders?{both}")) == (offset >= timedelta(0))


@pytest.mark.parametrize("offset", AROUND)
def test_the_passing_of_the_deadline_is_an_update(api, offset):
    """The filter by SQL and the member by Python say the same."""
    tender = published_tender()
    has_passed = offset >= timedelta(0)
    api.at(tender.closes_at + offset)

    found = api.json(f"tenders?updated_from={iso(tender.closes_at)}")["data"]

    assert [row["updated_at"] for row in found] == ([iso(tender.closes_at)] if has_passed else [])
    assert bool(api.ids(f"tenders?updated_to={iso(tender.closes_at)}")) == (not has_passed)


def test_what_people_did_after_the_deadline_is_the_later_update(api, cutoff):
    opening = cutoff.open()

    assert api.ids(f"tenders?updated_from={iso(opening.opened_at)}") == [cutoff.tender.number]
    assert api.ids(f"tenders?updated_to={iso(opening.opened_at)}") == []
    assert api.json("tenders")["data"][0]["updated_at"] == iso(opening.opened_at)


def test_a_cancelled_tender_has_no_deadline_to_pass(api):
    tender = published_tender()
    cancel(tender=tender, reason="No budget.", by=tender.officer, now=in_days(0))
    api.at(tender.closes_at + timedelta(days=1))

    assert api.ids(f"tenders?updated_from={iso(tender.closes_at)}") == []


def test_cpv_codes_by_their_beginning(api):
    published_tender()
    wanted = {
        "35": True,
        "3561": True,
        "35613100": True,
        "35613100-5": True,
        "35613000": True,
        "613": False,
        "35613": True,
        "35614": False,
        "34711200": False,
    }

    assert {cpv: bool(api.ids(f"tenders?cpv={cpv}")) for cpv in wanted} == wanted


def test_words_in_either_language_and_in_any_case(api):
    published_tender()
    wanted = {
        "interceptor": True,
        "INTERCEPTOR drones": True,
        "drones interceptor": True,
        "ceptor": True,
        "interceptor balloons": False,
        "ДРОНИ": True,
        "перехоплювачі": True,
        "Перехоплювачі INTERCEPTOR": True,
        "IDC-2": True,
        "idc-": True,
        ".*": False,
        "%": False,
        "_": False,
        "[a-z]": False,
        "\\d": False,
        "'--": False,
        "(": False,
        "ß": False,
    }

    assert {words: bool(api.ids(f"tenders?q={quote(words)}")) for words in wanted} == wanted


def test_a_mark_stands_for_itself():
    tender = published_tender()

    for mark in ".^$*+?()[]{}|\\/-#&~%_'\"«’5":
        query = TenderListQuery(q=(f"a{mark}b",))
        found = []
        for title in (f"xA{mark}By", "xAzzBy"):
            Tender.objects.filter(pk=tender.pk).update(title_en=title)
            found.append(rows.filtered(query, in_days(0)).count())
        assert found == [1, 0], mark


def test_filters_add_up(api, officers):
    fpv = published_tender(template_code="advanced_fpv", **officers)
    published_tender(closes_at=in_days(3), **officers)

    query = urlencode(
        {"cpv": "356131", "status": "open", "deadline_from": iso(in_days(7)), "q": "fpv", "count": "true"}
    )

    body = api.json(f"tenders?{query}")
    assert ([row["id"] for row in body["data"]], body["total"]) == ([fpv.number], 1)


def test_the_total_does_not_depend_on_the_page(api, officers):
    several(3, officers)

    first = api.json("tenders?limit=1&count=true")
    second = api.json(first["links"]["next"].removeprefix(f"{BASE}/"))

    assert (first["total"], second["total"]) == (3, 3)
    assert "total" not in api.json("tenders?count=false")


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow_with_rows(api, officers, django_assert_num_queries, number):
    several(number, officers)

    with django_assert_num_queries(2):
        response = api.get("tenders")
    with django_assert_num_queries(2):
        assert api.get("tenders", If_None_Match=response["ETag"]).status_code == 304
    with django_assert_num_queries(3):
        api.get("tenders?status=open&sort=deadline")
    with django_assert_num_queries(3):
        api.get("tenders?count=true&limit=1")


@pytest.mark.parametrize("offset", AROUND)
@pytest.mark.parametrize(
    "query", ["", "?status=open", "?status=sealed", "?count=true&status=sealed&limit=1", "?updated_from={now}"]
)
def test_no_copy_of_a_list_outlives_a_deadline(api, query, offset):
    """Also a list on which the tender is not yet."""
    tender = published_tender()
    query = query.format(now=iso(tender.closes_at - timedelta(hours=1)))
    early = api.at(tender.closes_at - timedelta(seconds=10, microseconds=1)).get(f"tenders{query}")

    late = api.at(tender.closes_at + offset).get(f"tenders{query}", If_None_Match=early["ETag"])

    assert early["Cache-Control"] == "public, max-age=10, must-revalidate"
    assert late.status_code == (304 if offset < timedelta(0) else 200)


def test_a_deadline_that_was_moved_may_shorten_but_never_lengthens(api):
    first = published_tender(closes_at=in_days(3))
    extended_tender(first, in_days(5))

    api.at(first.closes_at - timedelta(seconds=4))

    assert api.get("tenders?status=open")["Cache-Control"] == "public, max-age=4, must-revalidate"
    assert api.get("tenders")["Cache-Control"] == "public, max-age=30, must-revalidate"


def test_any_change_of_a_listed_tender_is_another_validator(api):
    tender = published_tender(closes_at=in_days(3))
    tags = [api.get("tenders")["ETag"]]
    tender = extended_tender(tender, in_days(5))
    tags.append(api.get("tenders")["ETag"])
    cancel(tender=tender, reason="No budget.", by=tender.officer, now=in_days(0))
    tags.append(api.get("tenders")["ETag"])
    tags.append(api.get("tenders?limit=7")["ETag"])
    tags.append(api.get("tenders", Accept_Language="uk")["ETag"])

    assert len(set(tags)) == 5


def test_bad_parameters_are_a_problem_with_all_that_is_wrong(api):
    response = api.get("tenders?limit=0&deadline_from=yesterday")

    assert response.status_code == 422
    assert response.json() == problem(
        response,
        "validation",
        "A value is not possible",
        "A query parameter has a value that is not possible.",
        ("limit", "range", "0 is no possible limit. Give a whole number from 1 to 100."),
        (
            "deadline_from",
            "instant",
            "yesterday is no instant. Write it as in RFC 3339 with a zone, for example 2026-10-14T09:00:00Z; "
            "in an address a plus sign is written %2B.",
        ),
    )


def test_an_unknown_parameter_is_a_problem(api):
    response = api.get("tenders?page=2")

    assert response.status_code == 400
    assert response.json() == problem(
        response,
        "bad-request",
        "The request is not understood",
        "The query has parameters that this route does not take like this.",
        (
            "page",
            "unknown",
            "This parameter is not known here. Known are count, cpv, cursor, deadline_from, deadline_to, limit, q, "
            "sort, status, updated_from, updated_to.",
        ),
    )


@pytest.mark.parametrize("cursor", ["", "x", "%00", "😀"])
def test_a_cursor_that_is_none_is_a_problem(api, cursor):
    response = api.get(f"tenders?cursor={quote(cursor, safe='%')}")

    assert response.status_code == 400
    assert response.json() == problem(
        response, "invalid-cursor", "The cursor is not valid", "The cursor cannot be read. Follow links.next unchanged."
    )


def test_a_cursor_keeps_to_its_order(api, officers):
    several(2, officers)
    cursor = api.json("tenders?limit=1&sort=deadline")["links"]["next"].partition("cursor=")[2]

    response = api.get(f"tenders?limit=1&sort=-deadline&cursor={cursor}")

    assert response.status_code == 400
    assert response.json() == problem(
        response,
        "invalid-cursor",
        "The cursor is not valid",
        "The cursor belongs to a list in another order. Keep sort as it was, or begin without a cursor.",
    )


def test_the_ends_of_time_are_instants(api):
    published_tender()
    window = "deadline_from=0001-01-01T00:00:00Z&deadline_to=9999-12-31T23:59:59.999999Z"

    assert len(api.ids(f"tenders?{window}")) == 1
