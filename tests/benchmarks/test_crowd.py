"""A client remembers what it was told, tries again while it was told nothing, and gets a final answer."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from coalition_portal import clock
from tests.benchmarks import crowd


class Portal(BaseHTTPRequestHandler):
    """Answers each path by what its name says; busy once, then with a receipt."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        word = self.path.strip("/").split("/")[-1]
        if word == "busy" and self.path not in self.server.told:
            self.server.told.add(self.path)
            self.send_response(503)
            self.send_header("Retry-After", "0")
        elif word == "sorry":
            self.send_response(302)
            self.send_header("Location", "/proposals/p/submit/")
        else:
            self.send_response(302)
            self.send_header("Location", f"/proposals/p/{'receipt' if word == 'busy' else word}/1/")
        self.end_headers()

    def log_message(self, *_args):
        return None


@pytest.fixture
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    server.told = set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def answers(port, *words, at=None):
    clients = [
        {"client": word, "path": f"/{word}", "body": "a=b", "cookies": "c=d", "address": "10.0.0.1", "at": at}
        for word in words
    ]
    # A browser test of the same process may have left its own loop running in this thread.
    with ThreadPoolExecutor(1) as thread:
        asked = {"port": port, "connections": 0, "clients": clients}
        attempts = thread.submit(lambda: asyncio.run(crowd.run(asked))).result()
    assert all(attempt["sent_at"] <= (attempt["answered_at"] or attempt["sent_at"]) for attempt in attempts)
    return [(attempt["client"], attempt["answer"], attempt["status"]) for attempt in attempts]


def test_each_answer_is_known_by_the_page_that_one_is_led_to(port):
    assert answers(port, "receipt", "late", "provisional", "sorry") == [
        ("receipt", "receipt", 302),
        ("late", "late", 302),
        ("provisional", "provisional", 302),
        ("sorry", "refused", 302),
    ]


def test_client_that_is_told_to_wait_tries_again_and_both_tries_are_remembered(port):
    assert answers(port, "busy") == [("busy", "error", 503), ("busy", "receipt", 302)]


def test_client_comes_at_its_instant(port):
    at = clock.now().timestamp() + 0.2

    assert answers(port, "receipt", at=at) == [("receipt", "receipt", 302)]
    assert clock.now().timestamp() >= at
