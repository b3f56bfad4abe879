"""What requests of companies may carry. Each class is the whole of what a route reads, and OpenAPI is made from it."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenders.api.bodies import Body, Number, Text, Whole


@extend_schema_field({"type": ["number", "boolean", "string"]})
class Claim(serializers.Field):
    """A number, yes or no, the code of a choice, or a text: whichever the requirement asks for. Null takes it back."""

    def to_internal_value(self, data):
        if isinstance(data, bool | Decimal):
            return data
        return Text(allow_blank=True).run_validation(data)


class NewProposal(Body):
    tender = Text(help_text=gettext_lazy("Number of an open tender."), max_length=20)
    drone_model = Text(
        help_text=gettext_lazy("Name and version under which you offer the drone; a known one is used again."),
        max_length=160,
    )


class AnswerChange(Body):
    """Members that are left out stay as they are."""

    value = Claim(required=False, allow_null=True, help_text=gettext_lazy("The claim; null takes it back."))
    document = Text(
        required=False,
        allow_null=True,
        max_length=26,
        help_text=gettext_lazy("Identifier of the document that proves it, where the requirement asks for one."),
    )
    page = Whole(required=False, allow_null=True, help_text=gettext_lazy("Page of that document."))


class AnswerChanges(Body):
    answers = serializers.DictField(child=AnswerChange(), help_text=gettext_lazy("By the code of the requirement."))


class PartnerBody(Body):
    name = Text(max_length=1000, allow_blank=True)
    country = Text(max_length=2, allow_blank=True, help_text=gettext_lazy("Two letters of ISO 3166-1."))
    part = Text(max_length=4000, allow_blank=True, help_text=gettext_lazy("Which part of the work it does."))


def _amounts(words):
    return serializers.DictField(child=Number(allow_null=True), required=False, help_text=words)


class OfferChange(Body):
    """Members that are left out stay as they are; null takes a value back; partners are replaced as a whole."""

    prices = _amounts(gettext_lazy("By the code of the price line, in the tender’s currency."))
    step_prices = _amounts(gettext_lazy("By the quantity, for one drone."))
    capacity_by_month = serializers.DictField(
        child=Whole(allow_null=True), required=False, help_text=gettext_lazy("By the month, such as 2027-03.")
    )
    delivery_place = Text(required=False, allow_null=True, max_length=4000)
    vat_basis = Text(required=False, allow_null=True, max_length=40)
    validity_days = Whole(required=False, allow_null=True)
    lead_time_days = Whole(required=False, allow_null=True)
    monthly_capacity = Whole(required=False, allow_null=True)
    production_region = Text(required=False, allow_null=True, max_length=4000)
    partners = serializers.ListField(child=PartnerBody(), required=False, max_length=20)
    trial_support = Text(required=False, allow_null=True, max_length=10_000)
    prevailing_language = Text(required=False, allow_null=True, max_length=40)


class DeclarationsBody(Body):
    accepted = serializers.ListField(
        child=Text(max_length=80),
        max_length=100,
        help_text=gettext_lazy("Codes of the declarations that the signatory accepts; those left out are taken back."),
    )


class Nothing(Body):
    """An empty object, or no body at all."""


class SubmitBody(Body):
    version = Whole(min_value=1, help_text=gettext_lazy("The staged version that is submitted."))
    sha256 = Text(help_text=gettext_lazy("Its digest, as staging told it."), max_length=64, min_length=64)

    def validate_sha256(self, value):
        if set(value) - set("0123456789abcdef"):
            raise serializers.ValidationError(_("A digest is 64 lower-case hexadecimal digits."), code="digest")
        return value


class WithdrawBody(Body):
    version = Whole(min_value=1, help_text=gettext_lazy("The submitted version that is withdrawn."))
