from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalition_portal.formatting import in_language
from coalition_portal.permission import Denied
from tenders.notices.claims import Claim, Verdict, claim_text, unit_words, verdict, wanted_text
from tenders.notices.models import AnswerType, Requirement, Tender
from tenders.notices.queries import requirements_visible_to
from tenders.proposals import drafting
from tenders.proposals.draft_texts import answer_columns, answer_text, judged_text
from tenders.proposals.drafting import StaleDraft
from tenders.proposals.forms import AnswersForm, packed, revision_in, unpacked
from tenders.proposals.models import Answer, Proposal
from tenders.proposals.views.pages import DraftPage, editing_page

DOCUMENT = "document:"


@dataclass(frozen=True)
class Row:
    """One requirement on the page; `clash` is what somebody else saved in it meanwhile."""

    requirement: Requirement
    field: BoundField
    claim: Claim
    unit: str
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
    def is_number(self) -> bool:
        return self.requirement.answer_type == AnswerType.NUMBER

    @property
    def has_bar(self) -> bool:
        return self.is_number and self.requirement.threshold is not None and bool(self.requirement.operator)

    @property
    def is_choice(self) -> bool:
        return self.requirement.answer_type in (AnswerType.YES_NO, AnswerType.CHOICE)


@require_http_methods(["GET", "HEAD", "POST"])
@editing_page
def answers(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Texts that can be kept are saved at once, also beside one that cannot: a line that breaks costs no answer."""
    requirements = list(requirements_visible_to(request.user, page.proposal.tender))
    if request.method != "POST":
        saved = saved_texts(page.proposal, requirements)
        return _render(request, page, requirements, AnswersForm(requirements, initial=saved), saved)
    form = AnswersForm(requirements, data=request.POST)
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
        return _render_stale(request, page, requirements, stale)
    except Denied as denied:
        saved = saved_texts(page.proposal, requirements)
        return _render(request, page, requirements, form, saved, problem=denied.reason, status=403)
    if is_clean:
        return _lead_on(request, page, requirements)
    page.proposal = draft
    return _render(request, page, requirements, form, saved_texts(draft, requirements), status=422)


def saved_texts(proposal: Proposal, requirements: list[Requirement]) -> dict[str, str]:
    kept = {answer.requirement_id: answer for answer in Answer.objects.filter(proposal=proposal)}
    return {row.code: answer_text(row, kept[row.pk]) if row.pk in kept else "" for row in requirements}


def _lead_on(request: HttpRequest, page: DraftPage, requirements: list[Requirement]) -> HttpResponse:
    messages.success(request, _("Your answers are saved."))
    if "stay" in request.POST:
        return redirect("proposal-answers", page.proposal.public_id)
    saved = saved_texts(page.proposal, requirements)
    failing = [row for row in requirements if row.must_have and verdict(row, _claim(row, saved)) == Verdict.FAILS]
    if failing:
        names = "; ".join(in_language(row, "title") for row in failing)
        messages.warning(
            request,
            _("These must-haves do not pass: %(names)s. You can submit, but a must-have is never waived later.")
            % {"names": names},
        )
    return redirect("proposal-offer", page.proposal.public_id)


def _render_stale(
    request: HttpRequest, page: DraftPage, requirements: list[Requirement], stale: StaleDraft
) -> HttpResponse:
    page.proposal.refresh_from_db(fields=["revision", "updated_at"])
    form = AnswersForm(requirements, data=stale.values)
    saved = saved_texts(page.proposal, requirements)
    return _render(request, page, requirements, form, saved, stale=stale, status=409)


def _render(
    request: HttpRequest,
    page: DraftPage,
    requirements: list[Requirement],
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
    rows = [_row(row, form, _claim(row, texts), clashes.get(row.code), kinds) for row in requirements]
    context = {
        "page": page,
        "form": form,
        "clashed": [row for row in rows if row.clash],
        "groups": _groups(page.proposal.tender, rows),
        "problem": stale.sentence if stale else problem,
        "revision": page.proposal.revision,
        "seen": packed(saved),
        "answered": sum(bool(text) for text in saved.values()),
        "wanted": len(page.overview.requirements),
        "hidden": len(page.overview.requirements) - len(requirements),
    }
    return render(request, "proposals/answers.html", context, status=status)


def _groups(tender: Tender, rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Rows under the title of their criterion, in their order; one without a criterion stays with those before it."""
    titles = {row.code: in_language(row, "title") for row in tender.criteria.all()}
    groups: list[tuple[str, list[Row]]] = []
    for row in rows:
        title = titles.get(row.requirement.criterion_code, "")
        if not groups or (title and title != groups[-1][0]):
            groups.append((title or _("Requirements"), []))
        groups[-1][1].append(row)
    return groups


def _claim(row: Requirement, texts: Mapping[str, str]) -> Claim:
    text = texts.get(row.code, "")
    if not text:
        return None
    columns = answer_columns(row, text)
    names = {AnswerType.NUMBER: "number", AnswerType.YES_NO: "yes", AnswerType.CHOICE: "choice"}
    return columns[names.get(AnswerType(row.answer_type), "text")]


def _row(row: Requirement, form: AnswersForm, claim: Claim, clash: str | None, kinds: Mapping[str, str]) -> Row:
    tone, word, text = _judged(row, claim)
    return Row(
        requirement=row,
        field=form[row.code],
        claim=claim,
        unit=unit_words(row.unit, row.threshold) if row.threshold is not None else row.unit,
        wanted=judged_text(row),
        tone=tone,
        word=word,
        text=text,
        evidence=kinds.get(row.evidence.removeprefix(DOCUMENT), ""),
        clash="" if clash is None else claim_text(row, _claim(row, {row.code: clash})) or _("no answer"),
        accepted=" ".join(_accepted(row)),
    )


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
    return "warn", _("Below the threshold."), _("You claim %(claim)s; wanted: %(wanted)s.") % facts
