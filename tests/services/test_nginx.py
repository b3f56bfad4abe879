"""The proxy of the production layout, for real: what it stamps, where it leads, what gives way and what it says."""

import json
import threading
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from coalition_portal import clock
from tests.services.nginx import NoNginx, running_proxy
from tests.services.redis import free_port

PID = "abcdefghijklmnopqrstuvwxyz"


class Told(BaseHTTPRequestHandler):
    """Answers with what came: which server it is, and the headers that the portal believes."""

    def do_GET(self):
        if self.path == "/tenders/":
            self.server.waiting.release()
            self.server.go_on.wait(20)
        self._tell()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._tell()

    def _tell(self):
        names = ("X-Arrived-At", "X-Forwarded-For", "X-Forwarded-Proto", "Host")
        body = json.dumps({"server": self.server.name} | {name: self.headers.get_all(name) for name in names}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        return None


def _serve(name):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    server.name, server.waiting, server.go_on = name, threading.Semaphore(0), threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def servers():
    made = {name: _serve(name) for name in ("web", "submit")}
    yield made
    for server in made.values():
        server.go_on.set()
        server.shutdown()


@pytest.fixture(scope="module")
def proxy(servers, tmp_path_factory):
    ports = {f"{name}_port": server.server_port for name, server in servers.items()}
    try:
        with running_proxy(tmp_path_factory.mktemp("nginx"), **ports) as port:
            yield port
    except NoNginx as reason:
        pytest.skip(str(reason))


def _ask(port, method, path, *, body=b"", headers=None):
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


@pytest.mark.parametrize(
    ("method", "path", "server"),
    [
        ("POST", f"/proposals/{PID}/submit/", "submit"),
        ("POST", f"/proposals/{PID}/withdraw/", "submit"),
        ("POST", f"/api/v1/proposals/{PID}/submit", "submit"),
        ("POST", f"/api/v1/proposals/{PID}/withdraw", "submit"),
        ("GET", f"/api/v1/proposals/{PID}", "web"),
        ("POST", f"/proposals/{PID}/stage/", "web"),
        ("GET", f"/proposals/{PID}/", "web"),
        ("POST", "/api/v1/uploads", "web"),
        ("GET", "/", "web"),
    ],
)
def test_submitting_has_servers_of_its_own(proxy, method, path, server):
    status, _headers, text = _ask(proxy, method, path)

    assert (status, json.loads(text)["server"]) == (200, server)


def test_arrival_is_stamped_by_the_proxy_whatever_the_sender_claims(proxy):
    before = clock.now()
    claims = {"X-Arrived-At": "1000000000", "X-Forwarded-For": "10.9.8.7", "X-Forwarded-Proto": "https"}

    _status, _headers, text = _ask(proxy, "POST", f"/proposals/{PID}/submit/", body=b"x=1", headers=claims)

    told = json.loads(text)
    [stamp] = told["X-Arrived-At"]
    stamped_at = datetime.fromtimestamp(float(stamp), UTC)
    assert abs(stamped_at - before).total_seconds() < 5
    assert (told["X-Forwarded-For"], told["X-Forwarded-Proto"]) == (["127.0.0.1"], ["http"])
    assert told["Host"] == [f"127.0.0.1:{proxy}"]


def test_only_files_may_be_large(proxy):
    large = b"x" * (2 * 1024 * 1024)

    assert _ask(proxy, "POST", f"/proposals/{PID}/submit/", body=large)[0] == 413
    assert _ask(proxy, "POST", f"/proposals/{PID}/documents/add/video/", body=large)[0] == 200
    assert _ask(proxy, "POST", "/api/v1/uploads", body=large)[0] == 200


def test_lists_give_way_and_submitting_does_not(proxy, servers):
    """Twelve lists are being answered; a thirteenth is told to come again, everything else is served."""
    threads = [threading.Thread(target=_ask, args=(proxy, "GET", "/tenders/")) for _number in range(12)]
    for thread in threads:
        thread.start()
    for _thread in threads:
        assert servers["web"].waiting.acquire(timeout=20)

    refused = _ask(proxy, "GET", "/api/v1/tenders?q=fpv")
    others = [_ask(proxy, "POST", f"/proposals/{PID}/submit/")[0], _ask(proxy, "GET", f"/proposals/{PID}/")[0]]
    servers["web"].go_on.set()
    for thread in threads:
        thread.join()

    assert (refused[0], refused[1]["Retry-After"], others) == (503, "5", [200, 200])
    assert "The portal is busy." in refused[2]


def test_submit_that_nobody_answers_is_said_to_be_not_received(tmp_path):
    try:
        with running_proxy(tmp_path, web_port=free_port(), submit_port=free_port()) as port:
            status, headers, text = _ask(port, "POST", f"/proposals/{PID}/submit/")
            page = _ask(port, "GET", f"/proposals/{PID}/")
    except NoNginx as reason:
        pytest.skip(str(reason))

    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "2", "no-store")
    assert "Not yet received." in text
    assert "Ще не отримано." in text
    assert (page[0], "The portal is busy." in page[2]) == (503, True)
