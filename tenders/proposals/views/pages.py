"""What every page about one proposal knows, loaded from what the person may see: all else is not found."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from coalition_portal.formatting import in_language, is_soon
from manufacturers.queries import landing_of, person_of
from tenders.notices.queries import deadline_in_force, may_see_all_requirements
from tenders.proposals.draft_content import with_content
from tenders.proposals.models import WithdrawalNotice
from tenders.proposals.permissions import can_edit_draft, can_submit
from tenders.proposals.queries import Standing, proposals_visible_to
from tenders.proposals.seen_draft import SeenDraft
from tenders.proposals.staging import current_bundle
from tenders.proposals.withdrawal_notice import notice_of

View = Callable[..., HttpResponse]


@dataclass
class DraftPage(SeenDraft):
    """With what the person may do, and in the words of the pages."""

    can_edit: bool
    can_sign: bool

    @property
    def name(self) -> str:
        """Tender and model; the hyphen of a model never ends a line."""
        model = self.proposal.drone_model.name.replace("-", "\N{NON-BREAKING HYPHEN}")
        return f"{in_language(self.proposal.tender, 'title')}: {model}"

    @property
    def word(self) -> str:
        """What this proposal is, in the words that stand large on its pages."""
        return standing_word(self.standing, is_sent=self.is_sent)

    @property
    def headline(self) -> str:
        """The same before the title of a page, where a narrow tab shows the first words alone."""
        is_changed = self.standing.is_submitted and not self.is_sent
        return (_("Changes not submitted") if is_changed else self.word).upper()

    @property
    def runs_out_with(self) -> int | None:
        """The version that is submitted when time runs out, if nobody submits it before; None where none is asked for.

        It stays until the closing has made the receipt.
        """
        asked, counting = self.proposal.auto_submit, self.standing.bundle
        if asked is None or (counting is not None and counting.version >= asked.version):
            return None
        return asked.version

    @cached_property
    def asker_may_sign(self) -> bool:
        """Whether who asked for that still may. What a signatory asked for stands for the company when they leave."""
        return can_submit(self.proposal.auto_submit_by, self.proposal)

    @property
    def is_sent(self) -> bool:
        """What was submitted is the draft as it stands."""
        return self.standing.is_submitted and self.standing.bundle.revision == self.proposal.revision

    @cached_property
    def notice(self) -> WithdrawalNotice | None:
        """That the company no longer stands by what it submitted, said since the deadline."""
        return notice_of(self.proposal)

    @property
    def counts_down_to(self) -> datetime | None:
        """None where no deadline matters any more."""
        return None if self.is_called_off else self.closes_at

    @property
    def tone(self) -> str:
        if self.is_sent:
            return "good"
        return "soon" if self.is_open and is_soon(self.now, self.closes_at) else ""

    @property
    def left(self) -> int:
        """How many items are missing; at least one while the draft is not complete."""
        return max(self.overview.wanted - self.overview.done, len(self.overview.missing) > 0)

    @cached_property
    def freezes_next(self) -> bool:
        """Nothing is missing, and the draft as it stands is not frozen: then the button of the documents does it."""
        return self.can_edit and self.overview.is_complete and current_bundle(self.proposal) is None

    def url(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.proposal.public_id, *args])


def standing_word(standing: Standing, *, is_sent: bool) -> str:
    """`is_sent`: what was submitted is the draft as it stands. Nobody may take one for the other."""
    if standing.is_submitted:
        return _("Submitted") if is_sent else _("Submitted, but your changes since are not")
    return _("Withdrawn") if standing.is_withdrawn else _("Not submitted")


def company_page(view: View) -> View:
    """Visitors are sent to sign in; whoever acts for no company is led where they belong."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if person_of(request.user) is None:
            return redirect(landing_of(request.user))
        return view(request, *args, **kwargs)

    return guarded


def proposal_page(view: View) -> View:
    """Gives the view the page of the proposal named in the address; a foreign one is not found, like a missing one."""

    @login_required
    @wraps(view)
    def loaded(request: HttpRequest, pid: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, page_of(request, pid), *args, **kwargs)

    return loaded


def editing_page(view: View) -> View:
    """As proposal_page, for pages that change the draft: who may only read is led to the check page, which shows it."""

    @proposal_page
    @wraps(view)
    def editable(request: HttpRequest, page: DraftPage, *args: Any, **kwargs: Any) -> HttpResponse:
        if not page.can_edit and request.method != "POST":
            return redirect("proposal-check", page.proposal.public_id)
        return view(request, page, *args, **kwargs)

    return editable


def page_of(request: HttpRequest, pid: str) -> DraftPage:
    rows = with_content(proposals_visible_to(request.user)).select_related("auto_submit", "auto_submit_by")
    proposal = get_object_or_404(rows, public_id=pid)
    closes_at = proposal.tender.closes_at = deadline_in_force(proposal.tender).closes_at
    return DraftPage(
        proposal=proposal,
        closes_at=closes_at,
        can_edit=can_edit_draft(request.user, proposal, request.now),
        can_sign=can_submit(request.user, proposal),
        sees_all=may_see_all_requirements(request.user),
        now=request.now,
    )
