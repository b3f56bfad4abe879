import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READS = {
    "django.utils.timezone.now": "from django.utils import timezone\ntimezone.now()\n",
    "datetime.now": "from datetime import UTC, datetime\ndatetime.now(UTC)\n",
    "datetime.utcnow": "import datetime\ndatetime.datetime.utcnow()\n",
    "time.time": "import time\ntime.time()\n",
}


def ruff(*arguments, **options):
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "--output-format", "concise"]
    return subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, **options)


def test_only_clock_py_reads_a_clock():
    found = ruff("coalition_portal", "manufacturers", "tenders", "tests")

    assert (found.returncode, found.stdout) == (0, "All checks passed!\n")


@pytest.mark.parametrize("read", READS.values(), ids=list(READS))
def test_the_ban_bites(read):
    """The rule would be worth nothing if its names were misspelt."""
    found = ruff("--stdin-filename", "tenders/notices/anything.py", "-", input=read)

    assert (found.returncode, "TID251" in found.stdout) == (1, True)
