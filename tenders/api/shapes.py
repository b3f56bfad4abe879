"""The bodies of answers, made of rows: pure but for the language of texts. serializers.py describes the same shapes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from coalition_portal.formatting import in_language, iso
from tenders.api import facts
from tenders.api.facts import DeadlineFacts
from tenders.api.rows import ANY_NUMBER
from tenders.notices.models import Criterion, CriterionMethod, Requirement
from tenders.notices.timetable import PublicStatus

PIECE = {"scheme": "UNCEFACT", "id": "H87"}


def address(name: str) -> str:
    """The absolute address of a named route, on the portal's own host whatever host was asked."""
    return settings.PORTAL_URL + _path(name)


def tender_address(name: str, number: str) -> str:
    return settings.PORTAL_URL + _path(name, ANY_NUMBER).replace(ANY_NUMBER, number)


@cache
def _path(name: str, *arguments: str) -> str:
    """Kept, because a page of a list names some hundred addresses."""
    return reverse(name, args=arguments)


def index(version: str) -> dict:
    return {
        "title": _("Tenders of the International Drone Coalition"),
        "version": version,
        "links": {
            "self": address("api-index"),
            "tenders": address("api-tenders"),
            "openapi": address("api-openapi"),
            "docs": address("api-docs"),
        },
    }


def page(summaries: Sequence[dict], links: Mapping[str, str], total: int | None) -> dict:
    counted = {} if total is None else {"total": total}
    return {"data": summaries, "links": links} | counted


def summary(row: Mapping, now: datetime) -> dict:
    number = row["number"]
    return {
        "id": number,
        "ocid": f"{settings.OCID_PREFIX}-{number}",
        "title": in_language(row, "title"),
        "status": facts.status_of(row, now),
        "deadline": _instant(row["closes_at"]),
        "deadline_changes": row["deadline_changes"],
        "published_at": iso(row["published_at"]),
        "updated_at": iso(facts.updated_at(row, now)),
        "version": row["version"],
        "cpv": row["cpv"],
        "ceiling": _money(row["budget_amount"], row["budget_currency"]),
        "links": {
            "self": tender_address("api-tender", number),
            "status": tender_address("api-tender-status", number),
            "html": tender_address("tender", number),
        },
    }


def status(row: Mapping, deadlines: Sequence[DeadlineFacts], now: datetime) -> dict:
    word = facts.status_of(row, now)
    next_event_at = facts.next_event_at(row, now)
    return {
        "id": row["number"],
        "status": word,
        "ocds_status": facts.OCDS_STATUS[word],
        "stage": facts.stage_of(word),
        "version": row["version"],
        "status_since": iso(facts.status_since(row, deadlines, now)),
        "deadline": _instant(row["closes_at"]),
        "deadline_history": [
            {
                "was": iso(before.closes_at),
                "changed_at": iso(after.set_at),
                "amendment": f"A{number}",
                "reason": after.reason,
            }
            for number, (before, after) in enumerate(zip(deadlines, deadlines[1:], strict=False), start=1)
        ],
        "next_event": None if next_event_at is None else {"type": "deadline", "at": iso(next_event_at)},
        "cancelled": _cancelled(row, word),
    }


def detail(
    row: Mapping,
    deadlines: Sequence[DeadlineFacts],
    requirements: Sequence[Requirement],
    withheld: int,
    criteria: Sequence[Criterion],
    now: datetime,
) -> dict:
    shown = {requirement.code for requirement in requirements}
    return summary({**row, "deadline_changes": len(deadlines) - 1}, now) | {
        "description": in_language(row, "summary"),
        "periods": {"tender": {"start": iso(row["published_at"]), "end": _instant(row["closes_at"])}},
        "items": [_item(row)],
        "criteria": [_criterion(criterion, row, shown) for criterion in criteria],
        "requirements": [requirement(one) for one in requirements],
        "amendments": [
            {
                "id": f"A{number}",
                "at": iso(after.set_at),
                "reason": after.reason,
                "deadline": {"was": iso(before.closes_at), "now": iso(after.closes_at)},
            }
            for number, (before, after) in enumerate(zip(deadlines, deadlines[1:], strict=False), start=1)
        ],
        "withheld": _withheld(withheld),
        "cancelled": _cancelled(row, facts.status_of(row, now)),
    }


def _item(row: Mapping) -> dict:
    quantity = None if row["batches_max"] is None else row["batches_max"] * row["drones_per_batch"]
    return {
        "kind": row["kind"].lower(),
        "cpv": row["cpv"],
        "quantity": quantity,
        "unit": PIECE,
        "batches_max": row["batches_max"],
        "drones_per_batch": row["drones_per_batch"],
    }


def _criterion(criterion: Criterion, row: Mapping, shown: set[str]) -> dict:
    """Names only requirements that everybody may see."""
    is_computed = criterion.method == CriterionMethod.COMPUTED
    return {
        "code": criterion.code,
        "title": in_language(criterion, "title"),
        "weight_percent": number(criterion.weight_percent),
        "method": criterion.method.lower(),
        "group": criterion.group.lower() or None,
        "minimum_points": criterion.minimum_points,
        "scale": [
            {
                "points": point["points"],
                "title": in_language(point, "title"),
                "meaning": in_language(point, "meaning"),
            }
            for point in criterion.scale
        ],
        "requirements": [code for code in criterion.requirement_codes if code in shown],
        "formula": _formula(row) if is_computed else None,
    }


def _formula(row: Mapping) -> dict:
    return {
        "ceiling_price": number(row["ceiling_price"]),
        "full_points_price": number(row["full_points_price"]),
        "currency": row["currency"],
        "trial_share_percent": number(row["trial_share_percent"]),
        "production_share_percent": number(row["production_share_percent"]),
    }


def requirement(row: Requirement) -> dict:
    return {
        "code": row.code,
        "title": in_language(row, "title"),
        "wording": in_language(row, "wording"),
        "type": row.answer_type.lower(),
        "unit": _unit(row),
        "operator": row.operator or None,
        "threshold": number(row.threshold),
        "objective": number(row.objective),
        "wanted": row.wanted_yes,
        "choices": [
            {
                "code": choice["code"],
                "title": in_language(choice, "title"),
                "accepted": not row.accepted_choices or choice["code"] in row.accepted_choices,
            }
            for choice in row.choices
        ],
        "condition": in_language(row, "condition") or None,
        "must_have": row.must_have,
        "scored": row.scored,
        "criterion": row.criterion_code or None,
        "measured_in_trials": row.measured_in_trials,
        "test_method": in_language(row, "test_method") or None,
        "tolerance": row.tolerance or None,
    }


def _unit(requirement: Requirement) -> dict | None:
    if not requirement.unit:
        return None
    return {"symbol": requirement.unit, "uncefact": requirement.unit_uncefact or None}


def _withheld(count: int) -> list[dict]:
    if not count:
        return []
    reason = _("Shown to registered companies that accepted the confidentiality undertaking.")
    return [{"field": "requirements", "count": count, "reason": reason}]


def _cancelled(row: Mapping, word: PublicStatus) -> dict | None:
    if word is not PublicStatus.CANCELLED:
        return None
    return {"at": iso(row["cancelled_at"]), "reason": row["cancel_reason"]}


def _money(amount: Decimal | None, currency: str) -> dict | None:
    return None if amount is None else {"amount": number(amount), "currency": currency}


def number(value: Decimal | None) -> int | float | None:
    """A finite JSON number; the columns' digits fit a double exactly as written."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
