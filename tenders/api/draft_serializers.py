"""The shapes of a draft's parts for OpenAPI: answers, offer, documents, declarations. draft_shapes.py makes them."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenders.api.fields import by_code, flag, instant, link, listed, number, text, whole
from tenders.api.serializers import TenderRequirement

SCAN = [(word, word) for word in ("unscanned", "clean", "infected")]


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
