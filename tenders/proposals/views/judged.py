"""Pages of what was neither received nor withdrawn: refused for lateness, or left to two people."""

from datetime import timedelta
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coalition_portal.formatting import duration, figure, microseconds
from coalition_portal.ledger.append import entry_of
from tenders.notices.states import TenderState
from tenders.proposals.models import Act, Provisional, Refusal
from tenders.proposals.queries import outcome_of
from tenders.proposals.views.pages import DraftPage, proposal_page

ACTS = {"submit": Act.SUBMIT, "withdraw": Act.WITHDRAW}


@require_safe
@proposal_page
def late(request: HttpRequest, page: DraftPage, version: int, act: str) -> HttpResponse:
    """What was refused for lateness: received at, deadline was, and that the draft stays."""
    row = _latest(Refusal, page, version, act)
    after = row.received_at - row.closes_at
    context = _judged(page, row, act) | {
        "refusal": row,
        "after": after,
        "after_text": seconds_text(after),
        "closes_utc": microseconds(row.closes_at),
        "is_overtaken": _is_overtaken(page, row, act),
    }
    return render(request, "proposals/late.html", context)


def _is_overtaken(page: DraftPage, row: Refusal, act: str) -> bool:
    """Where the deadline was moved and the same was done again, in time."""
    if act == "withdraw":
        return page.standing.is_withdrawn
    return page.standing.is_submitted and page.standing.bundle.version >= row.bundle.version


def seconds_text(after: timedelta) -> str:
    """Below a minute as seconds, to the last digit that counts; else in the two greatest units."""
    if after >= timedelta(minutes=1):
        return duration(after)
    return _("%(seconds)s seconds") % {"seconds": figure(Decimal(after // timedelta(microseconds=1)).scaleb(-6))}


@require_safe
@proposal_page
def provisional(request: HttpRequest, page: DraftPage, version: int, act: str) -> HttpResponse:
    """What arrived while the tender closed or a clock was in doubt, and what two people said about it."""
    row = _latest(Provisional, page, version, act)
    decisions = list(row.decisions.order_by("pk"))
    outcome = outcome_of(decisions)
    context = {
        "provisional": row,
        "outcome": outcome,
        "words": [decision for decision in decisions if decision.accepted is outcome],
        "is_cancelled": page.proposal.tender.state == TenderState.CANCELLED,
        "is_carried_out": outcome and _is_carried_out(page, row, act),
    }
    return render(request, "proposals/provisional.html", _judged(page, row, act) | context)


def _is_carried_out(page: DraftPage, row: Provisional, act: str) -> bool:
    """False where what the company did later stands in its place."""
    if act == "withdraw":
        return page.standing.is_withdrawn
    return page.standing.bundle is not None and page.standing.bundle.pk == row.bundle_id


def _judged(page: DraftPage, row, act: str) -> dict:
    return {
        "page": page,
        "is_submit": act == "submit",
        "entry": entry_of(row.commitment),
        "received_utc": microseconds(row.received_at),
    }


def _latest(model, page: DraftPage, version: int, act: str):
    """The row under the latest deadline that judged this act on this version."""
    rows = model.objects.filter(proposal=page.proposal, bundle__version=version, act=ACTS.get(act, ""))
    row = rows.order_by("-seq").first()
    if row is None:
        raise Http404
    return row
