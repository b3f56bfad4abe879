from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.crypto import constant_time_compare

from manufacturers.permissions import can_own
from manufacturers.queries import Somebody, company_of
from tenders.api.models import ApiKey
from tenders.api.tokens import Token

NOTED_EVERY = timedelta(minutes=1)


def keys_visible_to(user: Somebody) -> QuerySet[ApiKey]:
    """An owner sees all keys of the company, everybody else in it their own; the newest first."""
    company = company_of(user)
    if company is None:
        return ApiKey.objects.none()
    rows = ApiKey.objects.filter(company=company).select_related("user", "company")
    rows = rows if can_own(user, company) else rows.filter(user=user)
    return rows.order_by("-made_at", "-pk")


def valid_keys(now: datetime) -> QuerySet[ApiKey]:
    """Keys that open anything: not revoked, not run out, of an active person who still acts for the key's company.

    Who left and came back makes new ones: nobody who lets them in again thinks of the old.
    """
    return ApiKey.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        revoked_at=None,
        user__is_active=True,
        user__person__company=F("company"),
        made_at__gte=F("user__person__joined_at"),
    )


def with_validity(keys: QuerySet[ApiKey], now: datetime) -> QuerySet[ApiKey]:
    """Adds `is_valid`: whether the key opens anything now."""
    return keys.annotate(is_valid=Exists(valid_keys(now).filter(pk=OuterRef("pk"))))


def key_of(token: Token, now: datetime) -> ApiKey | None:
    """The valid key with this very secret, with its person and company."""
    key = valid_keys(now).filter(public_id=token.public_id).select_related("user", "company").first()
    return key if key is not None and constant_time_compare(key.digest, token.digest) else None


def note_use(key: ApiKey, now: datetime) -> None:
    """Write down that the key was used; once a minute is enough for people and spares a write for each request."""
    if key.last_used_at is None or key.last_used_at <= now - NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
