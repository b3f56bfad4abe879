"""The shapes of answers for OpenAPI. Answers are made by shapes.py; tests hold the two together."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tenders.api.facts import OCDS_STATUS
from tenders.api.fields import instant, number, text, whole
from tenders.notices.timetable import PublicStatus

TENDER_STATUS = [(status.value, status.value) for status in PublicStatus]
OCDS_TENDER_STATUS = [(word, word) for word in dict.fromkeys(OCDS_STATUS.values())]
STAGE = [("planning", "planning"), ("tender", "tender")]


def status_word():
    return serializers.ChoiceField(
        TENDER_STATUS, help_text=_("Public status, by the clock: sealed from the instant of the deadline on.")
    )


class IndexLinks(serializers.Serializer):
    self = serializers.URLField()
    tenders = serializers.URLField()
    openapi = serializers.URLField()
    docs = serializers.URLField()


class Index(serializers.Serializer):
    title = text()
    version = text(_("Version of this description; within v1 it only grows."))
    links = IndexLinks()


class OpenApiInfo(serializers.Serializer):
    title = text()
    version = text()


class OpenApiDocument(serializers.Serializer):
    openapi = text()
    info = OpenApiInfo()
    paths = serializers.DictField()
    components = serializers.DictField()


class Money(serializers.Serializer):
    amount = number()
    currency = text(_("Three letters of ISO 4217."))


class TenderLinks(serializers.Serializer):
    self = serializers.URLField()
    status = serializers.URLField(help_text=_("The small answer made for polling."))
    html = serializers.URLField(help_text=_("The page for people."))


class TenderSummary(serializers.Serializer):
    id = text(_("Number of the tender, for example IDC-2026-0007."))
    ocid = text(_("Identifier of the contracting process in the Open Contracting Data Standard."))
    title = text(_("In the language of the answer."))
    status = status_word()
    deadline = instant(_("The first instant that is too late; a whole second."), allow_null=True)
    deadline_changes = whole(_("How often the deadline was moved."), min_value=0)
    published_at = instant()
    updated_at = instant(_("Last public event, the passing of the deadline included."))
    version = whole(_("Rises with every change of the published tender."), min_value=1)
    cpv = serializers.ListField(child=serializers.CharField(), help_text=_("CPV codes, 8 digits without check digit."))
    ceiling = Money(allow_null=True, help_text=_("The most that the whole tender may cost."))
    links = TenderLinks()


class PageLinks(serializers.Serializer):
    self = serializers.URLField()
    next = serializers.URLField(required=False, help_text=_("Absent on the last page and only there."))


class TenderPage(serializers.Serializer):
    data = TenderSummary(many=True)
    links = PageLinks()
    total = whole(_("Only with count=true: tenders on all pages together."), required=False, min_value=0)


class DeadlineChange(serializers.Serializer):
    was = instant(_("The deadline before."))
    changed_at = instant()
    amendment = text()
    reason = text()


class NextEvent(serializers.Serializer):
    type = serializers.ChoiceField([("deadline", "deadline")])
    at = instant()


class Cancelled(serializers.Serializer):
    at = instant()
    reason = text()


class TenderStatus(serializers.Serializer):
    id = text()
    status = status_word()
    ocds_status = serializers.ChoiceField(OCDS_TENDER_STATUS, help_text=_("Status of the tender as OCDS names it."))
    stage = serializers.ChoiceField(STAGE)
    version = whole(min_value=1)
    status_since = instant()
    deadline = instant(_("The first instant that is too late; a whole second."), allow_null=True)
    deadline_history = DeadlineChange(many=True, help_text=_("Deadlines that were moved, oldest first."))
    next_event = NextEvent(allow_null=True, help_text=_("What the clock will change next by itself."))
    cancelled = Cancelled(allow_null=True)


class Period(serializers.Serializer):
    start = instant()
    end = instant(allow_null=True)


class Periods(serializers.Serializer):
    tender = Period(help_text=_("From publication to the deadline."))


class CodedUnit(serializers.Serializer):
    scheme = text()
    id = text()


class Item(serializers.Serializer):
    kind = text(_("Kind of drone: fpv, interceptor or reconnaissance."))
    cpv = serializers.ListField(child=serializers.CharField())
    quantity = whole(_("Drones in all trial batches together."), allow_null=True, min_value=0)
    unit = CodedUnit()
    batches_max = whole(allow_null=True, min_value=0)
    drones_per_batch = whole(min_value=0)


class ScalePoint(serializers.Serializer):
    points = whole()
    title = text()
    meaning = text()


class Formula(serializers.Serializer):
    ceiling_price = number(_("Price of one drone that earns no points; nothing dearer does."))
    full_points_price = number(_("Price of one drone that earns full points; nothing cheaper earns more."))
    currency = text()
    trial_share_percent = number(_("Share of the trial price in the evaluated price."))
    production_share_percent = number(_("Share of the production price in the evaluated price."))


class TenderCriterion(serializers.Serializer):
    code = text()
    title = text()
    weight_percent = number(_("The weights of a tender add up to 100."))
    method = serializers.ChoiceField([("reviewed", "reviewed"), ("computed", "computed")])
    group = text(_("Group of reviewers who score it."), allow_null=True)
    minimum_points = whole(min_value=0)
    scale = ScalePoint(many=True)
    requirements = serializers.ListField(child=serializers.CharField(), help_text=_("Codes of public requirements."))
    formula = Formula(allow_null=True, help_text=_("How the points of a computed criterion come from its price."))


class Unit(serializers.Serializer):
    symbol = text()
    uncefact = text(_("Code of UN/CEFACT Recommendation 20, where one exists."), allow_null=True)


class Choice(serializers.Serializer):
    code = text()
    title = text()
    accepted = serializers.BooleanField(help_text=_("Whether this choice meets the requirement."))


class Tolerance(serializers.Serializer):
    kind = text(_("percent or absolute."))
    value = number()


class TenderRequirement(serializers.Serializer):
    code = text()
    title = text()
    wording = text()
    type = serializers.ChoiceField([(word, word) for word in ("number", "yes_no", "choice", "text")])
    unit = Unit(allow_null=True)
    operator = text(_("gt, gte, lt, lte or eq, between the answer and the threshold."), allow_null=True)
    threshold = number(allow_null=True)
    objective = number(_("The value that earns full points."), allow_null=True)
    wanted = serializers.BooleanField(allow_null=True, help_text=_("The answer that a yes-or-no requirement wants."))
    choices = Choice(many=True)
    condition = text(_("Under which conditions the answer must hold."), allow_null=True)
    must_have = serializers.BooleanField()
    scored = serializers.BooleanField()
    criterion = text(_("Code of the criterion in which it is scored."), allow_null=True)
    measured_in_trials = serializers.BooleanField()
    test_method = text(allow_null=True)
    tolerance = Tolerance(allow_null=True, help_text=_("Of the measurement in trials."))


class MovedDeadline(serializers.Serializer):
    was = instant()
    now = instant()


class Amendment(serializers.Serializer):
    id = text()
    at = instant()
    reason = text()
    deadline = MovedDeadline()


class Withheld(serializers.Serializer):
    field = text(_("The member that is not complete."))
    count = whole(_("How many entries are left out."), min_value=1)
    reason = text()


class TenderDetail(TenderSummary):
    description = text(_("In the language of the answer."))
    periods = Periods()
    items = Item(many=True)
    criteria = TenderCriterion(many=True)
    requirements = TenderRequirement(many=True, help_text=_("Those open to everybody; withheld counts the others."))
    amendments = Amendment(many=True, help_text=_("Changes of the published tender, oldest first."))
    withheld = Withheld(many=True)
    cancelled = Cancelled(allow_null=True)


class ProblemMistake(serializers.Serializer):
    parameter = text(_("Name of the query parameter."))
    code = text(_("For programs."))
    detail = text(_("For people, in the language of the answer."))


class ProblemDetails(serializers.Serializer):
    type = serializers.URLField(help_text=_("Names the kind of problem and opens a page about its cause and cure."))
    title = text()
    status = whole()
    detail = text(_("What is wrong with this request."))
    instance = text(_("Names this request; tell it to the operator."))
    errors = ProblemMistake(many=True, required=False)
