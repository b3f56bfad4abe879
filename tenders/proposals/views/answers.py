from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalition_portal.formatting import in_language
from coalition_portal.permission import Denied
from tenders.notices.claims import Claim, Verdict, claim_text, unit_words, verdict, wanted_text
from tenders.notices.models import AnswerType, Requirement, Tender
from tenders.proposals import drafting
from tenders.proposals.answer_fields import AnswerFields
from tenders.proposals.draft_texts import DOCUMENT, EVIDENCE, PAGE, answer_columns, asks_for_document, judged_text
from tenders.proposals.forms import AnswersForm, packed, revision_in, unpacked
from tenders.proposals.models import Proposal
from tenders.proposals.saving import StaleDraft
from tenders.proposals.views.pages import DraftPage, editing_page
from tenders.proposals.views.typed import keeps_what_was_typed

MANY = Decimal(5)
"""Beside an empty field a unit stands in the form that most numbers take."""


@dataclass(frozen=True)
class Row:
    """One requirement on the page; `clash` is what somebody else saved in it meanwhile.

    `evidence_fields` are the document and its page; none where no document is asked for or none is there yet.
    """

    requirement: Requirement
    field: BoundField
    evidence_fields: tuple[BoundField, ...]
    shown_by: str
    claim: Claim
    unit: str
    threshold_unit: str
    claim_unit: str
    objective_unit: str
    wanted: str
    tone: str
    word: str
    text: str
    evidence: str
    clash: str
    accepted: str

    @property
    def control(self) -> str:
        """The field wired to what stands beside it: its error and what somebody else saved."""
        parts = [f"{self.field.auto_id}-error"] * bool(self.field.errors) + [f"{self.field.auto_id}-clash"] * bool(
            self.clash
        )
        attributes = {"aria-describedby": " ".join(parts)} if parts else {}
        if self.field.errors:
            attributes["aria-invalid"] = "true"
        return self.field.as_widget(attrs=attributes)

    @property
    def evidence_is_open(self) -> bool:
        return any(field.errors for field in self.evidence_fields)

    @property
    def is_number(self) -> bool:
        return self.requirement.answer_type == AnswerType.NUMBER

    @property
    def has_bar(self) -> bool:
        return self.is_number and self.requirement.threshold is not None and bool(self.requirement.operator)

    @property
    def is_choice(self) -> bool:
        return self.requirement.answer_type in (AnswerType.YES_NO, AnswerType.CHOICE)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed
@editing_page
def answers(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Texts that can be kept are saved at once, also beside one that cannot: a line that breaks costs no answer."""
    known = known_fields(page)
    if request.method != "POST":
        saved = saved_texts(page.proposal, known)
        return _render(request, page, known, AnswersForm(known, initial=saved), saved)
    form = AnswersForm(known, data=request.POST)
    is_clean = form.is_valid()
    try:
        draft = drafting.save_answers(
            proposal=page.proposal,
            answers=form.readable,
            revision=revision_in(request.POST),
            seen=unpacked(request.POST.get("seen", "")),
            by=request.user,
            now=request.now,
        )
    except StaleDraft as stale:
        return _render_stale(request, page, known, stale)
    except Denied as denied:
        saved = saved_texts(page.proposal, known)
        return _render(request, page, known, form, saved, problem=denied.reason, status=403)
    if is_clean:
        return _lead_on(request, page, known)
    page.proposal = draft
    return _render(request, page, known, form, saved_texts(draft, known), status=422)


def known_fields(page: DraftPage) -> AnswerFields:
    """From what the page has loaded anyway."""
    return AnswerFields(
        requirements={row.code: row for row in page.overview.visible_requirements},
        documents={row.public_id: row for row in page.overview.documents},
    )


def saved_texts(proposal: Proposal, known: AnswerFields) -> dict[str, str]:
    return known.texts(drafting.kept_answers(proposal))


def _lead_on(request: HttpRequest, page: DraftPage, known: AnswerFields) -> HttpResponse:
    messages.success(request, _("Your answers are saved."))
    if "stay" in request.POST:
        return redirect("proposal-answers", page.proposal.public_id)
    saved = saved_texts(page.proposal, known)
    rows = known.requirements.values()
    failing = [row for row in rows if row.must_have and verdict(row, _claim(row, saved)) == Verdict.FAILS]
    if failing:
        names = "; ".join(in_language(row, "title") for row in failing)
        messages.warning(
            request,
            _("These must-haves do not pass: %(names)s. You can submit, but a must-have is never waived later.")
            % {"names": names},
        )
    return redirect("proposal-offer", page.proposal.public_id)


def _render_stale(request: HttpRequest, page: DraftPage, known: AnswerFields, stale: StaleDraft) -> HttpResponse:
    page.proposal.refresh_from_db(fields=["revision", "updated_at"])
    form = AnswersForm(known, data=stale.values)
    saved = saved_texts(page.proposal, known)
    return _render(request, page, known, form, saved, stale=stale, status=409)


def _render(
    request: HttpRequest,
    page: DraftPage,
    known: AnswerFields,
    form: AnswersForm,
    saved: Mapping[str, str],
    *,
    stale: StaleDraft | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    form.is_valid()
    texts = form.readable if form.is_bound else saved
    clashes = stale.clashes if stale else {}
    kinds = {wanted.code: in_language(wanted, "title") for wanted in page.overview.wanted_documents}
    rows = [_row(row, form, texts, clashes, known, kinds) for row in known.requirements.values()]
    context = {
        "page": page,
        "form": form,
        "clashed": [row for row in rows if row.clash],
        "groups": _groups(page.proposal.tender, rows),
        "problem": stale.sentence if stale else problem,
        "revision": page.proposal.revision,
        "seen": packed(saved),
        "person": request.user.public_id,
        # The script counts on as fields save themselves.
        "answered": format_html("<span data-answered>{}</span>", sum(bool(saved[code]) for code in known.requirements)),
        "wanted": len(page.overview.requirements),
        "hidden": len(page.overview.requirements) - len(known.requirements),
    }
    return render(request, "proposals/answers.html", context, status=status)


def _groups(tender: Tender, rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Rows under the title of their criterion, each title once; one without a criterion stays with those before it."""
    titles = {row.code: in_language(row, "title") for row in tender.criteria.all()}
    groups: dict[str, list[Row]] = {}
    title = _("Requirements")
    for row in rows:
        title = titles.get(row.requirement.criterion_code, title)
        groups.setdefault(title, []).append(row)
    return list(groups.items())


def _claim(row: Requirement, texts: Mapping[str, str]) -> Claim:
    text = texts.get(row.code, "")
    if not text:
        return None
    columns = answer_columns(row, text)
    names = {AnswerType.NUMBER: "number", AnswerType.YES_NO: "yes", AnswerType.CHOICE: "choice"}
    return columns[names.get(AnswerType(row.answer_type), "text")]


def _row(
    row: Requirement,
    form: AnswersForm,
    texts: Mapping[str, str],
    clashes: Mapping[str, str],
    known: AnswerFields,
    kinds: Mapping[str, str],
) -> Row:
    claim = _claim(row, texts)
    tone, word, text = _judged(row, claim)
    linked = known.documents.get(texts.get(EVIDENCE + row.code, ""))
    has_evidence = asks_for_document(row) and bool(known.documents)
    return Row(
        requirement=row,
        field=form[row.code],
        evidence_fields=(form[EVIDENCE + row.code], form[PAGE + row.code]) if has_evidence else (),
        shown_by=linked.name if linked else "",
        claim=claim,
        unit=unit_words(row.unit, MANY),
        threshold_unit=_unit_after(row, row.threshold),
        claim_unit=_unit_after(row, claim if isinstance(claim, Decimal) else None),
        objective_unit=_unit_after(row, row.objective),
        wanted=judged_text(row),
        tone=tone,
        word=word,
        text=text,
        evidence=kinds.get(row.evidence.removeprefix(DOCUMENT), ""),
        clash=_clash(row, clashes, known),
        accepted=" ".join(_accepted(row)),
    )


def _unit_after(row: Requirement, number: Decimal | None) -> str:
    return "" if number is None else unit_words(row.unit, number)


def _clash(row: Requirement, clashes: Mapping[str, str], known: AnswerFields) -> str:
    """What somebody else saved in the fields of this requirement, as words; empty where nobody did."""
    told = []
    if row.code in clashes:
        told.append(claim_text(row, _claim(row, clashes)) or _("no answer"))
    if (document := clashes.get(EVIDENCE + row.code)) is not None:
        told.append(known.documents[document].name if document in known.documents else _("No document yet"))
    if (page := clashes.get(PAGE + row.code)) is not None:
        told.append(_("page or row %(page)s") % {"page": page or "–"})
    return "; ".join(told)


def _accepted(row: Requirement) -> list[str]:
    """The values of radio buttons that pass; none where nothing is judged."""
    if row.answer_type == AnswerType.YES_NO and row.wanted_yes is not None:
        return ["yes" if row.wanted_yes else "no"]
    return list(row.accepted_choices)


def _judged(row: Requirement, claim: Claim) -> tuple[str, str, str]:
    """Tone, word and sentence of the verdict; empty where there is none."""
    judged = verdict(row, claim)
    facts = {"claim": claim_text(row, claim), "wanted": wanted_text(row)}
    if judged == Verdict.PASSES:
        return "good", _("Passes."), _("You claim %(claim)s; wanted: %(wanted)s.") % facts
    if judged != Verdict.FAILS:
        return "", "", ""
    if row.must_have:
        advice = _("Correct it if it is wrong. You can submit with it, but a must-have is never waived later.")
        return "bad", _("Does not pass."), _("You claim %(claim)s; wanted: %(wanted)s.") % facts + " " + advice
    return "warn", _("Misses the threshold."), _("You claim %(claim)s; wanted: %(wanted)s.") % facts
