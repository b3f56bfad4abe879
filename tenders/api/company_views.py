"""Who asks, and the proposals of their company. A view loads what its person may see and calls the page's verb."""

from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal.permission import Refused
from manufacturers.queries import person_of
from tenders.api import company_bodies, company_shapes, idempotency, parameters, problems
from tenders.api import company_serializers as shapes
from tenders.api.bodies import read_body, refuse
from tenders.api.company_schema import IDEMPOTENCY_KEY, tells
from tenders.api.drafts import Draft, ProposalPartView, draft_of
from tenders.api.errors import Fault, Problem
from tenders.api.models import Scope
from tenders.api.private import PrivateView, answer
from tenders.api.query_values import LIMIT_DEFAULT
from tenders.notices.models import Tender
from tenders.notices.queries import public_tenders
from tenders.proposals import beginning
from tenders.proposals.models import Proposal
from tenders.proposals.queries import proposals_visible_to, standings_of, with_closes_at


class MeView(PrivateView):
    @tells(
        {200: shapes.Me},
        operation_id="me",
        summary=gettext_lazy("Who asks"),
        description=gettext_lazy("The person, their company and role, and what the key may do."),
    )
    def get(self, request):
        parameters.check_names(request.query_params, {})
        return answer(company_shapes.me(request.user, person_of(request.user), request.api_key))


class ProposalListView(PrivateView):
    @tells(
        {200: shapes.ProposalPage},
        operation_id="proposals",
        summary=gettext_lazy("Proposals of the company"),
        description=gettext_lazy("Newest first. Follow links.next, which is absent at the end and only there."),
        parameters=parameters.PROPOSAL_LIST,
        problems_too=(problems.INVALID_CURSOR, problems.VALIDATION),
    )
    def get(self, request):
        query = parameters.read(request.query_params, parameters.PROPOSAL_LIST)
        limit = query.get("limit", LIMIT_DEFAULT)
        found = list(self._page(request, query)[: limit + 1])
        page, follows = found[:limit], len(found) > limit
        links = _links(query, page[-1].public_id if follows else None)
        standings = standings_of(page)
        data = [company_shapes.proposal_summary(row, row.closes_at, standings[row.pk]) for row in page]
        return answer({"data": data, "links": links})

    @tells(
        {200: shapes.ProposalDetail, 201: shapes.ProposalDetail},
        operation_id="begin_proposal",
        summary=gettext_lazy("Begin a proposal"),
        description=gettext_lazy(
            "A company has one proposal for each tender and drone model: where it is there already, it is the answer."
        ),
        scope=Scope.WRITE,
        body=company_bodies.NewProposal,
        headers=(IDEMPOTENCY_KEY,),
    )
    def post(self, request):
        """Begins a draft; the one that the company has for this model is given back, so a repeat makes no second."""
        parameters.check_names(request.query_params, {})
        return idempotency.once(request, request.user, request.body, lambda: self._begun(request))

    def _begun(self, request):
        asked = read_body(request.body, company_bodies.NewProposal)
        tender = _tender_named(asked["tender"])
        try:
            proposal = beginning.start_proposal(
                tender=tender, model_name=asked["drone_model"], by=request.user, now=request.now
            )
        except Refused as refused:
            if refused.field is None:
                raise
            refuse([Fault("/drone_model", "refused", refused.sentence)])
        is_new = proposal.created_at == request.now
        found = draft_of(request, proposal.public_id)
        location = company_shapes.address("api-proposal", proposal.public_id)
        return answer(found.whole(), status=201 if is_new else 200, headers={"Location": location})

    @staticmethod
    def _page(request, query):
        """Newest first; the cursor is the last proposal of the page before."""
        found = with_closes_at(proposals_visible_to(request.user)).order_by("-created_at", "-pk")
        if "tender" in query:
            found = found.filter(tender__number=query["tender"])
        if "cursor" not in query:
            return found
        last = found.filter(public_id=query["cursor"]).first()
        if last is None:
            raise Problem(problems.INVALID_CURSOR, _("The cursor cannot be read. Follow links.next unchanged."))
        return found.filter(_follows(last))


class ProposalView(ProposalPartView):
    part = staticmethod(Draft.whole)

    @tells(
        {200: shapes.ProposalDetail},
        operation_id="proposal",
        summary=gettext_lazy("One proposal"),
        description=gettext_lazy("Its standing, and everything that is missing before it can be staged."),
        is_tagged=True,
        problems_too=(problems.NOT_FOUND,),
    )
    def get(self, request, pid):
        return super().get(request, pid)


def _tender_named(number: str) -> Tender:
    """An unknown number is a mistake in the body, in words that tell nothing about tenders that are not published."""
    tender = public_tenders().filter(number=number).first()
    if tender is None:
        sentence = _("No published tender has this number. The list of tenders has all numbers.")
        refuse([Fault("/tender", "not_found", sentence)])
    return tender


def _follows(last: Proposal) -> Q:
    return Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)


def _links(query: dict, cursor: str | None) -> dict[str, str]:
    route = company_shapes.address("api-proposals")
    asked = {name: str(value) for name, value in query.items()}
    links = {"self": route + _query_string(asked)}
    return links | {"next": route + _query_string(asked | {"cursor": cursor})} if cursor else links


def _query_string(asked: dict[str, str]) -> str:
    return f"?{urlencode(asked)}" if asked else ""
