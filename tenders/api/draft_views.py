"""The parts of a draft that are written: answers, offer, declarations. Each change calls the verb of its page."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenders.api import company_bodies, company_shapes, draft_shapes, problems
from tenders.api import draft_serializers as shapes
from tenders.api.bodies import pointer, read_body, refuse
from tenders.api.company_schema import IF_MATCH, tells
from tenders.api.drafts import Draft, ProposalPartView
from tenders.api.errors import Fault
from tenders.api.models import Scope
from tenders.api.preconditions import overtaken_is_stale
from tenders.notices.models import AnswerType
from tenders.proposals import drafting, offering
from tenders.proposals.draft_texts import EVIDENCE, MONTH, PAGE, PRICE, STEP, partner_fields
from tenders.proposals.models import Proposal
from tenders.proposals.saving import Unanswerable

Texts = dict[str, object]
MAPS = {"prices": PRICE, "step_prices": STEP, "capacity_by_month": MONTH}


class AnswersView(ProposalPartView):
    @staticmethod
    def part(draft: Draft) -> dict:
        kept = {row.requirement.code: row for row in drafting.kept_answers(draft.proposal)}
        overview = draft.overview
        unseen = len(overview.requirements) - len(overview.visible_requirements)
        return draft_shapes.answers(overview.visible_requirements, kept, unseen)

    @tells(
        {200: shapes.Answers},
        operation_id="answers",
        summary=gettext_lazy("Answers to the requirements"),
        description=gettext_lazy("By code, with the requirements that you may see."),
        problems_too=(problems.NOT_FOUND,),
        is_tagged=True,
    )
    def get(self, request, pid):
        return super().get(request, pid)

    @tells(
        {200: shapes.Answers},
        operation_id="change_answers",
        summary=gettext_lazy("Change answers"),
        description=gettext_lazy(
            "Answers that are left out stay as they are. Nothing is saved where one value cannot be kept."
        ),
        scope=Scope.WRITE,
        body=company_bodies.AnswerChanges,
        headers=(IF_MATCH,),
        problems_too=(problems.NOT_FOUND,),
        is_tagged=True,
    )
    def patch(self, request, pid):
        draft, made_on = self.changeable(request, pid)
        asked = read_body(request.body, company_bodies.AnswerChanges)
        values, places = _answer_fields(asked["answers"])
        with overtaken_is_stale(request), _refusals_placed(lambda field: places.get(field, "/answers")):
            _check_types(draft, asked["answers"])
            drafting.save_answers(
                proposal=draft.proposal,
                answers=values,
                revision=made_on,
                made_on=made_on,
                by=request.user,
                now=request.now,
            )
        return self.changed(request, pid)


class OfferView(ProposalPartView):
    @staticmethod
    def part(draft: Draft) -> dict:
        return draft_shapes.offer(draft.proposal)

    @tells(
        {200: shapes.Offer},
        operation_id="offer",
        summary=gettext_lazy("The offer"),
        description=gettext_lazy("Prices, times, capacity and terms, and what the prices come to."),
        problems_too=(problems.NOT_FOUND,),
        is_tagged=True,
    )
    def get(self, request, pid):
        return super().get(request, pid)

    @tells(
        {200: shapes.Offer},
        operation_id="change_offer",
        summary=gettext_lazy("Change the offer"),
        description=gettext_lazy(
            "Members that are left out stay as they are. Nothing is saved where one value cannot be kept."
        ),
        scope=Scope.WRITE,
        body=company_bodies.OfferChange,
        headers=(IF_MATCH,),
        problems_too=(problems.NOT_FOUND,),
        is_tagged=True,
    )
    def patch(self, request, pid):
        draft, made_on = self.changeable(request, pid)
        texts = _offer_fields(read_body(request.body, company_bodies.OfferChange), draft.proposal)
        with overtaken_is_stale(request), _refusals_placed(_place_in_offer):
            offering.save_offer_fields(
                proposal=draft.proposal,
                texts=texts,
                revision=made_on,
                made_on=made_on,
                by=request.user,
                now=request.now,
            )
        return self.changed(request, pid)


class DeclarationsView(ProposalPartView):
    scopes = {"PUT": Scope.SUBMIT}

    @staticmethod
    def part(draft: Draft) -> dict:
        return draft_shapes.declarations(draft.proposal)

    @tells(
        {200: shapes.Declarations},
        operation_id="declarations",
        summary=gettext_lazy("Declarations"),
        description=gettext_lazy("With their wording, and whether each stands accepted."),
        problems_too=(problems.NOT_FOUND,),
        is_tagged=True,
    )
    def get(self, request, pid):
        return super().get(request, pid)

    @tells(
        {200: shapes.Declarations},
        operation_id="accept_declarations",
        summary=gettext_lazy("Accept declarations"),
        description=gettext_lazy("They bind the company, so a signatory does it. Those left out are taken back."),
        scope=Scope.SUBMIT,
        body=company_bodies.DeclarationsBody,
        headers=(IF_MATCH,),
        problems_too=(problems.NOT_FOUND,),
        is_tagged=True,
    )
    def put(self, request, pid):
        draft, made_on = self.changeable(request, pid)
        codes = read_body(request.body, company_bodies.DeclarationsBody)["accepted"]
        known = {row["code"] for row in draft.proposal.tender.declarations}
        if faults := [_unknown_declaration(place) for place, code in enumerate(codes) if code not in known]:
            refuse(faults)
        with overtaken_is_stale(request):
            offering.accept_declarations(
                proposal=draft.proposal, codes=codes, made_on=made_on, by=request.user, now=request.now
            )
        return self.changed(request, pid)


# From members of the body to the fields of the forms, and back


def _answer_fields(changes: Mapping[str, Mapping]) -> tuple[Texts, dict[str, str]]:
    """The values by field, and where in the body each field stands."""
    values, places = {}, {}
    for code, change in changes.items():
        for member, prefix in (("value", ""), ("document", EVIDENCE), ("page", PAGE)):
            if member in change:
                values[prefix + code] = change[member]
                places[prefix + code] = pointer("answers", code, member)
    return values, places


def _check_types(draft: Draft, changes: Mapping[str, Mapping]) -> None:
    """The verb reads what people type; a program must send the type that the requirement has."""
    wanted = {row.code: AnswerType(row.answer_type) for row in draft.overview.visible_requirements}
    faults = [
        Fault(pointer("answers", code, "value"), "type", str(TYPES[wanted[code]][1]))
        for code, change in changes.items()
        if code in wanted and not isinstance(change.get("value"), (*TYPES[wanted[code]][0], type(None)))
    ]
    if faults:
        refuse(faults)


TYPES = {
    AnswerType.NUMBER: ((Decimal,), gettext_lazy("This requirement wants a number.")),
    AnswerType.YES_NO: ((bool,), gettext_lazy("This requirement wants true or false.")),
    AnswerType.CHOICE: ((str,), gettext_lazy("This requirement wants the code of a choice, as a string.")),
    AnswerType.TEXT: ((str,), gettext_lazy("This requirement wants a string.")),
}


def _offer_fields(asked: Mapping, proposal: Proposal) -> Texts:
    """Numbers as the form would show them; partners that are left over are emptied."""
    texts: Texts = {}
    for member, value in asked.items():
        if member in MAPS:
            texts |= {MAPS[member] + code: amount for code, amount in value.items()}
        elif member == "partners":
            texts |= _partner_fields(value, len(proposal.partners))
        else:
            texts[member] = value
    return texts


def _partner_fields(partners: list[Mapping[str, str]], before: int) -> Texts:
    rows = max(len(partners), before)
    given = [*partners, *[{}] * (rows - len(partners))]
    return {
        field: partner.get(name, "")
        for row, partner in enumerate(given, start=1)
        for name, field in partner_fields(row).items()
    }


def _place_in_offer(field: str) -> str:
    return company_shapes.offer_pointer(field).removeprefix("/offer")


@contextmanager
def _refusals_placed(place_of: Callable[[str], str]) -> Iterator[None]:
    """What a verb says about its fields, at the members of the body that stand for them."""
    try:
        yield
    except Unanswerable as refused:
        refuse([Fault(place_of(field), "refused", sentence) for field, sentence in refused.mistakes.items()])


def _unknown_declaration(place: int) -> Fault:
    return Fault(pointer("accepted", place), "unknown", _("This tender has no such declaration."))
