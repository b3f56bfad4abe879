import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from coalition_portal.watch.proxy_clock import furthest_apart
from tests.services.redis import free_port

ASKED, ANSWERED = 1_792_000_000.0, 1_792_000_000.2


class Telling(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.removeprefix("/").encode())

    def log_message(self, *_arguments):
        return None


@pytest.fixture(scope="module")
def teller():
    """`teller(words)` is the address of a proxy that says these words."""
    server = HTTPServer(("127.0.0.1", 0), Telling)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield lambda words: f"http://127.0.0.1:{server.server_port}/{words}"
    server.shutdown()


@pytest.fixture
def wall():
    """A host's clock that reads ASKED before each question and ANSWERED after it."""
    readings = iter([ASKED, ANSWERED] * 5)
    return lambda: next(readings)


@pytest.mark.parametrize(
    ("said", "apart"),
    [
        (["1792000000.000"], 0.0),
        (["1792000000.200"], 0.0),
        (["1792000000.100"], 0.0),
        (["1791999970.000"], -30.0),
        (["1792000002.200"], 2.0),
        (["1792000000.100", "1791999999.000", "1792000000.900"], -1.0),
        ([], 0.0),
    ],
)
def test_what_lies_outside_the_asking_is_how_far_they_are_apart(settings, teller, wall, said, apart):
    settings.PORTAL_PROXY_CLOCKS = [teller(words) for words in said]

    assert furthest_apart(wall) == pytest.approx(apart)


@pytest.mark.parametrize("words", ["", "soon", "1792000000", "179200000000000.000"])
def test_what_is_no_time_is_no_answer(settings, teller, wall, words):
    settings.PORTAL_PROXY_CLOCKS = [teller(words)]

    with pytest.raises(OSError, match="wanted seconds since 1970"):
        furthest_apart(wall)


def test_proxy_that_is_down_hides_no_other(settings, teller, wall):
    down = f"http://127.0.0.1:{free_port()}/proxy-clock"
    settings.PORTAL_PROXY_CLOCKS = [down, teller("1791999969.000"), teller("soon")]

    assert furthest_apart(iter([ASKED, ASKED, ANSWERED, ASKED]).__next__) == pytest.approx(-31.0)


def test_nobody_there_is_no_answer(settings, wall):
    settings.PORTAL_PROXY_CLOCKS = [f"http://127.0.0.1:{free_port()}/proxy-clock"]

    with pytest.raises(OSError):
        furthest_apart(wall)
