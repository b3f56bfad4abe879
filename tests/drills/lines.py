"""Lines between two processes that lose what they carry."""

import re
import socket
import threading


class AnswerDropper:
    """Carries requests to `port` and keeps every answer for itself: the caller hears nothing."""

    def __init__(self, port):
        self.target = port
        self.has_answer = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.server.close()
        self.thread.join(5)

    def _carry(self):
        caller, _address = self.server.accept()
        with caller, socket.create_connection(("127.0.0.1", self.target)) as portal:
            portal.sendall(_request(caller))
            portal.recv(65536)
            self.has_answer.set()


def _request(caller):
    """One request, head and body, however slowly it comes."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += caller.recv(65536)
    head, _end, body = request.partition(b"\r\n\r\n")
    size = re.search(rb"^content-length: *(\d+)", head, re.I | re.M)
    left = (int(size[1]) if size else 0) - len(body)
    while left > 0:
        more = caller.recv(65536)
        request, left = request + more, left - len(more)
    return request
