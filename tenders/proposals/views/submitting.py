from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal import clock
from coalition_portal.arrival import stamp_of
from coalition_portal.buttons import button_on
from coalition_portal.formatting import duration, figure, in_language, microseconds
from coalition_portal.fresh_sign_in import ask_who_it_is, is_fresh, may_act, ticket_for
from coalition_portal.ledger.append import entry_of
from coalition_portal.permission import Refused
from manufacturers.roles import SIGN, at_least
from tenders.notices.claims import Verdict, claim_text
from tenders.notices.models import Requirement
from tenders.notices.states import TenderState
from tenders.proposals import auto_submit as auto
from tenders.proposals import staging, submission, submit_limit
from tenders.proposals.arriving import arrive
from tenders.proposals.draft_texts import judged_text
from tenders.proposals.models import Act, Bundle, Document, Proposal, Provisional, Refusal
from tenders.proposals.offer_checks import totals_of
from tenders.proposals.offer_sheet import offer_as_frozen, sheet_of
from tenders.proposals.permissions import check_can_submit
from tenders.proposals.queries import outcome_of, proposals_visible_to, versions_visible_to
from tenders.proposals.submission import Outcome
from tenders.proposals.views.pages import DraftPage, page_of, proposal_page

ACTS = {"submit": Act.SUBMIT, "withdraw": Act.WITHDRAW}
# What the way to a receipt reads of a version, its proposal and its company: a thousand go it in one minute.
NEEDED = (
    "version",
    "sha256",
    "staged_at",
    "proposal__public_id",
    "proposal__tender_id",
    "proposal__company__public_id",
)
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
    evidence: Document | None
    evidence_page: int | None


@require_safe
@proposal_page
def check(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Everything as reviewers will see it, what is missing, and the one way that fits."""
    bundle = staging.current_bundle(page.proposal)
    return render(request, "proposals/check.html", _as_reviewers_see(page) | _frozen(page, bundle))


def _frozen(page: DraftPage, bundle: Bundle | None) -> dict:
    sent = page.standing.bundle
    return {"bundle": bundle, "is_sent": bundle is not None and sent is not None and sent.pk == bundle.pk}


def _as_reviewers_see(page: DraftPage) -> dict:
    return {
        "page": page,
        "answers": [_answer_row(page, row) for row in page.overview.visible_requirements],
        "sheet": sheet_of(offer_as_frozen(page.proposal), page.proposal.tender),
        "totals": totals_of(page.proposal),
        "kinds": _documents_by_kind(page),
        "declared": [
            (in_language(row, "text"), row["code"] in page.proposal.declarations_accepted)
            for row in page.proposal.tender.declarations
        ],
    }


def _answer_row(page: DraftPage, row: Requirement) -> AnswerRow:
    tone, word = RESULTS[page.overview.verdict_on(row)]
    if tone == "bad" and not row.must_have:
        tone, word = "warn", _("Misses the threshold")
    claim = claim_text(row, page.overview.claims.get(row.code))
    document, number = page.overview.evidence.get(row.code, (None, None))
    return AnswerRow(
        requirement=row,
        claim=claim,
        wanted=judged_text(row),
        tone=tone,
        word=str(word),
        evidence=document,
        evidence_page=number,
    )


def _documents_by_kind(page: DraftPage) -> list[tuple[str, list]]:
    return [
        (in_language(wanted, "title"), [row for row in page.overview.documents if row.kind_code == wanted.code])
        for wanted in page.overview.wanted_documents
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def submit(request: HttpRequest, pid: str) -> HttpResponse:
    """The page with the button, and the short way behind it: one frozen version and its digest, nothing else."""
    return _submit(request, pid) if request.method == "POST" else _page_with_the_button(request, page_of(request, pid))


def _page_with_the_button(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Whoever sits here is asked before they see it, never between the button and the receipt."""
    frozen = _frozen(page, staging.current_bundle(page.proposal))
    if not (page.is_open and page.can_sign and frozen["bundle"]) or frozen["is_sent"]:
        return redirect("proposal-check", page.proposal.public_id)
    if not is_fresh(request):
        return ask_who_it_is(request, request.path)
    asked = {"is_asked": page.runs_out_with == frozen["bundle"].version, "ticket": ticket_for(request, _act_on(page))}
    return render(request, "proposals/submit.html", _as_reviewers_see(page) | frozen | asked)


def _act_on(page: DraftPage) -> str:
    return f"submit {page.proposal.public_id}"


def _submit(request: HttpRequest, pid: str) -> HttpResponse:
    # Read first, as the verb would: nothing that this page waits for may make a bidder late.
    arrival = arrive(stamp_of(request))
    bundle = _newest_bundle(request, pid)
    if bundle is None:
        messages.error(request, _("Nothing is frozen yet, so there is nothing to submit. Freeze this version first."))
        return redirect("proposal-check", pid)
    if not _may_go_on(request, bundle):
        return ask_who_it_is(request, request.path)
    # Whoever may not submit uses up nothing of what the company has.
    if bundle.role in at_least(SIGN) and submit_limit.is_over_limit(bundle.proposal.company, request.now):
        return _too_many(request, pid)
    try:
        sha256 = request.POST.get("sha256", "")
        outcome = submission.submit(bundle=bundle, sha256=sha256, by=request.user, arrival=arrival)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("proposal-submit", pid)
    return led_by(outcome, bundle.proposal, bundle, "submit")


@button_on("proposal-submit", "pid")
@login_required
def auto_submit(request: HttpRequest, pid: str) -> HttpResponse:
    """The tick: submit what is frozen when time runs out."""
    stamp = stamp_of(request) or clock.database_now()
    bundle = _newest_bundle(request, pid)
    if bundle is None:
        return redirect("proposal-check", pid)
    if not _may_go_on(request, bundle):
        return ask_who_it_is(request, reverse("proposal-submit", args=[pid]))
    try:
        _keep_choice(request, bundle, stamp)
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("proposal-submit", pid)


def _keep_choice(request: HttpRequest, bundle: Bundle, stamp: datetime) -> None:
    if request.POST.get("sha256", bundle.sha256) != bundle.sha256:
        # Frozen by a colleague since: nobody asks for a version that they have not seen.
        raise auto.NotAskable(_("A newer version of this proposal is frozen. Reload the page and choose that one."))
    if "asked" not in request.POST:
        auto.take_back(proposal=bundle.proposal, by=request.user, stamp=stamp)
        messages.success(request, _("Nothing is submitted for you when time runs out."))
        return
    auto.ask(bundle=bundle, by=request.user, stamp=stamp)
    messages.warning(
        request,
        _("NOT SUBMITTED. Version %(version)s is submitted when time runs out, if nobody presses the button before.")
        % {"version": bundle.version},
    )


def _newest_bundle(request: HttpRequest, pid: str) -> Bundle | None:
    """The newest version, with as little of it as the way to a receipt needs; a foreign proposal is not found."""
    bundle = (
        versions_visible_to(request.user).filter(proposal__public_id=pid).only(*NEEDED).order_by("-version").first()
    )
    if bundle is None:
        get_object_or_404(proposals_visible_to(request.user).filter(public_id=pid))
    return bundle


def _may_go_on(request: HttpRequest, bundle: Bundle) -> bool:
    """Raises Denied for who is no signatory, before they are asked for a password in vain."""
    if may_act(request, f"submit {bundle.proposal.public_id}"):
        return True
    check_can_submit(request.user, bundle.proposal)
    return False


def _too_many(request: HttpRequest, pid: str) -> HttpResponse:
    sentence = _(
        "Your company sent more than %(most)s requests to submit in ten minutes. Wait a few minutes; what was received "
        "before has its receipt."
    ) % {"most": submit_limit.MOST}
    response = render(request, "409.html", {"sentence": sentence}, status=429)
    response["Retry-After"] = str(submit_limit.SECONDS)
    return response


def led_by(outcome: Outcome, proposal: Proposal, bundle: Bundle, act: str) -> HttpResponse:
    """To the page that tells what became of it."""
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
