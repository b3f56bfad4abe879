"""The tree holds itself to its plan: imports go one way, one module reads the clock, no migration is missing."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def output_of(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_imports_go_one_way():
    code, said = output_of(BIN / "lint-imports", "--no-logo", "--no-cache")

    assert code == 0, said


def test_only_the_clock_reads_a_clock():
    code, said = output_of(BIN / "ruff", "check", "--select", "TID251", "--no-cache", ".")

    assert code == 0, said


def test_the_ban_on_clocks_bites(tmp_path):
    (tmp_path / "reader.py").write_text("from django.utils import timezone\n\nnow = timezone.now()\n")

    code, said = output_of(
        BIN / "ruff", "check", "--config", ROOT / "pyproject.toml", "--select", "TID251", tmp_path / "reader.py"
    )

    assert code == 1, said


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = StringIO()

    call_command("makemigrations", check=True, dry_run=True, verbosity=1, stdout=said)

    assert said.getvalue() == "No changes detected\n"
