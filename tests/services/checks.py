"""./portal check: what can be told without running the portal. Every check runs; any failure fails the whole."""

import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS = {
    "style": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "import contracts": [BIN / "lint-imports", "--no-logo"],
    "settings": [sys.executable, "manage.py", "check"],
    "missing migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "missing translations": [sys.executable, "-m", "pytest", "-q", "tests/architecture/test_translations.py"],
    "templates": [BIN / "djlint", "templates", "--lint", "--quiet"],
}


def main():
    failed = [name for name, command in CHECKS.items() if not _passes(name, command)]
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}.")
    print("Every check passed.")


def _passes(name, command):
    print(f"== {name}", flush=True)
    return subprocess.run(command).returncode == 0


if __name__ == "__main__":
    main()
