from manufacturers.models.company import Company, Undertaking
from manufacturers.models.drone import DroneKind, DroneModel
from manufacturers.models.person import CompanyRole, Person

__all__ = ["Company", "CompanyRole", "DroneKind", "DroneModel", "Person", "Undertaking"]
