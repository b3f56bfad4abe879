"""The shapes of answers to companies and reviewers for OpenAPI. Answers are made by company_shapes.py."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tenders.api.fields import flag, instant, link, text, whole
from tenders.api.models import Scope

STANDING = [(word, word) for word in ("SUBMITTED", "NOT SUBMITTED")]
ROLE = [(word, word) for word in ("viewer", "editor", "signatory", "owner")]
TASK = [(word, word) for word in ("model", "answers", "offer", "documents", "declarations")]


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
