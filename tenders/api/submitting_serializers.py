"""The shapes of what freezing and the deadline bring about, for OpenAPI. submitting_shapes.py makes them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tenders.api.company_serializers import STANDING, StagedVersion
from tenders.api.fields import instant, link, text, whole

JUDGED_STANDING = [*STANDING, ("PROVISIONAL", "PROVISIONAL")]
JOB_STATE = [(word, word) for word in ("waiting", "running", "done", "failed")]


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
