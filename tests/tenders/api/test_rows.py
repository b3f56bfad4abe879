import pytest
from django.http import Http404

from tenders.api import rows
from tests.factories.tenders import draft_tender, extended_tender, in_days, published_tender

pytestmark = pytest.mark.django_db


def test_the_question_written_once_is_answered_as_by_the_orm():
    first, second = in_days(3), in_days(5)
    tender = extended_tender(published_tender(closes_at=first), second)

    short, its_deadlines = rows.status_row(tender.number)
    whole, deadlines = rows.whole_row(tender.number)

    assert short == {name: whole[name] for name in (*rows.FACTS, "closes_at")}
    assert its_deadlines == deadlines
    assert [deadline.closes_at for deadline in deadlines] == [first, second]


def test_it_is_asked_anew_each_time():
    first, second = published_tender(), published_tender()

    assert [rows.status_row(tender.number)[0]["number"] for tender in (first, second)] == [first.number, second.number]


@pytest.mark.parametrize("ask", [rows.status_row, rows.whole_row])
def test_what_is_not_published_is_not_found(ask):
    for number in (draft_tender().number, "IDC-2026-9999", "' OR 1=1 --"):
        with pytest.raises(Http404):
            ask(number)
