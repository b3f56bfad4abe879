"""The ceiling of an upload: the body of a request to a file, synced, on the same server and disk as the portal."""

import os
import tempfile

PIECE = 1024 * 1024


def application(environ, start_response):
    left = int(environ.get("CONTENT_LENGTH") or 0)
    with tempfile.TemporaryFile(dir=os.environ["RAW_FOLDER"]) as file:
        while left and (piece := environ["wsgi.input"].read(min(PIECE, left))):
            file.write(piece)
            left -= len(piece)
        file.flush()
        os.fsync(file.fileno())
    start_response("200 OK", [("Content-Length", "0")])
    return []
