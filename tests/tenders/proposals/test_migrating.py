import json
from pathlib import Path

import pytest

from tests.services.environment import python

SCRIPT = Path(__file__).parent / "migrating" / "old_database.py"


@pytest.mark.sqlite_only
def test_files_of_an_old_database_become_encrypted(tmp_path):
    done = python("-c", f"import runpy; runpy.run_path({str(SCRIPT)!r})", PORTAL_DATA=str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "whole": True,
        "lost": "0 bytes in parts [], wanted 4 in parts numbered from 0",
        "clear documents": [],
        "manifests": [{"schema": "idc-proposal/1"}] * 2,
        "manifest files": ["0", "1"],
    }
    kept = [path for path in tmp_path.glob("files/**/*") if path.is_file()]
    assert len(kept) == 3
    assert not [path for path in kept if b"kept in clear" in path.read_bytes() or b"schema" in path.read_bytes()]
