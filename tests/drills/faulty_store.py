"""A line before an object store that answers with errors, waits, or drops the tail of what was stored."""

import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

WELL, DOWN, SLOW, SHORT = "well", "down", "slow", "short"
SLOW_SECONDS = 0.2
DROPPED_BYTES = 16
HOP_BY_HOP = ("connection", "transfer-encoding", "content-length", "date", "server")


class Line(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _carry(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.mode == DOWN:
            self._say(503, {}, b"")
            return
        if self.server.mode == SLOW:
            time.sleep(SLOW_SECONDS)
        link = HTTPConnection(*self.server.target, timeout=30)
        link.request(self.command, self.path, body=body, headers=dict(self.headers))
        answer = link.getresponse()
        content = answer.read()
        link.close()
        if self.server.mode == SHORT and self.command == "GET" and answer.status in (200, 206):
            content = content[:-DROPPED_BYTES]
        self._say(answer.status, dict(answer.getheaders()), content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _carry

    def _say(self, status, headers, content):
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        size = headers.get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", size or str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        return None


class FaultyStore:
    """`mode` says how it behaves from now on."""

    def __init__(self, endpoint_url):
        found = urlsplit(endpoint_url)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
        self.server.target, self.server.mode = (found.hostname, found.port), WELL
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def behave(self, mode):
        self.server.mode = mode

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.server.shutdown()
        self.server.server_close()
