"""The proxy of the production layout, for real: what it stamps, where it leads, what gives way and what it says."""

import json
import os
import select
import socket
import threading
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.watch.proxy_clock import furthest_apart
from tenders.api.problems import TOO_LARGE, UNAVAILABLE
from tenders.api.tokens import new_token
from tenders.proposals.answer_table import BYTES_MAX
from tests.services.nginx import BEHIND, NoNginx, running_proxy
from tests.services.redis import free_port

PID = "abcdefghijklmnopqrstuvwxyz"
LARGE = 48 * 1024 * 1024  # more than all buffers on its way take
PLACES = 22  # for uploads
OF_A_SENDER = 6
OF_AN_ADDRESS = 16
WAITING = ("/tenders/", "/admin/tenders/")  # are answered when the test says so
HERE, THERE, ELSEWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3"


class Told(BaseHTTPRequestHandler):
    """Answers with what came: which server it is, and the headers that the portal believes."""

    def do_GET(self):
        if self.path in WAITING:
            self.server.waiting.release()
            self.server.go_on.wait(60)
        self._tell()

    def do_POST(self):
        self.server.sending.release()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._tell()

    do_PATCH = do_POST

    def _tell(self):
        names = ("X-Arrived-At", "X-Forwarded-For", "X-Forwarded-Proto", "Host")
        body = json.dumps({"server": self.server.name} | {name: self.headers.get_all(name) for name in names}).encode()
        body = body.ljust(LARGE) if self.path == f"/proposals/{PID}/documents/{PID}/" else body
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if len(body) == LARGE:
            self.server.has_written.set()

    def log_message(self, *_args):
        return None


def _serve(name):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    server.name, server.waiting, server.go_on = name, threading.Semaphore(0), threading.Event()
    server.sending, server.has_written = threading.Semaphore(0), threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def servers():
    made = {name: _serve(name) for name in BEHIND}
    yield made
    for server in made.values():
        server.go_on.set()
        server.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def proxy(servers, folder):
    ports = {f"{name}_port": server.server_port for name, server in servers.items()}
    try:
        with running_proxy(folder, **ports) as port:
            yield port
    except NoNginx as reason:
        pytest.skip(str(reason))


def _ask(port, method, path, *, body=b"", headers=None, source=HERE):
    connection = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
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
        ("GET", f"/proposals/{PID}/documents/", "web"),
        ("POST", f"/proposals/{PID}/documents/discard/{PID}/", "web"),
        ("GET", f"/api/v1/proposals/{PID}/documents", "web"),
        ("POST", "/api/v1/uploads", "files"),
        ("PATCH", f"/api/v1/uploads/{PID}", "files"),
        ("POST", f"/proposals/{PID}/documents/add/video/", "files"),
        ("GET", f"/proposals/{PID}/documents/{PID}/", "files"),
        ("GET", f"/api/v1/proposals/{PID}/documents/{PID}/content", "files"),
        ("GET", "/d/eyJvbmNlIjoxfQ:x-y_z/", "files"),
        ("GET", f"/admin/reviews/IDC-2026-0001/{PID}/documents/{PID}/", "files"),
        ("GET", f"/admin/reviews/IDC-2026-0001/{PID}/", "web"),
        ("GET", "/", "web"),
    ],
)
def test_submitting_and_files_have_servers_of_their_own(proxy, method, path, server):
    status, _headers, text = _ask(proxy, method, path)

    assert (status, json.loads(text)["server"]) == (200, server)


def test_arrival_is_stamped_by_the_proxy_whatever_the_sender_claims(proxy):
    before = clock.now()
    claims = {"X-Arrived-At": "1000000000", "X-Forwarded-For": "10.9.8.7", "X-Forwarded-Proto": "https"}

    _status, _headers, text = _ask(proxy, "POST", f"/proposals/{PID}/submit/", body=b"x=1", headers=claims)

    told = json.loads(text)
    [stamp] = told["X-Arrived-At"]
    stamped_at = datetime.fromtimestamp(float(stamp), UTC)
    assert abs(stamped_at - before).total_seconds() < 60
    assert (told["X-Forwarded-For"], told["X-Forwarded-Proto"]) == (["127.0.0.1"], ["http"])
    assert told["Host"] == [f"127.0.0.1:{proxy}"]


def _apart(port, settings):
    settings.PORTAL_PROXY_CLOCKS = [f"http://127.0.0.1:{port}/proxy-clock"]
    return furthest_apart(lambda: clock.now().timestamp())


def test_clock_of_the_proxy_can_be_asked(proxy, settings):
    assert _apart(proxy, settings) == pytest.approx(0.0, abs=0.1)


def test_proxy_whose_clock_is_behind_is_noticed_by_asking(tmp_path, settings, faketime):
    ports = {f"{name}_port": free_port() for name in BEHIND}
    with running_proxy(tmp_path, environment=faketime(-20), **ports) as port:
        apart = _apart(port, settings)

    assert apart == pytest.approx(-20.0, abs=0.5)


def _announce(port, method, path, megabytes):
    """A request that says how much it brings and waits for a word before it sends anything."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest(method, path)
    connection.putheader("Content-Length", str(megabytes * 1024 * 1024))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def test_only_files_may_be_large(proxy):
    large = b"x" * (2 * 1024 * 1024)

    assert _ask(proxy, "POST", f"/proposals/{PID}/submit/", body=large)[0] == 413
    assert _ask(proxy, "POST", f"/proposals/{PID}/documents/add/video/", body=large)[0] == 200
    assert _ask(proxy, "POST", "/api/v1/uploads", body=large)[0] == 200


def test_requirement_table_may_be_as_large_as_the_portal_takes_and_lies_on_no_disk(proxy, folder):
    """Even the whole form around it, which the proxy has before it asks the portal."""
    path = reverse("proposal-answers-table-read", args=[PID])
    before = os.stat(folder / "client_body").st_mtime_ns

    status, _headers, text = _ask(proxy, "POST", path, body=b"x" * (BYTES_MAX + 100_000))

    assert (status, json.loads(text)["server"]) == (200, "web")
    assert os.stat(folder / "client_body").st_mtime_ns == before
    assert os.listdir(folder / "client_body") == []


@pytest.mark.parametrize(
    ("path", "announced", "most"),
    [
        (reverse("proposal-submit", args=[PID]), 2, 1),
        (reverse("proposal-withdraw", args=[PID]), 2, 1),
        (reverse("proposal-offer", args=[PID]), 2, 1),
        (reverse("proposal-answers-table-read", args=[PID]), 4, 3),
        (reverse("proposal-document-add", args=[PID, "video"]), 321, 320),
    ],
)
def test_page_to_which_too_much_is_sent_says_so_in_both_languages(proxy, path, announced, most):
    status, headers, text = _announce(proxy, "POST", path, announced)

    assert (status, headers["Cache-Control"], headers["Content-Type"]) == (413, "no-store", "text/html; charset=utf-8")
    says = [
        "<strong>Not received.</strong>",
        f"more than {most} MB",
        "<strong>Не отримано.</strong>",
        f"понад {most} МБ",
    ]
    assert [words for words in says if words not in text] == []


@pytest.mark.parametrize(
    ("method", "path", "announced", "most"),
    [
        ("POST", reverse("api-proposal-submit", args=[PID]), 2, 1),
        ("POST", reverse("api-proposal-withdraw", args=[PID]), 2, 1),
        ("PATCH", reverse("api-proposal", args=[PID]), 2, 1),
        ("POST", reverse("api-uploads"), 321, 320),
        ("PATCH", reverse("api-upload", args=[PID]), 321, 320),
    ],
)
def test_program_that_sends_too_much_gets_a_problem(proxy, method, path, announced, most):
    status, headers, text = _announce(proxy, method, path, announced)

    assert (status, headers["Cache-Control"], headers["Content-Type"]) == (413, "no-store", "application/problem+json")
    assert json.loads(text) == {
        "type": "http://127.0.0.1:8000/problems/too-large",
        "title": str(TOO_LARGE.title),
        "status": 413,
        "detail": f"The request brings more than {most} MB, the most that is taken here, and nothing of it was "
        "received. Send less at once; files go to the uploads of the API, and a large one in several requests.",
    }


NUMBER = "IDC-2026-0001"
LISTS = [
    reverse("home"),
    reverse("api-tenders"),
    reverse("api-tender", args=[NUMBER]),
    reverse("api-tender-proposals", args=[NUMBER]),
]
LISTS_INSIDE = [
    reverse("api-proposals"),
    reverse("admin:index"),
    reverse("admin:desk-openings"),
    reverse("admin:desk-queue"),
    reverse("admin:desk-assignments", args=[NUMBER]),
    reverse("admin:desk-consensus", args=[NUMBER]),
    reverse("admin:desk-ranking", args=[NUMBER]),
    reverse("admin:desk-ranking-xlsx", args=[NUMBER]),
    reverse("admin:desk-ranking-csv", args=[NUMBER]),
]
# Whatever leads to a receipt, and what people decide about a deadline.
STAYS = [
    ("GET", reverse("tender", args=[NUMBER])),
    ("GET", reverse("dashboard")),
    ("GET", reverse("proposal-start", args=[NUMBER])),
    ("POST", reverse("proposal-start", args=[NUMBER])),
    ("POST", reverse("api-proposals")),
    ("GET", reverse("proposal", args=[PID])),
    ("GET", reverse("proposal-answers", args=[PID])),
    ("GET", reverse("proposal-answers-table", args=[PID])),
    ("POST", reverse("proposal-save", args=[PID])),
    ("POST", reverse("proposal-document-add", args=[PID, "video"])),
    ("POST", reverse("api-uploads")),
    ("GET", reverse("proposal-check", args=[PID])),
    ("POST", reverse("proposal-stage", args=[PID])),
    ("POST", reverse("api-proposal-stage", args=[PID])),
    ("POST", reverse("proposal-submit", args=[PID])),
    ("POST", reverse("api-proposal-submit", args=[PID])),
    ("POST", reverse("proposal-auto-submit", args=[PID])),
    ("POST", reverse("proposal-withdraw", args=[PID])),
    ("GET", reverse("proposal-receipt", args=[PID, 1])),
    ("GET", reverse("api-proposal-receipt", args=[PID])),
    ("POST", reverse("account_login")),
    ("POST", reverse("account_reauthenticate")),
    ("POST", reverse("mfa_authenticate")),
    ("POST", reverse("mfa_reauthenticate")),
    ("POST", reverse("admin:desk-tender-extend", args=[NUMBER])),
    ("GET", reverse("admin:desk-tender", args=[NUMBER])),
    ("GET", reverse("admin:desk-opening", args=[NUMBER])),
    ("GET", reverse("admin:desk-provisional", args=[NUMBER, "a" * 64])),
]


@pytest.mark.parametrize(
    ("asked_by_many", "places", "gives_way", "stays"),
    [
        (reverse("tender-list"), 9, LISTS, LISTS_INSIDE),
        (reverse("admin:desk-tenders"), 3, LISTS_INSIDE, LISTS),
    ],
)
def test_lists_give_way_and_submitting_does_not(proxy, servers, asked_by_many, places, gives_way, stays):
    """As many as may be are being answered; the next ones are told to come again, everything else is served."""
    servers["web"].go_on.clear()
    threads = [threading.Thread(target=_ask, args=(proxy, "GET", asked_by_many)) for _number in range(places)]
    for thread in threads:
        thread.start()
    for _thread in threads:
        assert servers["web"].waiting.acquire(timeout=60)

    told = {path: _ask(proxy, "GET", path) for path in gives_way}
    others = {act: _ask(proxy, *act)[0] for act in (*STAYS, *(("GET", path) for path in stays))}
    servers["web"].go_on.set()
    for thread in threads:
        thread.join()

    assert {(status, headers["Retry-After"]) for status, headers, _text in told.values()} == {(503, "5")}
    assert {json.loads(told[path][2])["title"] for path in told if "/api/" in path} == {str(UNAVAILABLE.title)}
    assert {act: status for act, status in others.items() if status != 200} == {}


def _slow_sender(port, path, source, headers):
    """Somebody whose line carries half of what they announced, and then nothing for a while."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    connection.putrequest("PATCH", path)
    for name, value in (headers | {"Content-Length": "1000"}).items():
        connection.putheader(name, value)
    connection.endheaders(b"x" * 500)
    return connection


def _in_a_place(port, path, server, source=HERE, **headers):
    """A slow sender that was let in. The proxy may still count somebody who has just had their answer."""
    for _try in range(100):
        connection = _slow_sender(port, path, source, headers)
        while not server.sending.acquire(timeout=0.05):
            if select.select([connection.sock], [], [], 0)[0]:
                connection.close()
                break
        else:
            return connection
    raise AssertionError("No place was free.")


def _let_go(slow):
    for connection in slow:
        connection.send(b"x" * 500)
        assert connection.getresponse().status == 200
        connection.close()


def _forget_senders(server):
    while server.sending.acquire(blocking=False):
        pass


def test_slow_files_take_all_their_places_and_nobody_elses(proxy, servers):
    """One file too many is told to come again, and goes on when a place is free; pages and submitting do not notice."""
    _forget_senders(servers["files"])
    sources = [HERE, THERE] * (PLACES // 2)
    slow = [_in_a_place(proxy, f"/api/v1/uploads/{PID}", servers["files"], source) for source in sources]

    by_program = _ask(proxy, "PATCH", f"/api/v1/uploads/{PID}", body=b"x", source=ELSEWHERE)
    by_form = _ask(proxy, "POST", f"/proposals/{PID}/documents/add/video/", body=b"x", source=ELSEWHERE)
    others = [("GET", f"/proposals/{PID}/"), ("GET", f"/api/v1/proposals/{PID}"), ("POST", f"/proposals/{PID}/submit/")]
    answered = [_ask(proxy, *one)[0] for one in others]
    fetched = _ask(proxy, "GET", f"/api/v1/proposals/{PID}/documents/{PID}/content")[0]
    _let_go(slow)

    assert (by_program[0], by_program[1]["Retry-After"]) == (503, "10")
    assert by_program[1]["Content-Type"] == "application/problem+json"
    assert json.loads(by_program[2])["detail"].startswith("As many files as the portal takes at once, in all or")
    assert (by_form[0], by_form[1]["Retry-After"]) == (503, "10")
    assert "The file is not received yet." in by_form[2]
    assert (answered, fetched) == ([200, 200, 200], 200)
    assert _ask(proxy, "PATCH", f"/api/v1/uploads/{PID}", body=b"x")[0] == 200


SESSION, OTHER_SESSION = "s" * 32, "t" * 32
TOKEN, OTHER_TOKEN = str(new_token()), str(new_token())
SECRETS = (SESSION, OTHER_SESSION, TOKEN, OTHER_TOKEN)


@pytest.mark.parametrize(
    ("sender", "other"),
    [
        ({"Cookie": f"a=b; portal_session={SESSION}"}, {"Cookie": f"portal_session={OTHER_SESSION}"}),
        ({"Cookie": f"__Host-portal_session={SESSION}"}, {"Cookie": f"__Host-portal_session={OTHER_SESSION}"}),
        ({"Authorization": f"Bearer {TOKEN}"}, {"Authorization": f"Bearer {OTHER_TOKEN}"}),
    ],
    ids=["session", "session-by-https", "key"],
)
def test_one_sender_has_a_few_of_the_places_and_others_have_the_rest(proxy, servers, sender, other):
    """From whatever address; submitting is not limited by it."""
    _forget_senders(servers["files"])
    path, form = f"/api/v1/uploads/{PID}", f"/proposals/{PID}/documents/add/video/"
    sources = [HERE, THERE] * (OF_A_SENDER // 2)
    slow = [_in_a_place(proxy, path, servers["files"], source, **sender) for source in sources]

    refused = _ask(proxy, "PATCH", path, body=b"x", headers=sender, source=ELSEWHERE)
    let_in = [_ask(proxy, "PATCH", path, body=b"x", headers=headers)[0] for headers in (other, {})]
    by_form = _ask(proxy, "POST", form, body=b"x", headers=sender)[0]
    submitted = _ask(proxy, "POST", f"/proposals/{PID}/submit/", headers=sender)[0]
    _let_go(slow)

    assert (refused[0], refused[1]["Retry-After"], refused[1]["Content-Type"]) == (
        503,
        "10",
        "application/problem+json",
    )
    assert "from one sender" in json.loads(refused[2])["detail"]
    assert (let_in, by_form, submitted) == ([200, 200], 503, 200)


@pytest.mark.parametrize(
    "disguise",
    [
        {"Cookie": f"portal_session=xyz; portal_session={SESSION}"},
        {"Cookie": f"portal_session = {SESSION}", "Authorization": "Bearer xyz"},
        {"Authorization": f"bearer   {TOKEN}", "Cookie": "portal_session=xyz"},
    ],
)
def test_sender_in_a_disguise_that_the_portal_sees_through_gets_no_more_places(proxy, servers, disguise):
    _forget_senders(servers["files"])
    path, plain = f"/api/v1/uploads/{PID}", {"Cookie": f"portal_session={SESSION}", "Authorization": f"Bearer {TOKEN}"}
    slow = [_in_a_place(proxy, path, servers["files"], **plain) for _number in range(OF_A_SENDER)]

    refused = _ask(proxy, "PATCH", path, body=b"x", headers=disguise)[0]
    _let_go(slow)

    assert refused == 503


def test_one_address_has_most_of_the_places_and_never_all_of_them(proxy, servers):
    """Whatever it invents as sessions; another address still gets in, and submitting does not look at it."""
    _forget_senders(servers["files"])
    path = f"/api/v1/uploads/{PID}"
    invented = [f"portal_session={number:032}" for number in range(OF_AN_ADDRESS)]
    slow = [_in_a_place(proxy, path, servers["files"], THERE, Cookie=cookie) for cookie in invented]

    refused = _ask(proxy, "PATCH", path, body=b"x", source=THERE)[0]
    let_in = _ask(proxy, "PATCH", path, body=b"x", source=ELSEWHERE)[0]
    submitted = _ask(proxy, "POST", f"/proposals/{PID}/submit/", source=THERE)[0]
    _let_go(slow)

    assert (refused, let_in, submitted) == (503, 200, 200)


def test_log_of_the_proxy_names_what_is_full_and_no_secret_of_a_sender(proxy, servers, folder):
    _forget_senders(servers["files"])
    path, long = f"/api/v1/uploads/{PID}", "v" * 3000
    sender = {"Cookie": f"portal_session={SESSION}", "Authorization": f"Bearer {TOKEN}"}
    slow = [_in_a_place(proxy, path, servers["files"], **sender) for _number in range(OF_A_SENDER)]

    refused = _ask(proxy, "PATCH", path, body=b"x", headers=sender)[0]
    longest = {"Cookie": f"portal_session={long}", "Authorization": f"Bearer {long}"}
    _ask(proxy, "PATCH", path, body=b"x", headers=longest)
    _let_go(slow)

    written = (folder / "error.log").read_text("utf-8")
    assert (refused, 'limiting connections by zone "upload_sessions"' in written) == (503, True)
    assert [secret for secret in (*SECRETS, "vvvv") if secret in written] == []


def test_document_that_somebody_reads_slowly_waits_where_it_is_and_not_on_the_disk(proxy, servers, folder):
    servers["files"].has_written.clear()
    connection = HTTPConnection("127.0.0.1", proxy, timeout=60)
    connection.connect()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    connection.request("GET", f"/proposals/{PID}/documents/{PID}/")
    answer = connection.getresponse()
    begun = answer.read(1)

    was_taken_in_whole = servers["files"].has_written.wait(0.5)
    kept = [path.name for path in (folder / "proxy").rglob("*") if path.is_file()]
    rest = answer.read()

    assert (was_taken_in_whole, kept, len(begun + rest)) == (False, [], LARGE)


@pytest.fixture(scope="module")
def lonely_proxy(tmp_path_factory):
    """Nobody is there behind it."""
    ports = {f"{name}_port": free_port() for name in BEHIND}
    try:
        with running_proxy(tmp_path_factory.mktemp("lonely"), **ports) as port:
            yield port
    except NoNginx as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize(
    ("method", "path", "seconds", "says"),
    [
        ("POST", f"/proposals/{PID}/submit/", "2", ["Not yet received.", "Ще не отримано."]),
        ("POST", f"/proposals/{PID}/withdraw/", "2", ["Not yet received.", "Ще не отримано."]),
        ("GET", f"/proposals/{PID}/", "5", ["The portal is busy.", "Портал зайнятий."]),
        ("GET", f"/proposals/{PID}/documents/{PID}/", "5", ["The portal is busy.", "Портал зайнятий."]),
        ("POST", f"/proposals/{PID}/documents/add/video/", "10", ["not received yet", "Файл ще не отримано."]),
    ],
)
def test_page_that_nobody_answers_says_so_in_both_languages(lonely_proxy, method, path, seconds, says):
    status, headers, text = _ask(lonely_proxy, method, path)

    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, seconds, "no-store")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert [words for words in says if words not in text] == []


@pytest.mark.parametrize(
    ("method", "path", "seconds", "says"),
    [
        ("POST", f"/api/v1/proposals/{PID}/submit", "2", "Not yet received: the portal did not answer."),
        ("POST", f"/api/v1/proposals/{PID}/withdraw", "2", "Not yet received: the portal did not answer."),
        ("GET", f"/api/v1/proposals/{PID}", "5", "The portal is busy."),
        ("GET", "/api/v1/tenders", "5", "The portal is busy."),
        ("GET", f"/api/v1/proposals/{PID}/documents/{PID}/content", "5", "The portal is busy."),
        ("HEAD", f"/api/v1/uploads/{PID}", "10", ""),
        ("PATCH", f"/api/v1/uploads/{PID}", "10", "As many files as the portal takes at once, in all or"),
    ],
)
def test_program_that_nobody_answers_gets_a_problem(lonely_proxy, method, path, seconds, says):
    status, headers, text = _ask(lonely_proxy, method, path)

    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, seconds, "no-store")
    assert headers["Content-Type"] == "application/problem+json"
    if method == "HEAD":
        return
    problem = json.loads(text)
    assert problem.pop("detail").startswith(says)
    assert problem == {
        "type": "http://127.0.0.1:8000/problems/unavailable",
        "title": "The portal cannot answer for a moment",
        "status": 503,
    }
