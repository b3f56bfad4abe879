"""The ladder of a company's roles. Each rung may do what those below it may."""

from manufacturers.models import CompanyRole

LADDER = (CompanyRole.VIEWER, CompanyRole.EDITOR, CompanyRole.SIGNATORY, CompanyRole.OWNER)

EDIT = CompanyRole.EDITOR
SIGN = CompanyRole.SIGNATORY
OWN = CompanyRole.OWNER


def at_least(role: str) -> list[CompanyRole]:
    """`role` and every rung above it."""
    return list(LADDER[LADDER.index(CompanyRole(role)) :])
