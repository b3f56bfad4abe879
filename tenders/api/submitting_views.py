"""Freeze, submit, withdraw, and the receipt. Submitting is the short way: nothing is written and nothing large is read
before the verb, which takes the instant of arrival.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal.arrival import stamp_of
from coalition_portal.canonical import canonical_json
from manufacturers.queries import person_of
from manufacturers.roles import SIGN, at_least
from tenders.api import company_bodies, idempotency, parameters, problems, submitting_shapes, throttling
from tenders.api import submitting_serializers as shapes
from tenders.api.bodies import read_body
from tenders.api.company_schema import IDEMPOTENCY_KEY, tells
from tenders.api.drafts import deadline_passed, proposal_of
from tenders.api.errors import Problem
from tenders.api.models import Scope
from tenders.api.private import JSON, PrivateView, answer
from tenders.proposals import staging_jobs, submission, submit_limit
from tenders.proposals.arriving import arrive
from tenders.proposals.models import Bundle, Proposal, Receipt, StagingJob
from tenders.proposals.queries import receipt_of_version, received_bundles
from tenders.proposals.receipts import receipt_document
from tenders.proposals.states import ProposalState
from tenders.proposals.submission import Outcome


class StageView(PrivateView):
    @tells(
        {202: shapes.StagingJobShape},
        operation_id="stage",
        summary=gettext_lazy("Stage the draft as it stands"),
        description=gettext_lazy(
            "Freezes a complete draft as a version, as a job: follow links.self until the state is done or failed."
        ),
        scope=Scope.WRITE,
        body=company_bodies.Nothing,
        problems_too=(problems.NOT_FOUND, problems.CONFLICT),
    )
    def post(self, request, pid):
        """Asks for the draft to be frozen as it stands; the job that is there already is the answer to a repeat."""
        parameters.check_names(request.query_params, {})
        proposal = proposal_of(request, pid)
        read_body(request.body, company_bodies.Nothing)
        job = staging_jobs.ask(proposal=proposal, by=request.user, now=request.now)
        staging_jobs.carry_out(job=job, now=request.now)
        content = submitting_shapes.staging_job(_job_of(proposal, job.public_id), proposal)
        return answer(content, status=202, headers={"Location": content["links"]["self"]})


class StagingJobView(PrivateView):
    @tells(
        {200: shapes.StagingJobShape},
        operation_id="staging_job",
        summary=gettext_lazy("How far staging is"),
        problems_too=(problems.NOT_FOUND,),
    )
    def get(self, request, pid, job):
        """Looking takes up a job that no worker takes up, as the page does."""
        parameters.check_names(request.query_params, {})
        proposal = proposal_of(request, pid)
        row = _job_of(proposal, job)
        if staging_jobs.is_left_lying(row, request.now):
            staging_jobs.carry_out(job=row, now=request.now)
            row = _job_of(proposal, job)
        return answer(submitting_shapes.staging_job(row, proposal))


def _job_of(proposal: Proposal, job_id: str) -> StagingJob:
    return get_object_or_404(StagingJob.objects.select_related("bundle"), proposal=proposal, public_id=job_id)


class JudgedView(PrivateView):
    """An act that is judged against the deadline. It has a limit for each company, which nothing else uses up."""

    scopes = {"POST": Scope.SUBMIT}
    undone_in: ProposalState
    """The state in which an answer of before is no longer true, so that the act is asked again."""

    def initial(self, request, *args, **kwargs):
        """The arrival is read first of all, as on the page: nothing that this route waits for makes anybody late."""
        if request.method == "POST":
            self.arrival = arrive(stamp_of(request._request))
        super().initial(request, *args, **kwargs)

    def check_throttles(self, request):
        """The counter of the page, so that a company has one limit whichever way it submits.

        Whoever may not submit for the company uses up nothing of it.
        """
        person = person_of(request.user)
        signs = person is not None and person.role in at_least(SIGN)
        if not signs:
            super().check_throttles(request)
        elif submit_limit.is_over_limit(person.company, request.now):
            limit = throttling.Limit("submit", submit_limit.MOST, submit_limit.SECONDS)
            raise throttling.refusal_of(limit, request.now)

    def post(self, request, pid):
        parameters.check_names(request.query_params, {})
        proposal = proposal_of(request, pid)
        is_true = proposal.state != self.undone_in
        return idempotency.remembered(request, request.user, lambda: self.judged(request, proposal), is_true=is_true)


class SubmitView(JudgedView):
    undone_in = ProposalState.WITHDRAWN

    @tells(
        {200: shapes.ReceiptShort, 201: shapes.ReceiptShort, 202: shapes.Judged},
        operation_id="submit",
        summary=gettext_lazy("Submit a staged version"),
        description=gettext_lazy(
            "201 is the receipt, 200 the same receipt again. 409 deadline-passed says when the request arrived. 202 "
            "says that it arrived in time while the tender was being closed, and two people decide it."
        ),
        scope=Scope.SUBMIT,
        body=company_bodies.SubmitBody,
        headers=(IDEMPOTENCY_KEY,),
        problems_too=(problems.NOT_FOUND, problems.DEADLINE_PASSED),
    )
    def post(self, request, pid):
        return super().post(request, pid)

    def judged(self, request, proposal: Proposal) -> HttpResponse:
        asked = read_body(request.body, company_bodies.SubmitBody)
        bundle = Bundle.objects.filter(proposal=proposal, version=asked["version"]).select_related("proposal").first()
        if bundle is None:
            raise Problem(
                problems.CONFLICT,
                _("Version %(version)s is not staged. Stage the draft and submit the version that staging tells.")
                % {"version": asked["version"]},
            )
        is_repeat = Receipt.objects.filter(bundle=bundle).exists()
        if proposal.state == ProposalState.WITHDRAWN:
            _check_not_withdrawn(bundle)
        outcome = submission.submit(bundle=bundle, sha256=asked["sha256"], by=request.user, arrival=self.arrival)
        if outcome.receipt:
            content = submitting_shapes.receipt(outcome.receipt, proposal, bundle)
            location = {"Location": content["links"]["receipt"]}
            return answer(content, status=200 if is_repeat else 201, headers=location)
        return _not_received(outcome, proposal, bundle)


class WithdrawView(JudgedView):
    undone_in = ProposalState.SUBMITTED

    @tells(
        {200: shapes.Judged, 202: shapes.Judged},
        operation_id="withdraw",
        summary=gettext_lazy("Withdraw what was submitted"),
        description=gettext_lazy("Judged like submitting. The draft stays, and a new version of it can be submitted."),
        scope=Scope.SUBMIT,
        body=company_bodies.WithdrawBody,
        headers=(IDEMPOTENCY_KEY,),
        problems_too=(problems.NOT_FOUND, problems.DEADLINE_PASSED),
    )
    def post(self, request, pid):
        return super().post(request, pid)

    def judged(self, request, proposal: Proposal) -> HttpResponse:
        version = read_body(request.body, company_bodies.WithdrawBody)["version"]
        bundle = received_bundles().filter(proposal=proposal).order_by("-version").first()
        outcome = submission.withdraw(proposal=proposal, version=version, by=request.user, arrival=self.arrival)
        if outcome.withdrawal:
            return answer(submitting_shapes.withdrawal(outcome.withdrawal, proposal, bundle))
        return _not_received(outcome, proposal, bundle)


class ReceiptView(PrivateView):
    @tells(
        {200: shapes.ReceiptWhole},
        operation_id="receipt",
        summary=gettext_lazy("The receipt"),
        description=gettext_lazy("Canonical JSON, the same bytes whenever it is asked for."),
        parameters=parameters.RECEIPT,
        problems_too=(problems.NOT_FOUND, problems.VALIDATION),
    )
    def get(self, request, pid):
        """The same bytes whenever it is asked for."""
        asked = parameters.read(request.query_params, parameters.RECEIPT)
        proposal = proposal_of(request, pid)
        latest = None if "version" in asked else _latest_received(proposal)
        version = asked.get("version", latest.version if latest else None)
        row = receipt_of_version(proposal, version) if version else None
        if row is None:
            raise Http404
        return HttpResponse(canonical_json(receipt_document(row)), content_type=JSON)


def _latest_received(proposal: Proposal) -> Bundle | None:
    receipt = Receipt.objects.filter(proposal=proposal).order_by("-bundle__version").select_related("bundle").first()
    return receipt.bundle if receipt else None


def _check_not_withdrawn(bundle: Bundle) -> None:
    """Of a proposal that was withdrawn: what was received before, in whatever way, says nothing of being submitted."""
    if received_bundles().filter(pk=bundle.pk).exists():
        raise Problem(
            problems.CONFLICT,
            _("NOT SUBMITTED: this proposal was withdrawn. Stage the draft again and submit the new version."),
        )


def _not_received(outcome: Outcome, proposal: Proposal, bundle: Bundle) -> HttpResponse:
    if outcome.refusal:
        raise deadline_passed(outcome.refusal.closes_at, outcome.refusal.received_at)
    return answer(submitting_shapes.provisional(outcome.provisional, proposal, bundle), status=202)
