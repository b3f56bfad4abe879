from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coalition_portal.formatting import figure, short_money
from coalition_portal.identity.queries import fund_milestones, member_countries
from manufacturers.eligibility import confidences
from tenders.notices import public_figures, sheet, words
from tenders.notices.models import Tender
from tenders.notices.queries import public_tender, public_tenders
from tenders.notices.terms import offer_line
from tenders.notices.timetable import PublicStatus

EARLIER_ON_HOME = 8
NOT_ON_PAGES = ("eligible_states", "gates", "declarations", "cpv")
NOT_IN_LISTS = (*NOT_ON_PAGES, "price", "terms")
TENDERS_ON_A_PAGE = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    countries = member_countries()
    listed = public_tenders().defer(*NOT_IN_LISTS)
    open_tenders = listed.open_at(request.now).order_by("closes_at", "pk")
    context = {
        "offers": [(one, offer_line(one)) for one in open_tenders],
        "earlier": _rows(listed.with_status_at(_not_open(), request.now)[:EARLIER_ON_HOME], request),
        "countries": countries,
        "state_count": len(confidences()),
        "fund": _fund_columns(),
        "funnel": public_figures.FUNNEL,
        "figures": _coalition_figures(len(countries)),
    }
    return render(request, "notices/home.html", context)


@require_safe
def tender_list(request: HttpRequest) -> HttpResponse:
    wanted = [status for status in words.PUBLIC_STATUSES if status in request.GET.getlist("status")]
    rows = public_tenders().defer(*NOT_IN_LISTS)
    page = Paginator(rows.with_status_at(wanted, request.now) if wanted else rows, TENDERS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": _rows(page.object_list, request),
        "choices": [(status, words.STATUS[status].word, status in wanted) for status in words.PUBLIC_STATUSES],
        "is_filtered": bool(wanted),
        "query": urlencode([("status", status) for status in wanted]),
    }
    return render(request, "notices/tender_list.html", context)


@require_safe
def tender(request: HttpRequest, number: str) -> HttpResponse:
    try:
        found, deadlines = public_tender(number, without=NOT_ON_PAGES)
    except Tender.DoesNotExist:
        raise Http404 from None
    return render(request, "notices/tender.html", sheet.context_of(found, deadlines, request.user, request.now))


@require_safe
def coalition(request: HttpRequest) -> HttpResponse:
    countries = member_countries()
    context = {
        "rows": [(country, words.sourced_date(country.joined)) for country in countries],
        "leads": [country for country in countries if country.lead],
        "fund": _fund_columns(),
        "milestones": [(one, words.sourced_date(one.date)) for one in fund_milestones()],
        "figures": _coalition_figures(len(countries)),
    }
    return render(request, "notices/coalition.html", context)


def page(template: str):
    """A view for a page that is only words."""

    @require_safe
    def show(request: HttpRequest) -> HttpResponse:
        return render(request, template)

    return show


def _not_open() -> list[PublicStatus]:
    return [status for status in words.PUBLIC_STATUSES if status is not PublicStatus.OPEN]


def _rows(tenders, request: HttpRequest) -> list[dict]:
    return [
        {"tender": one, "next": sheet.what_comes_next(one, request.now), **sheet.status_and_word(one, request.now)}
        for one in tenders
    ]


def _fund_columns() -> list[tuple]:
    milestones = fund_milestones()
    return [(one.amount, short_money(one.amount, one.currency), words.sourced_date(one.date)) for one in milestones]


def _coalition_figures(country_count: int) -> list[dict]:
    first = public_figures.FIRST_TENDER
    facts = [
        (_("member countries"), country_count),
        (_("states whose makers may propose"), len(confidences())),
        (_("proposals to the first tender"), first["proposals"]),
        (_("drones from its suppliers"), first["drones"]),
    ]
    return [{"label": label, "value": figure(value)} for label, value in facts]
