"""The shapes of answers to companies and reviewers for OpenAPI. Answers are made by company_shapes.py."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenders.api.models import Scope
from tenders.api.serializers import TenderRequirement, instant, number, text, whole

STANDING = [(word, word) for word in ("SUBMITTED", "NOT SUBMITTED")]
JUDGED_STANDING = [*STANDING, ("PROVISIONAL", "PROVISIONAL")]
ROLE = [(word, word) for word in ("viewer", "editor", "signatory", "owner")]
TASK = [(word, word) for word in ("model", "answers", "offer", "documents", "declarations")]
JOB_STATE = [(word, word) for word in ("waiting", "running", "done", "failed")]
SCAN = [(word, word) for word in ("unscanned", "clean", "infected")]


def link(help_text="", **options):
    return serializers.URLField(help_text=help_text, **options)


def flag(help_text="", **options):
    return serializers.BooleanField(help_text=help_text, **options)


def listed(words):
    return serializers.ListField(child=serializers.CharField(), help_text=words)


class MyCompany(serializers.Serializer):
    id = text()
    legal_name = text()
    role = serializers.ChoiceField(ROLE, help_text=_("Each role may do what those before it may."))


class MyKey(serializers.Serializer):
    id = text()
    name = text()
    scopes = serializers.ListField(child=serializers.ChoiceField([(value, value) for value in Scope.values]))
    expires_at = instant(allow_null=True)


class MyLinks(serializers.Serializer):
    proposals = link()
    uploads = link(_("Files, by tus 1.0.0."))


class Me(serializers.Serializer):
    id = text()
    name = text()
    company = MyCompany(allow_null=True)
    key = MyKey(allow_null=True, help_text=_("The key of this request; null in a browser’s session."))
    links = MyLinks()


class ProposalTender(serializers.Serializer):
    id = text()
    title = text()
    deadline = instant(_("The first instant that is too late; a whole second."))


class ProposalModel(serializers.Serializer):
    name = text()
    kind = text()


class Submitted(serializers.Serializer):
    version = whole(min_value=1)
    sha256 = text()
    received_at = instant()
    is_draft_as_it_stands = flag(_("Whether the draft has not changed since this version was staged."))


class ProposalLinks(serializers.Serializer):
    self = link()
    answers = link()
    offer = link()
    documents = link()
    declarations = link()
    stage = link()
    submit = link()
    withdraw = link()
    receipt = link()
    html = link()
    tender = link()


class ProposalSummary(serializers.Serializer):
    id = text()
    tender = ProposalTender()
    drone_model = ProposalModel()
    standing = serializers.ChoiceField(STANDING, help_text=_("Whether a version of it counts now."))
    submitted = Submitted(allow_null=True, help_text=_("The version that counts."))
    withdrawn = flag()
    revision = whole(_("Grows with each change of the draft."), min_value=1)
    updated_at = instant()
    links = ProposalLinks()


class MissingItem(serializers.Serializer):
    pointer = text(_("The part of the proposal and the place in it."))
    task = serializers.ChoiceField(TASK)
    detail = text()


class WarningItem(serializers.Serializer):
    pointer = text()
    detail = text(_("It can be submitted all the same."))


class StagedVersion(serializers.Serializer):
    version = whole(min_value=1)
    sha256 = text(_("Digest of the frozen version; submitting names it."))
    size_bytes = whole(min_value=0)
    revision = whole(min_value=1)
    staged_at = instant()


class ProposalDetail(ProposalSummary):
    open = flag(_("Whether the draft can be changed."))
    complete = flag()
    missing = MissingItem(many=True, help_text=_("What stops staging."))
    warnings = WarningItem(many=True)
    staged = StagedVersion(allow_null=True, help_text=_("The version that froze the draft as it stands."))


class ListLinks(serializers.Serializer):
    self = link()
    next = link(_("The next page; absent at the end."), required=False)


class ProposalPage(serializers.Serializer):
    data = ProposalSummary(many=True)
    links = ListLinks()


@extend_schema_field({"type": ["number", "boolean", "string"]})
class ClaimShape(serializers.JSONField):
    """A number, yes or no, the code of a choice, or a text."""


class AnswerShape(serializers.Serializer):
    value = ClaimShape(allow_null=True)
    document = text(allow_null=True)
    page = whole(allow_null=True)


class Answers(serializers.Serializer):
    answers = serializers.DictField(child=AnswerShape(), help_text=_("By the code of the requirement."))
    requirements = TenderRequirement(many=True)
    withheld = whole(_("How many requirements you cannot see yet."), min_value=0)


class Partner(serializers.Serializer):
    name = text()
    country = text()
    part = text()


class Totals(serializers.Serializer):
    drones = whole()
    batch = number()
    evaluated_price = number()
    price_points = number()


class WantedLine(serializers.Serializer):
    code = text()
    title = text()
    required = flag()


class WantedOffer(serializers.Serializer):
    price_lines = WantedLine(many=True)
    delivery_term = text()
    validity_days = whole()
    languages = listed("")


def by_code(child, words=""):
    return serializers.DictField(child=child, help_text=words)


class Offer(serializers.Serializer):
    currency = text()
    prices = by_code(number(allow_null=True))
    step_prices = by_code(number(allow_null=True))
    capacity_by_month = by_code(whole(allow_null=True))
    lead_time_days = whole(allow_null=True)
    monthly_capacity = whole(allow_null=True)
    validity_days = whole(allow_null=True)
    delivery_place = text(allow_null=True)
    production_region = text(allow_null=True)
    trial_support = text(allow_null=True)
    vat_basis = text(allow_null=True)
    prevailing_language = text(allow_null=True)
    partners = Partner(many=True)
    totals = Totals(allow_null=True)
    wanted = WantedOffer()


class DocumentLinks(serializers.Serializer):
    self = link()
    content = link()


class ProposalDocument(serializers.Serializer):
    id = text()
    kind = text()
    name = text()
    media_type = text()
    size_bytes = whole(min_value=1)
    sha256 = text()
    taken_out = listed(_("What was taken out of the file that came in, such as location."))
    scan = serializers.ChoiceField(SCAN)
    uploaded_at = instant()
    links = DocumentLinks()


class WantedDocumentKind(serializers.Serializer):
    kind = text()
    title = text()
    required = flag()
    file_types = listed("")
    files_max = whole(min_value=1)
    bytes_max = whole(min_value=1)


class ProposalDocuments(serializers.Serializer):
    data = ProposalDocument(many=True)
    wanted = WantedDocumentKind(many=True)


class Declaration(serializers.Serializer):
    code = text()
    text = text()
    accepted = flag()


class Declarations(serializers.Serializer):
    data = Declaration(many=True)


class JobLinks(serializers.Serializer):
    self = link()
    submit = link()


class StagingJobShape(serializers.Serializer):
    id = text()
    state = serializers.ChoiceField(JOB_STATE)
    done_bytes = whole(min_value=0)
    total_bytes = whole(min_value=0)
    staged = StagedVersion(allow_null=True)
    problem = text(_("Why it failed, as a sentence."), allow_null=True)
    links = JobLinks()


class JudgedDeadline(serializers.Serializer):
    seq = whole(min_value=1)
    closes_at = instant()


class JudgedLinks(serializers.Serializer):
    receipt = link()
    proposal = link()


class Judged(serializers.Serializer):
    tender = text()
    proposal = text()
    version = whole(min_value=1)
    received_at = instant(_("By the clock of the portal’s database, in microseconds."))
    deadline = JudgedDeadline()
    commitment = text(_("Stands in the public log; with the salt you can prove what it is about."))
    salt = text()
    links = JudgedLinks()
    standing = serializers.ChoiceField(JUDGED_STANDING)


class ReceiptShort(Judged):
    bundle_sha256 = text()


class ReceiptFile(serializers.Serializer):
    name = text()
    size_bytes = whole()
    sha256 = text()


class ReceiptLog(serializers.Serializer):
    number = whole()
    recorded_at = instant()
    leaf_hash = text()
    commitment = text()
    salt = text()


class ReceiptWhole(serializers.Serializer):
    schema = text()
    tender = text()
    proposal = text()
    version = whole(min_value=1)
    received_at = instant()
    deadline = JudgedDeadline()
    bundle_sha256 = text()
    files = ReceiptFile(many=True)
    log = ReceiptLog()


class OpenedCompany(serializers.Serializer):
    legal_name = text()
    country = text()


class OpenedShape(serializers.Serializer):
    id = text()
    company = OpenedCompany()
    drone_model = text()


class OpenedPage(serializers.Serializer):
    data = OpenedShape(many=True)


class CompanyMistake(serializers.Serializer):
    parameter = text(_("Name of the query parameter."), required=False)
    pointer = text(_("Place in the body (RFC 6901)."), required=False)
    code = text(_("For programs."))
    detail = text(_("For people, in the language of the answer."))


class CompanyProblem(serializers.Serializer):
    type = link(_("Names the kind of problem and opens a page about its cause and cure."))
    title = text()
    status = whole()
    detail = text(_("What is wrong with this request."))
    instance = text(_("Names this request; tell it to the operator."))
    errors = CompanyMistake(many=True, required=False)
    deadline = instant(_("With deadline-passed."), required=False)
    server_time = instant(_("With deadline-passed: when the request arrived."), required=False)
    opens_at = instant(_("With sealed."), required=False)
