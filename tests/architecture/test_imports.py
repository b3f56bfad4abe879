from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]


def test_high_imports_low_and_never_the_reverse(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)

    broken = lint_imports(config_filename="pyproject.toml", no_cache=True)

    assert broken == 0, capsys.readouterr().out
