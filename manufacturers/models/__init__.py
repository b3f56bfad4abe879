from manufacturers.models.company import Company, Undertaking
from manufacturers.models.drone import DroneKind, DroneModel
from manufacturers.models.history import NEEDS_REASON, CompanyAct, CompanyRecord
from manufacturers.models.person import CompanyRole, Person

__all__ = [
    "NEEDS_REASON",
    "Company",
    "CompanyAct",
    "CompanyRecord",
    "CompanyRole",
    "DroneKind",
    "DroneModel",
    "Person",
    "Undertaking",
]
