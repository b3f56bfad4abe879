from dataclasses import replace
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalition_portal.permission import Denied, Refused
from tenders.notices.models import Tender
from tenders.notices.price import evaluated_price, price_points
from tenders.proposals import drafting
from tenders.proposals.draft_texts import OFFER_FIELDS, PRICE, offer_texts, prices_of
from tenders.proposals.drafting import Offer, StaleDraft
from tenders.proposals.forms import DeclarationsForm, OfferForm, packed, revision_in, unpacked
from tenders.proposals.models import Proposal
from tenders.proposals.views.pages import DraftPage, editing_page

UNIT_PRICES = ("trial_unit_price", "production_unit_price")


@require_http_methods(["GET", "HEAD", "POST"])
@editing_page
def offer(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Prices, capacity and, for a signatory, the declarations. What can be kept is saved beside what cannot."""
    tender = page.proposal.tender
    declared = DeclarationsForm(tender, initial={"declarations": page.proposal.declarations_accepted})
    if request.method != "POST":
        return _render(request, page, OfferForm(tender, initial=offer_texts(page.proposal)), declared)
    form = OfferForm(tender, data=request.POST)
    is_clean = form.is_valid()
    if page.can_sign:
        declared = DeclarationsForm(tender, data=request.POST)
        is_clean &= declared.is_valid()
    try:
        page.proposal = _saved(request, page, form)
        if page.can_sign and declared.is_valid():
            page.proposal = drafting.accept_declarations(
                proposal=page.proposal, codes=declared.cleaned_data["declarations"], by=request.user, now=request.now
            )
    except StaleDraft as stale:
        return _render_stale(request, page, declared, stale)
    except (Denied, Refused) as refused:
        problem = refused.reason if isinstance(refused, Denied) else refused.sentence
        return _render(request, page, form, declared, problem=problem, status=403)
    return _lead_on(request, page) if is_clean else _render(request, page, form, declared, status=422)


def _saved(request: HttpRequest, page: DraftPage, form: OfferForm) -> Proposal:
    """Fields that cannot be kept as typed stay as they were saved."""
    texts = offer_texts(page.proposal) | form.readable
    return drafting.save_offer(
        proposal=page.proposal,
        offer=_offer_of(texts),
        revision=revision_in(request.POST),
        seen=unpacked(request.POST.get("seen", "")),
        by=request.user,
        now=request.now,
    )


def _offer_of(texts: dict[str, str]) -> Offer:
    prices = {field.removeprefix(PRICE): text for field, text in texts.items() if field.startswith(PRICE)}
    return replace(Offer(prices=prices), **{name: texts[name] for name in OFFER_FIELDS})


def _lead_on(request: HttpRequest, page: DraftPage) -> HttpResponse:
    messages.success(request, _("Your offer is saved."))
    name = "proposal-offer" if "stay" in request.POST else "proposal-documents"
    return redirect(name, page.proposal.public_id)


def _render_stale(request: HttpRequest, page: DraftPage, declared: DeclarationsForm, stale: StaleDraft) -> HttpResponse:
    page.proposal.refresh_from_db()
    form = OfferForm(page.proposal.tender, data=stale.values)
    form.is_valid()
    for field, saved in stale.clashes.items():
        form.add_error(field, _("Somebody else saved here: %(saved)s") % {"saved": saved or _("nothing")})
    return _render(request, page, form, declared, problem=stale.sentence, status=409)


def _render(
    request: HttpRequest,
    page: DraftPage,
    form: OfferForm,
    declared: DeclarationsForm,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "page": page,
        "form": form,
        "declared": declared,
        "problem": problem,
        "totals": totals_of(page.proposal),
        "revision": page.proposal.revision,
        "seen": packed(offer_texts(page.proposal)),
    }
    return render(request, "proposals/offer.html", context, status=status)


def totals_of(proposal: Proposal) -> dict[str, Decimal | int] | None:
    """What the saved prices come to; None until both unit prices are there."""
    prices = prices_of(proposal)
    if not all(code in prices for code in UNIT_PRICES):
        return None
    tender: Tender = proposal.tender
    evaluated = evaluated_price(prices, tender.trial_share_percent, tender.production_share_percent)
    return {
        "drones": tender.drones_per_batch,
        "batch": prices["trial_unit_price"] * tender.drones_per_batch,
        "evaluated": evaluated,
        "points": price_points(evaluated, tender.ceiling_price, tender.full_points_price),
    }
