"""Portals of their own in a process of their own, with exactly the variables that a test names."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
SECONDS = 180


def bare_environment(**variables):
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"DJANGO_SETTINGS_MODULE": "coalition_portal.settings"} | variables


def python(*arguments, **variables):
    """Run this Python in the project's folder and give what it did."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=bare_environment(**variables),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def settings_of(*names, **variables):
    """The values of these settings in a portal started with these variables, as JSON tells them."""
    script = (
        "import json, django; django.setup(); from django.conf import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}, default=str))"
    )
    done = python("-c", script, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
