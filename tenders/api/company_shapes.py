"""Bodies of the routes for companies: explicit members, each from one fact."""

from coalition_portal.formatting import iso
from coalition_portal.identity.models import User
from manufacturers.models import Person
from tenders.api.models import ApiKey


def me(user: User, person: Person | None, key: ApiKey | None) -> dict:
    return {
        "id": user.public_id,
        "name": str(user),
        "company": person and _company(person),
        "key": key and _key(key),
    }


def _company(person: Person) -> dict:
    company = person.company
    return {"id": company.public_id, "legal_name": company.legal_name, "role": person.role.lower()}


def _key(key: ApiKey) -> dict:
    return {
        "id": key.public_id,
        "name": key.name,
        "scopes": list(key.scopes),
        "expires_at": key.expires_at and iso(key.expires_at),
    }
