"""A client of tus 1.0.0 and what it reads from the answers."""

import base64

from django.test import Client

from tests.tenders.api.asking import Robot

BYTES = "application/offset+octet-stream"


class Browser(Robot):
    """A signed-in person instead of a key."""

    def __init__(self, user):
        super().__init__(Client(raise_request_exception=False), None)
        self.client.force_login(user)


class Tus:
    """A client of the protocol, with the headers that it always sends."""

    def __init__(self, robot, draft):
        self.robot, self.draft = robot, draft

    def ask(self, method, path, content=b"", **headers):
        return self.robot.ask(
            method, path, content=content or None, **({"Tus_Resumable": "1.0.0", "content_type": BYTES} | headers)
        )

    def create(self, size, content=b"", *, name="a.pdf", kind="flight_evidence", **headers):
        pairs = {"filename": name, "filetype": "x/y", "proposal": self.draft.public_id, "kind": kind}
        headers = {"Upload_Length": str(size), "Upload_Metadata": metadata(**pairs)} | headers
        return self.ask("POST", "uploads", content, **headers)

    def begun(self, size, **facts):
        """The path of a new upload, below /api/v1/."""
        return self.create(size, **facts)["Location"].removeprefix("/api/v1/")

    def send(self, path, offset, content=b"", **headers):
        return self.ask("PATCH", path, content, **({"Upload_Offset": str(offset)} | headers))


def metadata(**pairs):
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


def told(response):
    """Status, type and sentence of a problem."""
    body = response.json()
    assert (response["Content-Type"], response["Tus-Resumable"]) == ("application/problem+json", "1.0.0")
    assert (body["status"], response["Cache-Control"]) == (response.status_code, "private, no-store")
    return response.status_code, body["type"].rpartition("/")[2], body["detail"]


def ours(response):
    """The headers that the protocol or the portal's reading of it gave."""
    return {name: value for name, value in response.headers.items() if name.startswith(("Upload-", "Portal-", "Tus-"))}
