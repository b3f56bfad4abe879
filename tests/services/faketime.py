"""Clocks that are set, without privilege: libfaketime (Debian's package faketime)."""

import shutil
from pathlib import Path

import pytest


def library():
    """Where it lies, or None."""
    found = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
    return found if shutil.which("faketime") else None


@pytest.fixture
def faketime():
    """`faketime(seconds)`: the variables of a process whose clock is off by so much and goes on evenly."""
    found = library()
    if found is None:
        pytest.skip("libfaketime is not installed")
    return lambda seconds: {"LD_PRELOAD": str(found), "FAKETIME": f"{seconds:+d}s", "DONT_FAKE_MONOTONIC": "1"}
