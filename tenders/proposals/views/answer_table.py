"""The answers as a workbook: out, and in again by way of a page that shows what would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from coalition_portal.buttons import button_on
from coalition_portal.formatting import in_language
from tenders.notices.claims import claim_text
from tenders.notices.models import AnswerType, Requirement
from tenders.proposals import answer_table, drafting
from tenders.proposals.answer_fields import AnswerFields
from tenders.proposals.answer_table import BYTES_MAX, NotThisTable, Origin, Table
from tenders.proposals.draft_texts import answer_columns
from tenders.proposals.forms import packed, unpacked
from tenders.proposals.gate.inspection import Unfit, inspect
from tenders.proposals.permissions import check_can_edit_draft
from tenders.proposals.saving import StaleDraft, Unanswerable
from tenders.proposals.views.answers import known_fields, saved_texts
from tenders.proposals.views.pages import DraftPage, proposal_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Change:
    """One answer that the table would change; `is_news` where somebody saved since the table was downloaded."""

    cell: str
    title: str
    before: str
    after: str
    is_news: bool


@require_safe
@proposal_page
def download(request: HttpRequest, page: DraftPage) -> HttpResponse:
    known = known_fields(page)
    proposal, saved = page.proposal, saved_texts(page.proposal, known)
    origin = Origin(
        tender=proposal.tender.number,
        proposal=proposal.public_id,
        revision=proposal.revision,
        seen={code: saved[code] for code in known.requirements},
    )
    content = answer_table.written(known.requirements.values(), origin)
    headers = {"Content-Disposition": f'attachment; filename="answers-{proposal.tender.number}.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


@button_on("proposal-answers", "pid")
@proposal_page
def preview(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """What the table would change, and which of its cells cannot be saved. Nothing is saved here."""
    known = known_fields(page)
    check_can_edit_draft(request.user, page.proposal, request.now)
    try:
        read = _read(request.FILES.get("table"), page, known)
    except NotThisTable as refused:
        context = {"page": page, "problem": refused.sentence}
        return render(request, "proposals/answer_table.html", context, status=422)
    return _preview(request, page, known, read)


def _read(upload: UploadedFile | None, page: DraftPage, known: AnswerFields) -> Table:
    if upload is None:
        raise NotThisTable(_("No file was chosen. Choose the table that you filled in."))
    if upload.size > BYTES_MAX:
        raise NotThisTable(
            _("The file is larger than 2 MB, which no such table is. Choose the one that you downloaded here.")
        )
    try:
        inspect(upload.file, "xlsx")
    except Unfit as unfit:
        raise NotThisTable(
            _("This is no plain workbook. Save the table as XLSX, without macros, links or a password, and try again.")
        ) from unfit
    upload.file.seek(0)
    read = answer_table.read(upload.file, known.requirements.values())
    answer_table.check_origin(read.origin, tender=page.proposal.tender.number, proposal=page.proposal.public_id)
    return read


def _preview(request: HttpRequest, page: DraftPage, known: AnswerFields, read: Table) -> HttpResponse:
    saved = saved_texts(page.proposal, known)
    wanted = {code: known.as_kept(code, text) for code, text in read.typed.items()}
    # What was not touched in the table takes nothing back that was saved since.
    touched = {code: text for code, text in wanted.items() if text not in (saved[code], read.origin.seen.get(code))}
    changes = [_change(known.requirements[code], text, saved, read) for code, text in touched.items()]
    context = {
        "page": page,
        "changes": changes,
        "has_news": any(change.is_news for change in changes),
        "mistakes": read.mistakes,
        "typed": packed(touched),
        "seen": packed({code: saved[code] for code in touched}),
    }
    return render(request, "proposals/answer_table.html", context, status=422 if read.mistakes else 200)


def _change(row: Requirement, text: str, saved: Mapping[str, str], read: Table) -> Change:
    return Change(
        cell=read.cells[row.code],
        title=in_language(row, "title"),
        before=_words(row, saved[row.code]),
        after=_words(row, text),
        is_news=saved[row.code] != read.origin.seen.get(row.code, ""),
    )


def _words(row: Requirement, text: str) -> str:
    if not text:
        return _("no answer")
    columns = answer_columns(row, text)
    claim = next(value for value in columns.values() if value not in (None, ""))
    return claim_text(row, Decimal(claim) if row.answer_type == AnswerType.NUMBER else claim)


@button_on("proposal-answers", "pid")
@proposal_page
def keep(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """After the preview: what it showed is saved where nobody saved something else meanwhile."""
    typed, seen = unpacked(request.POST.get("typed", "")), unpacked(request.POST.get("seen", ""))
    try:
        drafting.save_answers(
            proposal=page.proposal, answers=typed or {}, revision=0, seen=seen, by=request.user, now=request.now
        )
    except (StaleDraft, Unanswerable) as refused:
        context = {"page": page, "problem": _again(refused)}
        return render(request, "proposals/answer_table.html", context, status=409)
    count = len(typed or {})
    messages.success(
        request,
        ngettext("%(count)s answer of the table is saved.", "%(count)s answers of the table are saved.", count)
        % {"count": count},
    )
    return redirect("proposal-answers", page.proposal.public_id)


def _again(refused: StaleDraft | Unanswerable) -> str:
    if isinstance(refused, Unanswerable):
        return refused.sentence
    return _("Somebody saved other answers while you looked at this page. Nothing was changed. Choose the table again.")
