"""Goals 14 and 15: a video of 50 MB by tus beside its bare body written and synced; and what four at once weigh.

The time of the portal is that of the whole PATCH: received, encrypted, synced, looked at by the gate, read back and
digested, until the document stands in the draft. "received" leaves out what follows the last byte.
"""

import base64
import os
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from tests.benchmarks.harness import ROUNDS, CannotMeasure, Figure, serving
from tests.benchmarks.world import serving_portal

SIZE = 50 * 1000 * 1000
AT_ONCE = 4
KIND = "video"
WEIGH_SECONDS = 0.01


def run(variables):
    senders = _companies_with_drafts()
    raw = {"RAW_FOLDER": variables["PORTAL_DATA"]}
    with serving("tests.benchmarks.raw_body:application", "/", **raw) as bare, serving_portal(variables) as portal:
        _once(portal.port, senders[:1])
        _all_at_once(portal, senders)
        whole, received = _ratios(bare.port, portal.port, senders[0])
        growth = [_all_at_once(portal, senders) for _round in range(3)]
    return [
        Figure("50 MB kept as a document, of raw body + fsync", whole, floor=0.35, goal=0.55),
        Figure("50 MB received, of raw body + fsync", received, floor=0.35, goal=0.55),
        Figure("MB a worker grows by, 4 x 50 MB at once", tuple(growth), floor=32, goal=16, at_most=True),
    ]


def _companies_with_drafts():
    # The portal's own modules are there only after the world has connected this process.
    from tests.factories import companies
    from tests.factories.keys import token_of
    from tests.factories.proposals import draft_proposal
    from tests.factories.tenders import published_tender

    tender = published_tender()
    drafts = [draft_proposal(tender=tender) for _number in range(AT_ONCE)]
    return [(draft, token_of(companies.owner_of(draft.company))) for draft in drafts]


def _ratios(bare, portal, sender):
    pairs = []
    for _round in range(ROUNDS):
        body = _film()
        ceiling = _seconds_of(bare, "POST", "/", body, {})
        whole = _kept(portal, sender, body)
        # All but the last byte: what the portal does after it is left out.
        pairs.append((ceiling / whole, ceiling / _received(portal, sender, _film())))
    return tuple(zip(*pairs, strict=True))


def _once(port, senders):
    for sender in senders:
        _kept(port, sender, _film())


def _kept(port, sender, body):
    """Seconds of the one request that brings the whole file and ends with the document."""
    place = _begun(port, sender)
    spent = _seconds_of(port, "PATCH", place, body, _headers(sender, 0), "kept")
    _forget(sender)
    return spent


def _received(port, sender, body):
    place = _begun(port, sender)
    spent = _seconds_of(port, "PATCH", place, body[:-1], _headers(sender, 0))
    _seconds_of(port, "DELETE", place, b"", _headers(sender, 0))
    return spent


def _all_at_once(portal, senders):
    """By how many MB the worker that grew most is heavier at its heaviest than before."""
    workers = [Path(f"/proc/{pid}/status") for pid in _children_of(portal.process.pid)]
    before = [_resident_mb(worker) for worker in workers]
    with ThreadPoolExecutor(len(senders)) as pool:
        bodies = [_film() for _sender in senders]
        done = [pool.submit(_kept, portal.port, *pair) for pair in zip(senders, bodies, strict=True)]
        most = list(before)
        while not all(one.done() for one in done):
            most = [max(pair) for pair in zip(most, map(_resident_mb, workers), strict=True)]
            time.sleep(WEIGH_SECONDS)
        for one in done:
            one.result()
    return max(heavy - light for heavy, light in zip(most, before, strict=True))


def _begun(port, sender):
    draft, _token = sender
    named = {"filename": "film.mp4", "kind": KIND, "proposal": draft.public_id}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in named.items())
    headers = _headers(sender, 0) | {"Upload-Length": str(SIZE), "Upload-Metadata": metadata}
    answer = _asked(port, "POST", "/api/v1/uploads", b"", headers)
    return answer.headers["Location"]


def _headers(sender, offset):
    return {
        "Authorization": f"Bearer {sender[1]}",
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
    }


def _seconds_of(port, method, path, body, headers, state=None):
    begun = time.perf_counter()
    answer = _asked(port, method, path, body, headers)
    spent = time.perf_counter() - begun
    if state and answer.headers.get("Portal-Upload-State") != state:
        raise CannotMeasure(f"{path} ended as {answer.headers.get('Portal-Upload-State')}, wanted {state}.")
    return spent


def _asked(port, method, path, body, headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body=body or None, headers=headers)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status >= 300:
        raise CannotMeasure(f"{method} {path} answered {answer.status}: {said[:200]!r}")
    return answer


def _forget(sender):
    """The tender takes one video of a proposal."""
    from django.db.models import F

    from tenders.proposals.models import Document

    Document.objects.filter(proposal=sender[0], removed_at=None).update(removed_at=F("uploaded_at"))


def _film():
    """A video of that size, and no two alike: the same file is taken once."""
    kinds = b"isom" + (512).to_bytes(4, "big") + b"isomiso2avc1mp41"
    head = (len(kinds) + 8).to_bytes(4, "big") + b"ftyp" + kinds + b"\x00\x00\x00\x08moov"
    body = SIZE - len(head)
    return head + body.to_bytes(4, "big") + b"mdat" + os.urandom(body - 8)


def _children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident_mb(status):
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
