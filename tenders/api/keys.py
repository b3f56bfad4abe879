"""Make and revoke the keys of a company. Both are written into the company's history and told to its owners."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from coalition_portal.post.queue import queue_mail
from manufacturers.history import record
from manufacturers.models import Company, CompanyAct
from manufacturers.queries import owners_of
from tenders.api.models import ApiKey, Scope
from tenders.api.permissions import check_can_make_key, check_can_revoke_key
from tenders.api.queries import valid_keys
from tenders.api.tokens import Token, new_token

KEYS_MAX = 20
"""How many valid keys one person may have: more are forgotten ones."""


class KeyRefused(Refused):
    """The key cannot be made as it was asked for."""


def make(
    *, company: Company, name: str, scopes: Iterable[str], expires_at: datetime | None, by: User, now: datetime
) -> tuple[ApiKey, Token]:
    """A key for `by` and the token that opens it, which can never be shown again.

    Raises KeyRefused with the field at fault, and Denied: editors make keys, and one that submits takes a signatory.
    """
    wanted = [scope.value for scope in Scope if scope in set(scopes)]
    check_can_make_key(by, company, wanted)
    _check_asked(name, wanted, expires_at, now)
    token = new_token()
    with transaction.atomic(durable=True):
        # Of several keys at once each is counted: the person's own row is the queue.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        _check_room(company, by, now)
        key = ApiKey.objects.create(
            public_id=token.public_id,
            company=company,
            user=by,
            name=name.strip(),
            digest=token.digest,
            scopes=wanted,
            made_at=now,
            expires_at=expires_at,
        )
        _tell_owners(key, "company_key_made", now)
        record(company=company, act=CompanyAct.KEY_MADE, by=by, now=now, facts=_facts_of(key))
    return key, token


def revoke(*, key: ApiKey, by: User, now: datetime) -> ApiKey:
    """End a key at once; its own person may, and an owner. A key that is revoked already stays as it is."""
    with transaction.atomic(durable=True):
        key = (
            ApiKey.objects.select_for_update(of=("self",), no_key=True).select_related("company", "user").get(pk=key.pk)
        )
        check_can_revoke_key(by, key)
        if key.revoked_at is not None:
            return key
        key.revoked_at, key.revoked_by = now, by
        key.save(update_fields=["revoked_at", "revoked_by"])
        _tell_owners(key, "company_key_revoked", now)
        record(company=key.company, act=CompanyAct.KEY_REVOKED, by=by, now=now, facts=_facts_of(key))
    return key


def _check_asked(name: str, scopes: list[str], expires_at: datetime | None, now: datetime) -> None:
    if not 1 <= len(name.strip()) <= 80 or not name.isprintable():
        raise KeyRefused(_("Give the key a name of 1 to 80 characters that says where it is used."), field="name")
    if not scopes:
        raise KeyRefused(_("Choose what the key may do."), field="scopes")
    if expires_at is not None and expires_at <= now:
        raise KeyRefused(_("Choose a day that is still to come, or none."), field="expires_at")


def _check_room(company: Company, by: User, now: datetime) -> None:
    if valid_keys(now).filter(company=company, user=by).count() >= KEYS_MAX:
        raise KeyRefused(
            _("You have %(count)s valid keys, and that is the most. Revoke one that nobody uses, then make this one.")
            % {"count": KEYS_MAX}
        )


def _facts_of(key: ApiKey) -> dict:
    return {"key": key.public_id, "person": key.user.public_id, "scopes": list(key.scopes)}


def _tell_owners(key: ApiKey, template: str, now: datetime) -> None:
    """There is news, and where to read it; the mail names neither key nor company."""
    for owner in owners_of(key.company):
        queue_mail(
            key=f"{template}:{key.public_id}:{owner.public_id}",
            to=owner,
            template=template,
            context={"path": "/company/keys/"},
            now=now,
        )
