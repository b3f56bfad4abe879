"""Answers as they look, for the documentation; a test holds them to the shapes."""

from drf_spectacular.utils import OpenApiExample

SUMMARY = {
    "id": "IDC-2026-0007",
    "ocid": "ocds-213czf-IDC-2026-0007",
    "title": "Interceptor drones",
    "status": "open",
    "deadline": "2026-03-09T12:00:00Z",
    "deadline_changes": 1,
    "published_at": "2026-02-02T09:00:00Z",
    "updated_at": "2026-02-19T10:00:00Z",
    "version": 2,
    "cpv": ["35613100", "35613000"],
    "ceiling": {"amount": 2000000, "currency": "EUR"},
    "links": {
        "self": "https://portal.example/api/v1/tenders/IDC-2026-0007",
        "status": "https://portal.example/api/v1/tenders/IDC-2026-0007/status",
        "html": "https://portal.example/tenders/IDC-2026-0007/",
    },
}
PAGE = {
    "data": [SUMMARY],
    "links": {
        "self": "https://portal.example/api/v1/tenders?limit=1",
        "next": "https://portal.example/api/v1/tenders?limit=1&cursor=WyItcHVibGlzaGVkIl0",
    },
}
STATUS = {
    "id": "IDC-2026-0007",
    "status": "open",
    "ocds_status": "active",
    "stage": "tender",
    "version": 2,
    "status_since": "2026-02-02T09:00:00Z",
    "deadline": "2026-03-09T12:00:00Z",
    "deadline_history": [
        {
            "was": "2026-03-02T12:00:00Z",
            "changed_at": "2026-02-19T10:00:00Z",
            "amendment": "A1",
            "reason": "Power cuts in three regions.",
        }
    ],
    "next_event": {"type": "deadline", "at": "2026-03-09T12:00:00Z"},
    "cancelled": None,
}


def of(value: dict) -> OpenApiExample:
    return OpenApiExample("Answer", value=value, response_only=True, status_codes=["200"])
