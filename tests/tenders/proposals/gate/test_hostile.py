"""Every hostile file has its fault; the large ones cost their process little."""

import io
import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from socketserver import BaseRequestHandler, TCPServer

import pytest

from tenders.proposals.gate.inspection import inspect
from tenders.proposals.gate.looking import look
from tenders.proposals.gate.verdict import Fault, Unfit
from tests.services.environment import ROOT
from tests.tenders.proposals.gate.hostile import HOSTILE, bytes_of
from tests.tenders.proposals.gate.hostile.workbooks import DOCTYPE, LAUGHS, PARAMETER, SHEET, doctype
from tests.tenders.proposals.gate.making import workbook

# The gate knows no database.
pytestmark = pytest.mark.sqlite_only

ROWS = [(extension, name) for extension, rows in HOSTILE.items() for name in rows]
LARGE = [(extension, name) for extension, name in ROWS if callable(HOSTILE[extension][name][0])]
SMALL = [row for row in ROWS if row not in LARGE]
MEGABYTE = 1024 * 1024

# One process for one file, as the gate has it, which tells in the end what the file cost it.
MEASURE = """
import json, resource, sys
from tenders.proposals.gate import child, looking, verdict
# The peak of this program alone; what getrusage tells begins with the size of whoever started it.
status = open("/proc/self/status", "rb")
def used():
    told = resource.getrusage(resource.RUSAGE_SELF)
    status.seek(0)
    held = next(line for line in status.read().splitlines() if line.startswith(b"VmHWM"))
    return told.ru_utime + told.ru_stime, int(held.split()[1]) * 1024
file = open(sys.argv[1], "rb")
seconds, held = used()
child.prepare()
child.limit()
try:
    fault = looking.look(file, sys.argv[2]).media_type
except verdict.Unfit as unfit:
    fault = unfit.fault.value
seconds, held = used()[0] - seconds, used()[1] - held
print(json.dumps({"fault": fault, "cpu_seconds": seconds, "bytes": held}))
"""


@pytest.mark.parametrize(("extension", "name"), SMALL)
def test_hostile_file_has_its_fault(extension, name):
    made, expected = HOSTILE[extension][name]

    with pytest.raises(Unfit) as raised:
        look(io.BytesIO(bytes_of(made)), extension)

    assert raised.value.fault == expected


@pytest.mark.parametrize(("extension", "name"), LARGE)
def test_large_hostile_file_costs_little(extension, name, tmp_path):
    made, expected = HOSTILE[extension][name]
    path = tmp_path / "file"
    path.write_bytes(bytes_of(made))

    done = subprocess.run(
        [sys.executable, "-E", "-c", MEASURE, path, extension], cwd=ROOT, capture_output=True, text=True, check=True
    )

    told = json.loads(done.stdout)
    assert told["fault"] == expected
    assert told["bytes"] < 200 * MEGABYTE
    assert told["cpu_seconds"] < 5


@pytest.mark.parametrize("extension", ["pdf", "xlsx", "mp4", "jpg", "png", "csv"])
def test_hostile_file_has_its_fault_through_the_child_as_well(extension):
    name = next(name for name, row in HOSTILE[extension].items() if row[1] not in (Fault.EMPTY, Fault.OTHER_CONTENT))
    made, expected = HOSTILE[extension][name]

    with pytest.raises(Unfit) as raised:
        inspect(io.BytesIO(bytes_of(made)), extension)

    assert raised.value.fault == expected


@contextmanager
def canary():
    """A listener on loopback; gives its port and the list of who called."""
    calls = []

    class Note(BaseRequestHandler):
        def handle(self):
            calls.append(self.client_address)

    with TCPServer(("127.0.0.1", 0), Note) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1], calls
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("text", [DOCTYPE, PARAMETER, LAUGHS])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", [SHEET, "[Content_Types].xml", "xl/_rels/workbook.xml.rels"])
def test_nobody_is_called_by_an_entity(text, encoding, part):
    with canary() as (port, calls):
        content = workbook({part: doctype(port, encoding, text)})
        with pytest.raises(Unfit) as raised:
            look(io.BytesIO(content), "xlsx")

    assert (raised.value.fault, calls) == (Fault.ACTIVE, [])
