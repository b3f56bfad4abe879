"""A process that uploads files of 5 MB by tus, one each few seconds for each of its companies, until an instant.

Run as `python -m tests.benchmarks.uploading PLAN ANSWERS`. The plan is JSON: port, `until` (seconds since 1970) and the
uploaders; the answer says how many files were kept and how many requests failed.
"""

import base64
import json
import os
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from coalition_portal import clock

SIZE = 5 * 1024 * 1024
EVERY_SECONDS = 4
KIND = "flight_evidence"


def main(plan, answers):
    plan = json.loads(Path(plan).read_text())
    counted = {"kept": 0, "failed": 0, "refusals": []}
    threads = [threading.Thread(target=_go_on, args=(one, plan, counted)) for one in plan["uploaders"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Path(answers).write_text(json.dumps(counted))


def _go_on(uploader, plan, counted):
    while clock.now().timestamp() < plan["until"]:
        begun = time.monotonic()
        try:
            state, document = _upload(uploader, plan["port"])
            counted["kept"] += state == "kept"
            if document:
                _remove(uploader, plan["port"], document)
        except (OSError, HTTPException, ValueError) as error:
            counted["failed"] += 1
            counted["refusals"] = [*counted["refusals"][:4], str(error)]
        time.sleep(max(0, EVERY_SECONDS - (time.monotonic() - begun)))


def _upload(uploader, port):
    content = _content()
    named = {"filename": "flights.csv", "filetype": "text/csv", "proposal": uploader["proposal"], "kind": KIND}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in named.items())
    begun = _ask(uploader, port, "POST", "/api/v1/uploads", b"", **_sized(len(content), metadata))
    place = begun.headers["Location"]
    headers = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = _ask(uploader, port, "PATCH", place, content, **headers)
    document = _ask(uploader, port, "HEAD", place, b"").headers.get("Portal-Document")
    return sent.headers.get("Portal-Upload-State"), document


def _content():
    """A table of 5 MB that nobody has uploaded before."""
    line = f"{os.urandom(16).hex()},12.5,some flight over an example field\n".encode()
    return b"flight,range_km,remark\n" + line * (SIZE // len(line))


def _sized(size, metadata):
    return {"Upload-Length": str(size), "Upload-Metadata": metadata}


def _remove(uploader, port, document):
    body = urlencode({"csrfmiddlewaretoken": uploader["token"]}).encode()
    path = f"/proposals/{uploader['proposal']}/documents/{document}/remove/"
    _ask(uploader, port, "POST", path, body, **{"Content-Type": "application/x-www-form-urlencoded"})


def _ask(uploader, port, method, path, body, **headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers |= {
        "Cookie": uploader["cookies"],
        "X-CSRFToken": uploader["token"],
        "X-Forwarded-For": uploader["address"],
        "Tus-Resumable": "1.0.0",
    }
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    if answer.status >= 400:
        raise ValueError(f"{method} {path} answered {answer.status}: {said[:200]!r}")
    return answer


if __name__ == "__main__":
    main(*sys.argv[1:])
