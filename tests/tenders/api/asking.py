"""How tests ask the API and what they expect of every answer."""

import base64
import json
import uuid
from datetime import datetime, timedelta

HOST = "http://127.0.0.1:8000"
BASE = f"{HOST}/api/v1"
MICROSECOND = timedelta(microseconds=1)
AROUND = [-MICROSECOND, timedelta(0), MICROSECOND]


class Api:
    """Asks routes below /api/v1/; with `at` the portal's clock stands still at that instant."""

    def __init__(self, client, time_machine):
        self.client = client
        self.time_machine = time_machine

    def at(self, instant: datetime):
        self.time_machine.move_to(instant, tick=False)
        return self

    def get(self, path="", method="GET", **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, f"/api/v1/{path}", headers=names)

    def json(self, path="", **headers):
        response = self.get(path, **headers)
        assert (response.status_code, response["Content-Type"]) == (200, "application/json"), response.content
        return response.json()

    def ids(self, path="tenders", **headers):
        return [row["id"] for row in self.json(path, **headers)["data"]]

    def walk(self, path="tenders"):
        """Ids of all pages, one list for each, following links.next as it is."""
        pages, url = [], f"{BASE}/{path}"
        while url:
            body = self.json(url.removeprefix(f"{BASE}/"))
            pages.append([row["id"] for row in body["data"]])
            url = body["links"].get("next")
        return pages


def problem(response, slug, title, detail, *errors, cache="no-store"):
    """What the body of this problem must be, whole."""
    body = {
        "type": f"{HOST}/problems/{slug}",
        "title": title,
        "status": response.status_code,
        "detail": detail,
        "instance": uuid.UUID(bytes=base64.b32decode(response["X-Request-ID"].upper() + "======")).urn,
    }
    if errors:
        body["errors"] = [{"parameter": parameter, "code": code, "detail": words} for parameter, code, words in errors]
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == cache
    return body


class Robot:
    """A program of a company: it has a key and no cookies, and writes JSON."""

    def __init__(self, client, token):
        self.client = client
        self.token = token

    def ask(self, method, path, body=None, *, content=None, content_type="application/json", **headers):
        """`body` is sent as JSON; `content` as it is. Without either there is no body."""
        names = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if self.token:
            names.setdefault("Authorization", f"Bearer {self.token}")
        if content is None:
            content = b"" if body is None else json.dumps(body).encode()
        url = path.removeprefix(HOST) if path.startswith(HOST) else f"/api/v1/{path}"
        if not content:
            return self.client.generic(method, url, headers=names)
        return self.client.generic(method, url, content, content_type=content_type, headers=names)

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)


def told(response):
    """Status and kind of a problem, with the pointers and codes of its faults."""
    body = response.json()
    found = [(error["pointer"], error["code"]) for error in body.get("errors", ())]
    return response.status_code, body["type"].rsplit("/", 1)[1], found


def begin(robot, tender, name="Example 9", key="one"):
    return robot.ask("POST", "proposals", {"tender": tender.number, "drone_model": name}, Idempotency_Key=key)


def submit(robot, bundle, key="one", **body):
    wanted = {"version": bundle.version, "sha256": bundle.sha256} | body
    return robot.ask("POST", f"proposals/{bundle.proposal.public_id}/submit", wanted, Idempotency_Key=key)
