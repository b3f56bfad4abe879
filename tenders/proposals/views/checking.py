"""The check page: everything as reviewers will see it, before it is frozen and on the page with the button."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from coalition_portal.formatting import in_language
from tenders.notices.claims import Verdict, claim_text
from tenders.notices.models import Requirement
from tenders.proposals import staging
from tenders.proposals.draft_texts import judged_text
from tenders.proposals.models import Bundle, Document
from tenders.proposals.offer_checks import totals_of
from tenders.proposals.offer_sheet import offer_as_frozen, sheet_of
from tenders.proposals.views.pages import DraftPage, proposal_page

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
    return render(request, "proposals/check.html", as_reviewers_see(page) | frozen_version(page, bundle))


def frozen_version(page: DraftPage, bundle: Bundle | None) -> dict:
    sent = page.standing.bundle
    return {"bundle": bundle, "is_sent": bundle is not None and sent is not None and sent.pk == bundle.pk}


def as_reviewers_see(page: DraftPage) -> dict:
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
