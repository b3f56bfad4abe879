"""Forty invented companies, registered and vetted as their stories say."""

from datetime import datetime

from manufacturers import vetting
from manufacturers.declarations import DECLARATIONS
from manufacturers.models import Company
from manufacturers.registration import register_company
from manufacturers.undertaking import accept_undertaking
from tenders.demo.cast import sign_up, staff_user
from tenders.demo.source import companies


def register_all(now: datetime) -> dict[str, Company]:
    """All companies by key, each with its signatory as owner and the undertaking accepted."""
    return {row["key"]: _register(row, now) for row in companies()}


def _register(row: dict, now: datetime) -> Company:
    signatory = sign_up(row["key"])
    company = register_company(
        legal_name=row["name_latin"],
        original_name=row["name_original"] or "",
        country=row["country"],
        register_scheme=row["register_scheme"],
        register_number=row["register_number"],
        declarations=list(DECLARATIONS),
        by=signatory,
        now=now,
    )
    accept_undertaking(company=company, by=signatory, now=now)
    _vet(company, row, signatory, now)
    return company


def _vet(company: Company, row: dict, signatory, now: datetime) -> None:
    if row["vetting_state"] == "registered":
        return
    officer = staff_user(f"officer.{row['country'].lower()}")
    story = (row["story"] or {}).get("code")
    vetting.submit_evidence(company=company, by=signatory, now=now)
    if row["vetting_state"] == "submitted":
        return
    if story == "returned":
        vetting.return_(
            company=company,
            reason="The register extract is of last year. Send one of this quarter.",
            by=officer,
            now=now,
        )
        vetting.submit_evidence(company=company, by=signatory, now=now)
    vetting.verify(company=company, by=officer, now=now)
    if story == "suspended":
        vetting.suspend(company=company, reason="The owners named do not match the register.", by=officer, now=now)
        vetting.reinstate(
            company=company, reason="The register was corrected and shows the owners named.", by=officer, now=now
        )
        vetting.submit_evidence(company=company, by=signatory, now=now)
        vetting.verify(company=company, by=officer, now=now)
