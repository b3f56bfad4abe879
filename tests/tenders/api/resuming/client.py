"""`client.py FACTS FILE [BYTES]`: send the file by tuspy and print the address of the upload; go on where FACTS say so.

After so many BYTES on the line it kills itself, in the middle of a request, as a power cut would.
"""

import http.client
import json
import os
import signal
import sys
import time

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

SLICE = 64 * 1024
CHUNK = 64 * 1024 * 1024


def die_after(most):
    send, sent = http.client.HTTPConnection.send, [0]

    def counted(connection, data):
        data = memoryview(data)
        for start in range(0, len(data), SLICE):
            piece = data[start : start + SLICE][: most - sent[0]]
            send(connection, piece)
            sent[0] += len(piece)
            if sent[0] >= most:
                os.kill(os.getpid(), signal.SIGKILL)

    http.client.HTTPConnection.send = counted


def main(facts, path, most=None):
    facts = json.loads(facts)
    client = TusClient(facts["endpoint"], headers={"Authorization": f"Bearer {facts['token']}"})
    metadata = {"filename": "film.mp4", "kind": "video", "proposal": facts["proposal"]}
    uploader = client.uploader(path, chunk_size=CHUNK, metadata=metadata, url=facts.get("url"))
    if uploader.url is None:
        uploader.set_url(uploader.create_url())
        print(uploader.url, flush=True)
    if most:
        die_after(int(most))
    while uploader.offset < uploader.get_file_size():
        try:
            uploader.upload_chunk()
        except (TusUploadFailed, TusCommunicationError):
            # The request of the client before this one may still hold the upload.
            time.sleep(0.1)
            uploader.offset = uploader.get_offset()


main(*sys.argv[1:])
