from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal.formatting import in_language
from coalition_portal.staff import staff_context, staff_page
from tenders.notices.models import Criterion, Tender
from tenders.proposals.models import Exclusion
from tenders.reviews import exports, making
from tenders.reviews.desk.access import require, tell, tender_in_review
from tenders.reviews.desk.paging import page_of
from tenders.reviews.models import RankedProposal, Ranking
from tenders.reviews.permissions import can_make_ranking, can_publish_result, can_run_panel
from tenders.reviews.queries import (
    Places,
    consensus_progress,
    excluded_visible_to,
    known_in_review,
    may_see_ranking,
    places_for,
    ranked_visible_to,
    ranking_visible_to,
    reasons_of,
)

EXCLUDED_SHOWN = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@staff_page
@require_http_methods(["GET", "HEAD"])
def ranking(request, number):
    """The ranking explained; before it is made, what is still missing."""
    tender = tender_in_review(number)
    made = ranking_visible_to(request.user, tender)
    if made is None:
        require(may_see_ranking(request.user, tender))
        return render(request, "reviews/desk/unranked.html", staff_context(request, **_unranked(request, tender)))
    criteria = list(Criterion.objects.filter(tender=tender).order_by("order"))
    places = places_for(request.user, made)
    page = page_of(request, ranked_visible_to(request.user, made), count=places.ranked_count)
    why = _why(request, made, page)
    context = {
        "tender": tender,
        "ranking": made,
        "places": places,
        "criteria": criteria,
        "page": page,
        "rows": [_row(row, places, criteria) for row in page],
        "why": _explained(why, criteria) if why else None,
        "excluded": excluded_visible_to(request.user, made)[:EXCLUDED_SHOWN],
        "may_publish": made.published_at is None and can_run_panel(request.user, tender),
    }
    return render(request, "reviews/desk/ranking.html", staff_context(request, **context))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def make(request, number):
    """Confirm, then rank: from here on nothing that went into it changes."""
    tender = tender_in_review(number)
    require(can_make_ranking(request.user, tender))
    if request.method == "POST" and tell(request, making.make_ranking, tender=tender):
        messages.success(request, _("Ranked. Two people of two countries publish the result to the bidders."))
        return redirect("admin:desk-ranking", number=number)
    return render(request, "reviews/desk/make.html", staff_context(request, **_unranked(request, tender)))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request, number):
    """The first person proposes, the second one of another country publishes; each on a page that asks once."""
    tender = tender_in_review(number)
    made = _made(request, tender)
    require(can_publish_result(request.user, tender))
    if made.published_at is not None:
        return redirect("admin:desk-ranking", number=number)
    is_first = made.publication_proposed_at is None
    verb = making.propose_publication if is_first else making.publish_result
    if request.method == "POST" and tell(request, verb, ranking=made):
        messages.success(
            request, _("Proposed.") if is_first else _("Published. Every bidder is told that there is news.")
        )
        return redirect("admin:desk-ranking", number=number)
    context = staff_context(request, tender=tender, ranking=made, is_first=is_first)
    return render(request, "reviews/desk/publish.html", context)


@staff_page
@require_safe
def as_xlsx(request, number):
    tender = tender_in_review(number)
    content = exports.ranking_xlsx(request.user, _made(request, tender))
    return _file(content, XLSX, f"{tender.number}-ranking.xlsx")


@staff_page
@require_safe
def as_csv(request, number):
    """With a byte-order mark: without it a spreadsheet program takes Ukrainian letters for something else."""
    tender = tender_in_review(number)
    content = exports.ranking_csv(request.user, _made(request, tender)).encode("utf-8-sig")
    return _file(content, "text/csv; charset=utf-8", f"{tender.number}-ranking.csv")


def _made(request, tender: Tender) -> Ranking:
    made = ranking_visible_to(request.user, tender)
    if made is None:
        raise Http404
    return made


def _unranked(request, tender: Tender) -> dict:
    known = known_in_review(request.user, tender)
    recorded, wanted = consensus_progress(tender, known)
    undecided = Exclusion.objects.filter(opened__in=known.values("pk"), confirmed_at=None).count()
    return {
        "tender": tender,
        "recorded": recorded,
        "wanted": wanted,
        "left": wanted - recorded,
        "undecided": undecided,
        "may_make": can_make_ranking(request.user, tender),
    }


def _row(row: RankedProposal, places: Places, criteria: list[Criterion]) -> dict:
    titles = {criterion.code: in_language(criterion, "title") for criterion in criteria}
    return {
        "row": row,
        "rank": places.rank_of(row),
        "company": row.opened.proposal.company.legal_name,
        "model": row.opened.proposal.drone_model.name,
        "contributions": [(titles[part["criterion"]], Decimal(part["weighted"])) for part in row.parts],
        "below": [titles[code] for code in row.below_minimum],
    }


def _why(request, made: Ranking, page) -> RankedProposal | None:
    """The proposal that is explained: the one that was asked for, else the best of the page."""
    asked = request.GET.get("why")
    if asked:
        row = ranked_visible_to(request.user, made).filter(opened__public_id=asked).first()
        if row is None:
            raise Http404
        return row
    return next(iter(page), None)


def _explained(row: RankedProposal, criteria: list[Criterion]) -> dict:
    reasons = reasons_of([row.opened_id])
    by_code = {criterion.code: criterion for criterion in criteria}
    return {
        "row": row,
        "company": row.opened.proposal.company.legal_name,
        "parts": [
            {
                "criterion": by_code[part["criterion"]],
                "points": Decimal(part["points"]),
                "weighted": Decimal(part["weighted"]),
                "weight": Decimal(part["weight_percent"]),
                "below": part["below_minimum"],
                "reason": reasons.get((row.opened_id, part["criterion"]), ""),
            }
            for part in row.parts
        ],
        "evaluated_price": row.opened.evaluated_price,
    }


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
