"""Where the pages of a draft save by themselves: JSON in and out, for our own script alone.

A text that cannot be kept is answered with a sentence and stays in the browser. Without a session the answer names the
way in that leads back to the same field.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coalition_portal.formatting import time_of_day, zone_named
from coalition_portal.permission import Denied
from tenders.proposals import presence
from tenders.proposals.drafting import keep_answer_fields
from tenders.proposals.forms import can_be_kept
from tenders.proposals.models import Proposal
from tenders.proposals.offering import keep_offer_fields
from tenders.proposals.permissions import check_can_edit_draft
from tenders.proposals.queries import proposals_visible_to
from tenders.proposals.saving import Kept

FIELDS_MAX = 200
FIELD_LENGTH_MAX = 80


@dataclass(frozen=True)
class Task:
    """A page that saves itself; `keep` takes proposal, typed, seen, by and now."""

    url_name: str
    keep: Callable[..., Kept]


TASKS: Mapping[str, Task] = {
    "answers": Task("proposal-answers", keep_answer_fields),
    "offer": Task("proposal-offer", keep_offer_fields),
}


@dataclass(frozen=True)
class Asked:
    """`typed` and `seen` hold a text for each field that changed; `at` is the field where the person is."""

    task: str
    typed: Mapping[str, str]
    seen: Mapping[str, str]
    revision: int
    at: str


@require_POST
def save(request: HttpRequest, pid: str) -> JsonResponse:
    """Also tells who else is here: the script asks without fields while nobody types."""
    try:
        asked = _asked(request.body)
    except RequestDataTooBig:
        problem = _("This is too much to be saved at once. Shorten it or put it into a document.")
        return JsonResponse({"problem": problem}, status=413)
    if not request.user.is_authenticated:
        return JsonResponse({"sign_in": _way_in(pid, asked)}, status=401)
    proposal = get_object_or_404(proposals_visible_to(request.user), public_id=pid)
    if asked is None:
        return JsonResponse({"problem": _("This was not sent by the page. Reload it.")}, status=400)
    try:
        kept = _kept(request, proposal, asked)
    except Denied as denied:
        return JsonResponse({"denied": denied.reason}, status=403)
    presence.seen(proposal=proposal, task=asked.task, field=asked.at, by=request.user, now=request.now)
    return JsonResponse(_told(request, proposal, asked, kept))


def _asked(body: bytes) -> Asked | None:
    """None for whatever the script does not send."""
    try:
        told = json.loads(body)
        fields = dict(told["fields"])
        asked = Asked(
            task=told["task"],
            typed={name: field["text"] for name, field in fields.items()},
            seen={name: field["seen"] for name, field in fields.items()},
            revision=told["revision"],
            at=told["at"],
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = [asked.at, *asked.typed, *asked.typed.values(), *asked.seen.values()]
    is_sound = (
        isinstance(asked.task, str)
        and asked.task in TASKS
        and isinstance(asked.revision, int)
        and all(isinstance(text, str) and can_be_kept(text) for text in texts)
        and len(fields) <= FIELDS_MAX
        and len(asked.at) <= FIELD_LENGTH_MAX
    )
    return asked if is_sound else None


def _way_in(pid: str, asked: Asked | None) -> str:
    """To sign in and come back to the same field."""
    page = reverse(TASKS[asked.task].url_name if asked else "proposal", args=[pid])
    field = f"#id_{asked.at}" if asked and asked.at else ""
    return f"{reverse('account_login')}?{urlencode({'next': page + field})}"


def _kept(request: HttpRequest, proposal: Proposal, asked: Asked) -> Kept | None:
    """None where nothing was sent and nothing changed since."""
    if not asked.typed and asked.revision == proposal.revision:
        check_can_edit_draft(request.user, proposal, request.now)
        return None
    keep_fields = TASKS[asked.task].keep
    return keep_fields(proposal=proposal, typed=asked.typed, seen=asked.seen, by=request.user, now=request.now)


def _told(request: HttpRequest, proposal: Proposal, asked: Asked, kept: Kept | None) -> dict[str, object]:
    """`values` are those of the fields that were sent, or of all where somebody else saved since the page loaded."""
    here = presence.others(proposal=proposal, user=request.user, now=request.now)
    told: dict[str, object] = {
        "revision": proposal.revision,
        "others": [{"name": one.name, "task": one.task, "field": one.field} for one in here],
    }
    if kept is None:
        return told
    is_news = kept.before != asked.revision
    values = {field: text for field, text in kept.values.items() if is_news or field in asked.typed}
    told |= {
        "revision": kept.draft.revision,
        "values": values,
        "mistakes": dict(kept.mistakes),
        "clashes": dict(kept.clashes),
    }
    if set(asked.typed) - set(kept.mistakes) - set(kept.clashes):
        told["saved_at"] = time_of_day(request.now.astimezone(zone_named(request.user.time_zone)))
    return told
