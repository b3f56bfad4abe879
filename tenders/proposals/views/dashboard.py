from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from coalition_portal.formatting import duration, in_language
from manufacturers.queries import company_of, has_accepted_undertaking
from tenders.notices import timetable
from tenders.notices.models import Tender
from tenders.notices.states import TenderState
from tenders.proposals.completeness import Overview
from tenders.proposals.draft_content import with_content
from tenders.proposals.models import Proposal
from tenders.proposals.queries import Standing, proposals_visible_to, standings_of, with_closes_at
from tenders.proposals.states import ProposalState
from tenders.proposals.views.pages import company_page, standing_word


@dataclass(frozen=True)
class Line:
    """One proposal of the company at one instant. `closes_at` is its deadline in force."""

    proposal: Proposal
    standing: Standing
    overview: Overview
    closes_at: datetime
    is_open: bool

    @property
    def is_sent(self) -> bool:
        """What was submitted is the draft as it stands."""
        return self.standing.is_submitted and self.standing.bundle.revision == self.proposal.revision

    @property
    def needs_doing(self) -> bool:
        return self.is_open and not self.is_sent and not self.standing.is_withdrawn

    @property
    def is_changed(self) -> bool:
        """Somebody can still submit what was changed after the version that counts."""
        return self.standing.is_submitted and self.needs_doing

    @property
    def word(self) -> str:
        """Short, for a table; after the deadline nobody submits changes, so it says what counts alone."""
        return (_("Changes not submitted") if self.is_changed else standing_word(self.standing, is_sent=True)).upper()

    @property
    def model(self) -> str:
        """The hyphen of a model never ends a line."""
        return self.proposal.drone_model.name.replace("-", "\N{NON-BREAKING HYPHEN}")

    @property
    def tone(self) -> str:
        if self.is_sent or (self.standing.is_submitted and not self.is_open):
            return "good"
        return "warn" if self.is_open else "quiet"

    @property
    def is_excluded(self) -> bool:
        """Said only once the result is published: until then an exclusion is a working paper of two officers."""
        return self.proposal.state == ProposalState.EXCLUDED

    @property
    def is_in_evaluation(self) -> bool:
        return self.standing.is_submitted and self.proposal.tender.state == TenderState.OPENED

    @property
    def is_finished(self) -> bool:
        return self.proposal.tender.state in (TenderState.CANCELLED, TenderState.UNSUCCESSFUL)


@require_safe
@company_page
def dashboard(request: HttpRequest) -> HttpResponse:
    lines = _lines(request)
    company = company_of(request.user)
    tasks = [_task(line, request.now) for line in sorted(lines, key=lambda line: line.closes_at) if line.needs_doing]
    has_undertaking = has_accepted_undertaking(company)
    if not has_undertaking:
        tasks.insert(0, _undertaking_task())
    begun = {line.proposal.tender_id for line in lines}
    context = {
        "tasks": tasks,
        "title": _title(len(tasks)),
        "lines": lines,
        "open_tenders": Tender.objects.with_deadline().open_at(request.now).exclude(pk__in=begun).order_by("closes_at"),
        "owner": company,
    }
    return render(request, "proposals/dashboard.html", context)


def _lines(request: HttpRequest) -> list[Line]:
    """The company's proposals, latest deadline first."""
    proposals = list(
        with_closes_at(with_content(proposals_visible_to(request.user))).order_by("-closes_at", "public_id")
    )
    standings = standings_of(proposals)
    return [
        Line(
            proposal=proposal,
            standing=standings[proposal.pk],
            overview=Overview(proposal),
            closes_at=proposal.closes_at,
            is_open=timetable.takes_proposals(proposal.tender.state, proposal.closes_at, request.now),
        )
        for proposal in proposals
    ]


def _title(count: int) -> str:
    if not count:
        return _("Nothing needs doing now")
    return ngettext("%(count)s thing needs doing", "%(count)s things need doing", count) % {"count": count}


def _undertaking_task() -> dict:
    return {
        "url": reverse("undertaking"),
        "title": _("Accept the confidentiality undertaking"),
        "need": _("The thresholds of a tender are shown to companies that accepted it. It is one click."),
        "tone": "warn",
        "word": _("To accept"),
        "state": "",
        "closes_at": None,
    }


def _task(line: Line, now: datetime) -> dict:
    names = {"tender": in_language(line.proposal.tender, "title"), "model": line.proposal.drone_model.name}
    if line.standing.is_submitted:
        title = _("Submit your changes: %(tender)s, %(model)s") % names
        need = _("Version %(version)s counts, without what you changed after it.") % {
            "version": line.standing.bundle.version
        }
        word = _("Changes not submitted")
    else:
        missing = max(line.overview.wanted - line.overview.done, 0 if line.overview.is_complete else 1)
        title = _("Finish and submit: %(tender)s, %(model)s") % names
        need = _("NOT SUBMITTED. %(percent)s %% complete.") % {"percent": line.overview.percent}
        word = _("%(count)s missing") % {"count": missing} if missing else _("Ready to submit")
    return {
        "url": reverse("proposal", args=[line.proposal.public_id]),
        "title": title,
        "need": need,
        "tone": "warn",
        "word": word,
        "state": "begun",
        "closes_at": line.closes_at,
        "left": duration(line.closes_at - now),
    }
