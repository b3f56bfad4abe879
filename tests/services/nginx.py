"""The proxy of docker-compose.yml as a process of this machine, with its own configuration and other addresses."""

import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import yaml

from tests.services.environment import ROOT
from tests.services.redis import free_port

START_SECONDS = 60
BEHIND = ("web", "submit", "files")


class NoNginx(Exception):
    """Why there is no proxy here, as one sentence."""


def configuration(folder, port, **ports):
    """What docker-compose.yml gives its proxy, on loopback and with all its files in `folder`."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    text = compose["configs"]["proxy"]["content"].replace("$$", "$")
    places = [("listen 8000;", f"listen 127.0.0.1:{port};")]
    for name in BEHIND:
        address = compose["services"][name]["networks"]["default"]["ipv4_address"]
        places.append((f"server {address}:8000 ", f"server 127.0.0.1:{ports[f'{name}_port']} "))
    for said, here in places:
        if text.count(said) != 1:
            raise ValueError(f"The proxy's configuration has {said!r} {text.count(said)} times, wanted once.")
        text = text.replace(said, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = text.replace("http {\n", f"http {{\n{temporary}", 1)
    return f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\ndaemon off;\n{text}"


@contextmanager
def running_proxy(folder, *, port=None, environment=None, **ports):
    """Gives the port on which it listens. `web_port`, `submit_port`, `files_port`: those it leads to."""
    server = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if server is None:
        raise NoNginx("nginx is not installed")
    folder, port = Path(folder), port or free_port()
    path = folder / "nginx.conf"
    path.write_text(configuration(folder, port, **ports), "utf-8")
    command = [server, "-p", str(folder), "-c", str(path), "-e", str(folder / "error.log")]
    process = subprocess.Popen(command, env=os.environ | (environment or {}))
    try:
        _wait_until_it_answers(port)
        yield port
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _wait_until_it_answers(port):
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            urlopen(f"http://127.0.0.1:{port}/robots.txt", timeout=2)
            return
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.05)
    raise NoNginx(f"nginx did not answer on port {port} within {START_SECONDS} s")


def locations(text):
    """The patterns of the locations in a configuration, in their order."""
    return re.findall(r"location (?:~ )?(\S+) \{", text)
