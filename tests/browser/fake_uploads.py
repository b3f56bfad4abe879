"""The tus side of the portal as a browser sees it, for what a real portal does only on a bad day."""

import base64
import json
import re

ENDPOINT = "/api/v1/uploads"
ADDRESS = f"{ENDPOINT}/first"
TUS = {"Tus-Resumable": "1.0.0"}


class FakeUploads:
    """Keeps what arrives. `bad_days` are answers that come first, one for each request of their method, in order.

    An answer is a status, or a status with headers and a body, or the text "broken" for a line that breaks, or
    "broken after 1000" for one that breaks when that many bytes of a piece have arrived.
    """

    def __init__(self, *, state="kept", refusal="", known=b"", size=None):
        self.state, self.refusal, self.received, self.size = state, refusal, known, size
        self.bad_days, self.asked, self.metadata, self.pieces, self.made = {}, [], {}, [], 0
        self.names = []  # under which uploads were begun

    def __call__(self, route):
        request = route.request
        self.asked.append(request.method)
        if request.method == "POST":
            self.names.append(request.headers["idempotency-key"])
        planned = self.bad_days.get(request.method)
        if planned:
            return self._spoil(route, planned.pop(0))
        return getattr(self, f"_{request.method.lower()}")(route)

    @property
    def offset(self):
        return len(self.received)

    def _spoil(self, route, answer):
        if isinstance(answer, str):
            if found := re.fullmatch(r"broken after (\d+)", answer):
                self.received += route.request.post_data_buffer[: int(found[1])]
            return route.abort("connectionreset")
        status, headers, body = answer if isinstance(answer, tuple) else (answer, {}, "")
        return route.fulfill(status=status, headers=headers, body=body)

    def _post(self, route):
        headers = route.request.headers
        pairs = [pair.split(" ") for pair in headers["upload-metadata"].split(",")]
        self.metadata = {name: base64.b64decode(value).decode() for name, value in pairs}
        self.received, self.size = b"", int(headers["upload-length"])
        self.made += 1
        self.token = headers["x-csrftoken"]
        route.fulfill(status=201, headers={**TUS, "Location": f"http://portal.test{ADDRESS}"})

    def _head(self, route):
        if self.size is None:
            return route.fulfill(status=404)
        return route.fulfill(status=200, headers=self._facts())

    def _patch(self, route):
        if int(route.request.headers["upload-offset"]) != self.offset:
            return route.fulfill(status=409, headers=TUS)
        piece = route.request.post_data_buffer or b""
        self.pieces.append(len(piece))
        self.received += piece
        return route.fulfill(status=204, headers=self._facts())

    def _delete(self, route):
        self.size = None
        route.fulfill(status=204, headers=TUS)

    def _get(self, route):
        route.fulfill(content_type="application/json", body=json.dumps({"refusal": self.refusal}))

    def _facts(self):
        facts = {**TUS, "Upload-Offset": str(self.offset), "Cache-Control": "no-store"}
        return facts | ({"Portal-Upload-State": self.state} if self.offset == self.size else {})
