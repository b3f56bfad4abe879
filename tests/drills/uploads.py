"""One file by tus, request by request."""

import base64

from tests.drills.processes import ask


def begin(sender, port, size):
    named = {"filename": "plan.pdf", "proposal": sender["proposal"], "kind": "production_plan"}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in named.items())
    headers = _headers(sender, **{"Upload-Length": str(size), "Upload-Metadata": metadata})
    return ask(port, "POST", "/api/v1/uploads", **headers)


def offset_of(sender, port, place):
    return int(ask(port, "HEAD", place, **_headers(sender)).headers["Upload-Offset"])


def send(sender, port, place, offset, content, *, announced=None):
    """With `announced` the body ends before what its head says, as one that is under way."""
    more = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    more["Content-Length"] = str(announced or len(content))
    return ask(port, "PATCH", place, content, **_headers(sender, **more))


def _headers(sender, **more):
    return {"Cookie": sender["cookies"], "X-CSRFToken": sender["token"], "Tus-Resumable": "1.0.0"} | more
