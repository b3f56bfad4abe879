from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalition_portal.buttons import button_on
from coalition_portal.identity.queries import people_with_role
from coalition_portal.identity.roles import Role
from coalition_portal.staff import staff_context, staff_page
from tenders.notices.models import ReviewerGroup, Tender
from tenders.notices.states import TenderState
from tenders.proposals.models import OpenedProposal
from tenders.reviews import panel
from tenders.reviews.assignment import set_board
from tenders.reviews.desk.access import require, tell
from tenders.reviews.desk.paging import page_of
from tenders.reviews.forms import PanelForm
from tenders.reviews.models import Assignment, Conflict, PanelMember
from tenders.reviews.permissions import can_run_panel
from tenders.reviews.queries import IN_REVIEW, admitted, in_list_form, opened_on_desk, panel_of
from tenders.reviews.states import SheetState

WANTED_IN_A_GROUP = 3
ROWS = 20


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def board(request, number):
    """Who scores what: proposals down, reviewers of both groups across, all ticks of one page saved as one act."""
    tender = _tender(request, number)
    if request.method == "POST":
        _save(request, tender)
        return redirect(request.get_full_path())
    known = admitted(opened_on_desk(request.user, tender))
    page = page_of(request, in_list_form(known).order_by("public_id"), ROWS)
    members = list(_counted(panel_of(tender), known))
    context = {
        "tender": tender,
        "members": members,
        "page": page,
        "rows": _rows(list(page), members),
        "form": PanelForm(people=_people(tender, members)),
        "is_in_review": tender.state == TenderState.OPENED,
        "wanted": WANTED_IN_A_GROUP,
    }
    return render(request, "reviews/desk/assignments.html", staff_context(request, **context))


@staff_page
@button_on("admin:desk-assignments", "number")
def name_member(request, number):
    tender = _tender(request, number)
    form = PanelForm(request.POST, people=_people(tender, list(panel_of(tender))))
    if not form.is_valid():
        messages.error(request, _("Choose a reviewer and a group, then name them."))
    elif tell(request, panel.name_panel_member, tender=tender, **form.cleaned_data):
        messages.success(request, _("Named. The reviewer declares conflicts before anything is shown."))
    return redirect("admin:desk-assignments", number=number)


@staff_page
@button_on("admin:desk-assignments", "number")
def remove_member(request, number, person):
    tender = _tender(request, number)
    member = get_object_or_404(panel_of(tender), user__public_id=person)
    if tell(request, panel.remove_panel_member, member=member):
        messages.success(request, _("Removed. What this reviewer has locked still counts."))
    return redirect("admin:desk-assignments", number=number)


def _tender(request, number: str) -> Tender:
    """The panel is named from publication on; proposals are assigned once they are opened."""
    rows = Tender.objects.select_related("second_approver", "officer_country", "officer")
    tender = get_object_or_404(rows, number=number, state__in=[TenderState.PUBLISHED, *IN_REVIEW])
    require(can_run_panel(request.user, tender))
    return tender


def _counted(members, known):
    """The panel with its numbers of sheets, over the proposals that the reader may know of."""
    live = Q(assignments__ended_at=None, assignments__opened__in=known.values("pk"))
    return members.annotate(
        assigned=Count("assignments", filter=live, distinct=True),
        locked=Count("assignments", filter=live & Q(assignments__sheet__state=SheetState.LOCKED), distinct=True),
    )


def _people(tender: Tender, members: list[PanelMember]) -> list[tuple]:
    """Reviewers of the panel countries who have no place yet, with the name of their country."""
    countries = {country.pk: country.name for country in tender.panel_countries.all()}
    rows = people_with_role(Role.REVIEWER).exclude(pk__in=[member.user_id for member in members])
    rows = rows.filter(grants__role=Role.REVIEWER, grants__ended_at=None, grants__country__in=list(countries))
    return [(user, countries[user.code]) for user in rows.annotate(code=F("grants__country"))]


def _rows(opened: list[OpenedProposal], members: list[PanelMember]) -> list[dict]:
    live = {
        (row.opened_id, row.member_id): row
        for row in Assignment.objects.filter(opened__in=opened, ended_at=None).select_related("sheet")
    }
    recused = set(Conflict.objects.filter(opened__in=opened).values_list("opened", "member"))
    return [
        {"opened": one, "groups": [_group(one, group, members, live, recused) for group in ReviewerGroup]}
        for one in opened
    ]


def _group(opened, group, members, live, recused) -> dict:
    cells = [_cell(opened, member, live, recused) for member in members if member.group == group]
    return {"label": group.label, "cells": cells, "assigned": sum(cell["checked"] for cell in cells)}


def _cell(opened: OpenedProposal, member: PanelMember, live: dict, recused: set) -> dict:
    assignment = live.get((opened.pk, member.pk))
    sheet = getattr(assignment, "sheet", None)
    is_locked = sheet is not None and sheet.state == SheetState.LOCKED
    is_recused = (opened.pk, member.pk) in recused
    notes = [
        (is_recused, _("recused")),
        (is_locked, _("locked")),
        (str(opened.proposal.company.country) == member.country_id, _("own country")),
    ]
    return {
        "value": f"{opened.public_id}:{member.pk}",
        "member": member,
        "checked": assignment is not None,
        "fixed": is_locked or is_recused,
        "note": ", ".join(note for holds, note in notes if holds),
    }


def _save(request, tender: Tender) -> None:
    """What the person changed on the page: ticks set and cleared against those that the page showed."""
    was, wanted = set(request.POST.getlist("was")), set(request.POST.getlist("pair"))
    known = {row.public_id: row for row in admitted(opened_on_desk(request.user, tender)).defer("content")}
    members = {str(member.pk): member for member in panel_of(tender)}
    new = [_pair(value, known, members) for value in sorted(wanted - was)]
    gone = [_pair(value, known, members) for value in sorted(was - wanted)]
    end = [row for pair in gone if (row := Assignment.objects.filter(opened=pair[0], member=pair[1]).first())]
    if not new and not end:
        messages.info(request, _("Nothing was changed."))
    elif tell(request, set_board, tender=tender, assign=new, end=end):
        messages.success(request, _("Saved. The reviewers find it in their queues."))


def _pair(value: str, known: dict, members: dict) -> tuple[OpenedProposal, PanelMember]:
    public_id, _colon, member = value.partition(":")
    if public_id not in known or member not in members:
        raise Http404
    return known[public_id], members[member]
