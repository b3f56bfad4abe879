from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal.permission import Denied, Refused
from tenders.proposals import offering
from tenders.proposals.draft_texts import declaration_texts, declared_codes, offer_texts, partner_fields, partners_of
from tenders.proposals.forms import DeclarationsForm, packed, revision_in, unpacked
from tenders.proposals.models import Proposal
from tenders.proposals.offer_checks import cautions_about, steps_with_prices, totals_of
from tenders.proposals.offer_forms import OfferForm, partner_rows_to_show
from tenders.proposals.saving import StaleDraft
from tenders.proposals.views.pages import DraftPage, editing_page, proposal_page
from tenders.proposals.views.typed import keeps_what_was_typed
from tenders.proposals.wanted_offer import usual_language

PARTNERS_ANCHOR = "#partners"
ROW_DIGITS = 2


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed
@editing_page
def offer(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Prices, terms, capacity and, for a signatory, the declarations. What can be kept is saved beside what cannot."""
    declared = DeclarationsForm(page.proposal.tender, initial={"declarations": page.proposal.declarations_accepted})
    if request.method != "POST":
        return _render(request, page, _form(page.proposal), declared)
    form = _form(page.proposal, _without_removed(request.POST))
    is_clean = form.is_valid()
    if page.can_sign:
        declared = DeclarationsForm(page.proposal.tender, data=request.POST)
        is_clean &= declared.is_valid()
    try:
        page.proposal = _saved(request, page, form, declared)
    except StaleDraft as stale:
        return _render_stale(request, page, stale)
    except (Denied, Refused) as refused:
        problem = refused.reason if isinstance(refused, Denied) else refused.sentence
        return _render(request, page, form, declared, problem=problem, status=403)
    return _lead_on(request, page) if is_clean else _render(request, page, form, declared, status=422)


def _form(proposal: Proposal, data=None) -> OfferForm:
    rows = partner_rows_to_show([row for row, _partner in partners_of(proposal)], data)
    return OfferForm(proposal.tender, partners=rows, data=data, initial=_shown(proposal))


def _shown(proposal: Proposal) -> dict[str, str]:
    """What the page shows: the tender's language stands there until the company chooses."""
    texts = offer_texts(proposal) | declaration_texts(proposal)
    return texts | {"prevailing_language": texts["prevailing_language"] or usual_language(proposal.tender)}


def _without_removed(data):
    """What was typed, with the row emptied whose button was pressed."""
    row = data.get("remove", "")
    if not (row.isdecimal() and len(row) <= ROW_DIGITS):
        return data
    emptied = data.copy()
    for field in partner_fields(int(row)).values():
        emptied[field] = ""
    return emptied


def _saved(request: HttpRequest, page: DraftPage, form: OfferForm, declared: DeclarationsForm) -> Proposal:
    """Fields that cannot be kept as typed stay as they were saved; ticks are read for a signatory alone."""
    return offering.save_offer_fields(
        proposal=page.proposal,
        texts=form.readable | (declared.readable if page.can_sign else {}),
        revision=revision_in(request.POST),
        seen=unpacked(request.POST.get("seen", "")),
        by=request.user,
        now=request.now,
    )


def _lead_on(request: HttpRequest, page: DraftPage) -> HttpResponse:
    messages.success(request, _("Your offer is saved."))
    if "remove" in request.POST or request.POST.get("stay") == "partners":
        return redirect(page.url("proposal-offer") + PARTNERS_ANCHOR)
    name = "proposal-offer" if "stay" in request.POST else "proposal-documents"
    return redirect(name, page.proposal.public_id)


def _render_stale(request: HttpRequest, page: DraftPage, stale: StaleDraft) -> HttpResponse:
    page.proposal.refresh_from_db()
    form = _form(page.proposal, stale.values)
    declared = DeclarationsForm(page.proposal.tender, data={"declarations": declared_codes(stale.values)})
    form.is_valid()
    declared.is_valid()
    for field, saved in stale.clashes.items():
        if field in form.fields:
            form.add_error(field, _("Somebody else saved here: %(saved)s") % {"saved": saved or _("nothing")})
    if any(field not in form.fields for field in stale.clashes):
        declared.add_error("declarations", _("Somebody else ticked or took back a tick here. Look at each one."))
    return _render(request, page, form, declared, problem=stale.sentence, status=409)


@require_safe
@proposal_page
def totals(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """The part of the page that follows from what is saved, for the script that saves each field."""
    return render(request, "proposals/totals.html", _totals(page))


def _totals(page: DraftPage) -> dict[str, object]:
    return {
        "page": page,
        "steps": [step for step in steps_with_prices(page.proposal) if step.price is not None],
        "totals": totals_of(page.proposal),
        "cautions": cautions_about(page.proposal),
    }


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
        **_totals(page),
        "form": form,
        "declared": declared,
        "problem": problem,
        "revision": page.proposal.revision,
        "seen": packed(_shown(page.proposal)),
    }
    return render(request, "proposals/offer.html", context, status=status)
