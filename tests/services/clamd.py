import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

import pytest

from tests.services.redis import free_port

START_SECONDS = 60
# The test string of the European Institute for Computer Antivirus Research, in two pieces, so that no scanner of the
# machine that holds these tests takes this file for it.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
SETTINGS = """\
Foreground yes
TCPSocket {port}
TCPAddr 127.0.0.1
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}
StreamMaxLength 2M
User root
"""


@dataclass
class Clamd:
    """A scanner that knows one signature; `address` for TCP, `path` for its socket."""

    folder: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def path(self) -> str:
        return str(self.folder / "clamd.sock")

    def start(self) -> None:
        self.process = subprocess.Popen(
            [find_clamd(), "-c", self.folder / "clamd.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _attempt in range(START_SECONDS * 50):
            if Path(self.path).exists() and self.process.poll() is None:
                return
            time.sleep(0.02)
        raise RuntimeError(f"clamd ended with {self.process.poll()} or did not listen within {START_SECONDS} s")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(START_SECONDS)
            self.process = None


def find_clamd() -> str:
    """From PATH, or where Debian puts what only root runs."""
    return shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def running_clamd(folder: Path):
    """A clamd of our own on loopback that knows the test string and nothing else."""
    if find_clamd() is None:
        pytest.skip("no clamd in PATH or /usr/sbin")
    clamd = Clamd(folder, free_port())
    (folder / "test.hdb").write_text(f"{md5(EICAR, usedforsecurity=False).hexdigest()}:{len(EICAR)}:Test-File\n")
    (folder / "test.ndb").write_text(f"Test-Stream:0:*:{EICAR.hex()}\n")
    (folder / "clamd.conf").write_text(SETTINGS.format(port=clamd.port, folder=folder))
    clamd.start()
    try:
        yield clamd
    finally:
        clamd.stop()


@pytest.fixture(scope="session")
def session_clamd(tmp_path_factory):
    with running_clamd(tmp_path_factory.mktemp("clamd")) as clamd:
        yield clamd


@pytest.fixture
def clamd(session_clamd):
    """The scanner, running also where the test before stopped it."""
    if session_clamd.process is None:
        session_clamd.start()
    return session_clamd
