"""The rows that a template becomes. Values are taken over as they stand; nothing here is saved."""

from decimal import Decimal

from tenders.notices.models import Criterion, Requirement, Tender, WantedDocument
from tenders.notices.template_library import Template


def tender_of(source: Template, title_suffix: str) -> Tender:
    body, price, terms = source.body, source.body["price"], source.body["terms"]
    return Tender(
        kind=source.kind,
        template_code=source.code,
        title_en=f"{body['title_en']} {title_suffix}".strip(),
        title_uk=f"{body['title_uk']} {title_suffix}".strip(),
        summary_en=body["summary_en"],
        summary_uk=body["summary_uk"],
        cpv=body["cpv"],
        zone=body["timetable"]["deadline_zone"],
        budget_currency=terms["budget"]["currency"],
        drones_per_batch=terms["drones_per_batch"],
        currency=price["currency"],
        ceiling_price=Decimal(price["ceiling_price"]),
        full_points_price=Decimal(price["full_points_price"]),
        trial_share_percent=Decimal(price["evaluated_price"]["trial_share_percent"]),
        production_share_percent=Decimal(price["evaluated_price"]["production_share_percent"]),
        price=price,
        terms=terms | {name: body[name] for name in ("panel", "proposal_languages", "prevailing_language")},
        timetable=body["timetable"],
        gates=body["gates"],
        declarations=source.declarations,
        files_max=source.limits["files_max"],
        total_size_mb=source.limits["total_size_mb"],
    )


def requirement_of(tender: Tender, row: dict, order: int) -> Requirement:
    return Requirement(
        tender=tender,
        code=row["code"],
        order=order,
        title_en=row["title_en"],
        title_uk=row["title_uk"],
        wording_en=row["wording_en"],
        wording_uk=row["wording_uk"],
        answer_type=row["answer_type"].upper(),
        unit=row["unit"] or "",
        unit_uncefact=row["unit_uncefact"] or "",
        **_bound_of(row),
        decimals=row["decimals"] or 0,
        choices=row["choices"] or [],
        accepted_choices=row["accepted_choices"] or [],
        condition_en=row["condition_en"] or "",
        condition_uk=row["condition_uk"] or "",
        must_have=row["must_have"],
        scored=row["scored"],
        criterion_code=row["criterion_code"] or "",
        measured_in_trials=row["measured_in_trials"],
        test_method_en=row["test_method_en"] or "",
        test_method_uk=row["test_method_uk"] or "",
        tolerance=row["tolerance"] or {},
        evidence=row["evidence"] or "",
        visibility=row["visibility"].upper(),
    )


def _bound_of(row: dict) -> dict[str, object]:
    """The columns of what is wanted, for the types of answer that are measured against something."""
    bound = row["bound"] or {}
    if row["answer_type"] == "yes_no":
        return {"wanted_yes": bound.get("threshold")}
    if row["answer_type"] != "number":
        return {}
    return {
        "operator": bound.get("operator", ""),
        "threshold": _decimal(bound.get("threshold")),
        "objective": _decimal(bound.get("objective")),
    }


def criterion_of(tender: Tender, row: dict, scale: list[dict]) -> Criterion:
    return Criterion(
        tender=tender,
        code=row["code"],
        order=row["order"],
        title_en=row["title_en"],
        title_uk=row["title_uk"],
        weight_percent=_decimal(row["weight_percent"]),
        method=row["method"].upper(),
        group=(row["reviewer_group"] or "").upper(),
        minimum_points=row["minimum_points"],
        scale=scale,
        requirement_codes=row["requirement_codes"],
        document_codes=row["document_codes"],
    )


def document_of(tender: Tender, row: dict, order: int) -> WantedDocument:
    return WantedDocument(
        tender=tender,
        code=row["code"],
        order=order,
        title_en=row["title_en"],
        title_uk=row["title_uk"],
        required=row["required"],
        due=row["due"],
        file_types=row["file_types"],
        max_size_mb=row["max_size_mb"],
        max_files=row["max_files"],
        note_en=row["note_en"] or "",
        note_uk=row["note_uk"] or "",
    )


def _decimal(value: int | str | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
