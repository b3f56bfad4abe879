"""A process of clients: each sends its one prepared request at its instant over a socket of its own, and remembers.

Run as `python -m tests.benchmarks.crowd PLAN ANSWERS`. The plan is JSON: the port, and for each client the instant
(seconds since 1970; null: as soon as one of `connections` is free), the path, the body and the cookies. A client that
is told to wait or is cut off tries again, as a person would; every try is an attempt of its own.
"""

import asyncio
import json
import re
import sys
from pathlib import Path

from coalition_portal import clock

ANSWER_SECONDS = 90
TRIES = 6
PLACES = {"receipt": "receipt", "late": "late", "provisional": "provisional"}


class Exchange(asyncio.Protocol):
    """One request and its answer over one connection, with the instants on both sides."""

    def __init__(self, request: bytes):
        self.request, self.received = request, b""
        self.sent_at = self.answered_at = None
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.sent_at = clock.now().timestamp()
        transport.write(self.request)

    def data_received(self, data):
        self.answered_at = self.answered_at or clock.now().timestamp()
        self.received += data

    def connection_lost(self, error):
        if not self.done.done():
            self.done.set_result(None)

    @property
    def status(self):
        found = re.match(rb"HTTP/1\.[01] ([0-9]{3})", self.received)
        return int(found.group(1)) if found and b"\r\n\r\n" in self.received else 0

    def header(self, name):
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r\n]*)", self.received, re.IGNORECASE)
        return found.group(1).decode() if found else ""


def request_of(client: dict, port: int) -> bytes:
    body = client["body"].encode()
    head = (
        f"POST {client['path']} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        f"Cookie: {client['cookies']}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Forwarded-For: {client['address']}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def answer_of(exchange: Exchange) -> str:
    """receipt, late or provisional by the page that one is led to; refused for another reason; error; or none."""
    if not exchange.status:
        return "none"
    if exchange.status >= 500:
        return "error"
    found = re.search(r"/proposals/[^/]+/(receipt|late|provisional)/", exchange.header("Location"))
    return PLACES[found.group(1)] if exchange.status == 302 and found else "refused"


async def attempt(client: dict, port: int) -> dict:
    loop, exchange = asyncio.get_running_loop(), None
    begun_at = clock.now().timestamp()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            _transport, exchange = await loop.create_connection(
                lambda: Exchange(request_of(client, port)), "127.0.0.1", port
            )
            await exchange.done
    except (OSError, TimeoutError):
        pass
    if exchange is None:
        return {"sent_at": begun_at, "answered_at": None, "answer": "none", "status": 0, "wait": 1}
    return {
        "sent_at": exchange.sent_at,
        "answered_at": exchange.answered_at,
        "answer": answer_of(exchange),
        "status": exchange.status,
        "wait": int(exchange.header("Retry-After") or 1),
    }


async def act(client: dict, port: int, gate: asyncio.Semaphore) -> list[dict]:
    """All attempts of one client, the last of which got a final answer unless the portal never gave one."""
    async with gate:
        lag = await _wait_until(client["at"])
        attempts = []
        for _try in range(TRIES):
            attempts.append(await attempt(client, port) | {"client": client["client"], "lag": lag})
            if attempts[-1]["answer"] not in ("none", "error"):
                break
            await asyncio.sleep(attempts[-1]["wait"])
        return attempts


async def _wait_until(instant: float | None) -> float:
    """How many seconds later than planned this process got to it; above 0.02 the client is the queue itself."""
    if instant is None:
        return 0.0
    while (left := instant - clock.now().timestamp()) > 0:
        await asyncio.sleep(left)
    return -left


async def run(plan: dict) -> list[dict]:
    gate = asyncio.Semaphore(plan["connections"] or len(plan["clients"]) or 1)
    acts = [act(client, plan["port"], gate) for client in plan["clients"]]
    return [each for attempts in await asyncio.gather(*acts) for each in attempts]


def main(plan, answers):
    found = asyncio.run(run(json.loads(Path(plan).read_text())))
    Path(answers).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
