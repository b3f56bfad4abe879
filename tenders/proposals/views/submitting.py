from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coalition_portal.formatting import duration, figure, in_language
from coalition_portal.ledger.append import entry_of
from coalition_portal.permission import Refused
from tenders.notices.claims import Verdict, claim_text
from tenders.notices.models import Requirement
from tenders.proposals import staging, submission
from tenders.proposals.draft_texts import judged_text, price_lines, prices_of
from tenders.proposals.models import Act, Bundle, Proposal, Provisional, Refusal
from tenders.proposals.queries import proposals_visible_to
from tenders.proposals.submission import Outcome
from tenders.proposals.views.offer import totals_of
from tenders.proposals.views.pages import DraftPage, microseconds, proposal_page

ACTS = {"submit": Act.SUBMIT, "withdraw": Act.WITHDRAW}
RESULTS = {
    Verdict.PASSES: ("good", gettext_lazy("Passes")),
    Verdict.FAILS: ("bad", gettext_lazy("Does not pass")),
    Verdict.MISSING: ("warn", gettext_lazy("Missing")),
    Verdict.NOT_JUDGED: ("quiet", gettext_lazy("Scored")),
}


@dataclass(frozen=True)
class AnswerRow:
    requirement: Requirement
    claim: str
    wanted: str
    tone: str
    word: str


@require_safe
@proposal_page
def check(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Everything as reviewers will see it, what is missing, and the one button that fits."""
    bundle = staging.current_bundle(page.proposal)
    sent = page.standing.bundle
    context = {
        "page": page,
        "bundle": bundle,
        "is_sent": bundle is not None and sent is not None and sent.pk == bundle.pk,
        "answers": [_answer_row(page, row) for row in page.overview.visible_requirements],
        "prices": _price_rows(page.proposal),
        "totals": totals_of(page.proposal),
        "kinds": _documents_by_kind(page),
        "declared": [
            (in_language(row, "text"), row["code"] in page.proposal.declarations_accepted)
            for row in page.proposal.tender.declarations
        ],
    }
    return render(request, "proposals/check.html", context)


def _answer_row(page: DraftPage, row: Requirement) -> AnswerRow:
    tone, word = RESULTS[page.overview.verdict_on(row)]
    if tone == "bad" and not row.must_have:
        tone, word = "warn", _("Below the threshold")
    claim = claim_text(row, page.overview.claims.get(row.code))
    return AnswerRow(requirement=row, claim=claim, wanted=judged_text(row), tone=tone, word=str(word))


def _price_rows(proposal: Proposal) -> list[tuple[str, object]]:
    prices = prices_of(proposal)
    return [(in_language(line, "title"), prices.get(line["code"])) for line in price_lines(proposal.tender)]


def _documents_by_kind(page: DraftPage) -> list[tuple[str, list]]:
    return [
        (in_language(wanted, "title"), [row for row in page.overview.documents if row.kind_code == wanted.code])
        for wanted in page.overview.wanted_documents
    ]


@require_POST
@proposal_page
def stage(request: HttpRequest, page: DraftPage) -> HttpResponse:
    try:
        bundle = staging.stage(proposal=page.proposal, by=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Version %(version)s is frozen. Submit it below.") % {"version": bundle.version})
    return redirect(page.url("proposal-check") + "#submit")


@require_POST
@login_required
def submit(request: HttpRequest, pid: str) -> HttpResponse:
    """The short way: one frozen version, its digest, and what the database's clock says of it."""
    mine = proposals_visible_to(request.user).filter(public_id=pid)
    bundle = Bundle.objects.filter(proposal__in=mine).select_related("proposal").order_by("-version").first()
    if bundle is None:
        get_object_or_404(mine)
        messages.error(request, _("Nothing is frozen yet, so there is nothing to submit. Freeze this version first."))
        return redirect("proposal-check", pid)
    try:
        outcome = submission.submit(bundle=bundle, sha256=request.POST.get("sha256", ""), by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("proposal-check", pid)
    return _led_by(outcome, bundle.proposal, bundle, "submit")


@require_http_methods(["GET", "HEAD", "POST"])
@proposal_page
def withdraw(request: HttpRequest, page: DraftPage) -> HttpResponse:
    if not page.standing.is_submitted:
        messages.info(request, _("Nothing of this proposal is submitted, so there is nothing to withdraw."))
        return redirect("proposal", page.proposal.public_id)
    if request.method != "POST":
        if not (page.is_open and page.can_sign):
            return redirect("proposal", page.proposal.public_id)
        return render(request, "proposals/withdraw.html", {"page": page})
    bundle = page.standing.bundle
    try:
        outcome = submission.withdraw(proposal=page.proposal, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("proposal", page.proposal.public_id)
    return _led_by(outcome, page.proposal, bundle, "withdraw")


def _led_by(outcome: Outcome, proposal: Proposal, bundle: Bundle, act: str) -> HttpResponse:
    if outcome.refusal:
        return redirect("proposal-late", proposal.public_id, bundle.version, act)
    if outcome.provisional:
        return redirect("proposal-provisional", proposal.public_id, bundle.version, act)
    if outcome.withdrawal:
        return redirect("proposal", proposal.public_id)
    return redirect("proposal-receipt", proposal.public_id, bundle.version)


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
    }
    return render(request, "proposals/late.html", context)


def seconds_text(after: timedelta) -> str:
    """Below a minute as seconds, to the last digit that counts; else in the two greatest units."""
    if after >= timedelta(minutes=1):
        return duration(after)
    return _("%(seconds)s seconds") % {"seconds": figure(Decimal(after // timedelta(microseconds=1)).scaleb(-6))}


@require_safe
@proposal_page
def provisional(request: HttpRequest, page: DraftPage, version: int, act: str) -> HttpResponse:
    """What arrived before the deadline while the tender closed: two people decide it."""
    row = _latest(Provisional, page, version, act)
    return render(request, "proposals/provisional.html", _judged(page, row, act) | {"provisional": row})


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
