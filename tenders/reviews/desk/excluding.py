from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from coalition_portal.formatting import in_language
from coalition_portal.identity.queries import country_of
from coalition_portal.permission import Refused
from coalition_portal.public_ids import is_public_id
from coalition_portal.staff import staff_context, staff_page
from tenders.notices.models import Requirement, Tender
from tenders.notices.states import TenderState
from tenders.proposals import exclusion
from tenders.proposals.models import Exclusion, OpenedProposal
from tenders.proposals.permissions import can_exclude
from tenders.reviews import reading
from tenders.reviews.desk.access import require, tender_in_review
from tenders.reviews.forms import ExclusionForm
from tenders.reviews.queries import admitted, exclusions_visible_to, opened_on_desk


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def exclusions(request, number):
    """Proposals that fail a must-have; what is proposed and waits for a second country; what is excluded."""
    tender = tender_in_review(number)
    require(can_exclude(request.user, tender))
    rows = _candidates(request.user, tender)
    form = ExclusionForm(
        request.POST if request.method == "POST" else None, proposals=[(row["opened"], row["drafted"]) for row in rows]
    )
    if request.method == "POST" and _act(request, tender, form):
        return redirect("admin:desk-exclusions", number=number)
    for row in rows:
        row |= form.fields_of(row["opened"])
    found = list(exclusions_visible_to(request.user, tender))
    proposed = [_with_right(row, request.user) for row in found if row.confirmed_at is None]
    context = {
        "tender": tender,
        "form": form,
        "failing": [row for row in rows if row["fails"] or row["opened"].failure],
        "passing": [row for row in rows if not row["fails"] and not row["opened"].failure],
        "proposed": proposed,
        "confirmed": [row for row in found if row.confirmed_at is not None],
        "may_confirm": any(row.is_mine_to_confirm for row in proposed),
        "is_in_review": tender.state == TenderState.OPENED,
    }
    return render(request, "reviews/desk/exclusions.html", staff_context(request, **context))


def _candidates(user, tender: Tender) -> list[dict]:
    """Everything that is not excluded or proposed for it, with the must-haves that fail and the reason they make."""
    requirements = list(Requirement.objects.filter(tender=tender, must_have=True).order_by("order"))
    rows = admitted(opened_on_desk(user, tender)).filter(exclusion=None)
    rows = rows.select_related("proposal__company", "proposal__drone_model").order_by("public_id")
    return [_candidate(opened, reading.failing_must_haves(opened.content, requirements)) for opened in rows]


def _candidate(opened: OpenedProposal, fails: list[reading.ClaimRow]) -> dict:
    if opened.failure:
        return {"opened": opened, "fails": [], "drafted": _("The submission could not be read.")}
    return {"opened": opened, "fails": fails, "drafted": " ".join(_sentence(row) for row in fails)}


def _sentence(row: reading.ClaimRow) -> str:
    told = {
        "code": row.requirement.code,
        "title": in_language(row.requirement, "title"),
        "got": row.claimed or _("nothing"),
        "wanted": row.wanted,
    }
    return _("%(code)s %(title)s: claimed %(got)s, wanted %(wanted)s.") % told


def _with_right(row: Exclusion, user) -> Exclusion:
    """Whether this person can be the second one: of another country than the one that proposed."""
    country = country_of(user)
    row.is_mine_to_confirm = country is not None and country != row.proposed_country
    return row


def _act(request, tender: Tender, form: ExclusionForm) -> bool:
    acts = {"propose": _propose, "confirm": _confirm, "take_back": _take_back}
    act = acts.get(request.POST.get("act"))
    require(act is not None)
    return act(request, tender, form)


def _propose(request, tender: Tender, form: ExclusionForm) -> bool:
    if not form.is_valid():
        return False
    if not form.chosen:
        form.add_error(None, _("Nothing is ticked. Tick the proposals that you propose to exclude."))
        return False
    for opened, reason in form.chosen:
        try:
            exclusion.propose_exclusion(opened=opened, reason=reason, by=request.user, now=request.now)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
    messages.success(request, _("Proposed. A person of another country confirms the list."))
    return True


def _confirm(request, tender: Tender, form: ExclusionForm) -> bool:
    return _each(request, tender, exclusion.confirm_exclusion)


def _take_back(request, tender: Tender, form: ExclusionForm) -> bool:
    return _each(request, tender, exclusion.withdraw_exclusion)


def _each(request, tender: Tender, verb) -> bool:
    """The verb for every ticked exclusion that this person may know of."""
    public_ids = request.POST.getlist("exclusion")
    require(all(map(is_public_id, public_ids)))
    ticked = exclusions_visible_to(request.user, tender).filter(opened__public_id__in=public_ids)
    done = 0
    for row in ticked:
        try:
            verb(exclusion=row, by=request.user, now=request.now)
            done += 1
        except Refused as refusal:
            messages.error(request, refusal.sentence)
    if done:
        words = ngettext("%(count)s exclusion is decided.", "%(count)s exclusions are decided.", done)
        messages.success(request, words % {"count": done})
    return True
