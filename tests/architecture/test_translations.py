"""Every string has its Ukrainian: the catalogue is compared with the strings of the code as gettext finds them now."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("coalition_portal", "manufacturers", "tenders", "templates")
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CATALOGUES = sorted((ROOT / "locale").glob("uk/LC_MESSAGES/*.po"))


def settled(entry):
    """Whether a translator has said the last word on this string, in each of its plural forms."""
    return entry.translated() and not entry.fuzzy


def words(catalogue):
    return {(one.msgctxt, one.msgid): (one.msgstr, one.msgstr_plural) for one in catalogue if not one.obsolete}


def names(text):
    """What is filled in: %(name)s of Python and templates, {name} of scripts."""
    return sorted(set(re.findall(r"%\(\w+\)s|\{\w+\}", text)))


def marked(path):
    """The constant strings that a module marks for translation, also where gettext does not look: inside f-strings."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        name = isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in MARKERS and node.args:
            string = node.args[1 if name.startswith("pgettext") else 0]
            if isinstance(string, ast.Constant):
                yield string.value


@pytest.fixture(scope="module")
def catalogue_of_today(tmp_path_factory):
    """The catalogue as makemessages would write it from the code of today, made in a copy of the tree."""
    if shutil.which("xgettext") is None:
        pytest.skip("no gettext in PATH")
    copy = tmp_path_factory.mktemp("strings")
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    shutil.copytree(ROOT / "locale", copy / "locale") if CATALOGUES else (copy / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "uk", "--no-location", "--verbosity", "0"]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=copy, env=environment, check=True)
    return polib.pofile(copy / "locale/uk/LC_MESSAGES/django.po")


def test_every_string_of_the_code_is_translated(catalogue_of_today):
    assert [entry.msgid for entry in catalogue_of_today if not entry.obsolete and not settled(entry)] == []


def test_no_translation_is_kept_for_a_string_that_is_gone(catalogue_of_today):
    assert [entry.msgid for entry in catalogue_of_today.obsolete_entries()] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_every_entry_is_settled_and_has_four_plural_forms(path):
    catalogue = polib.pofile(path)

    assert [entry.msgid for entry in catalogue if not settled(entry)] == []
    assert [entry.msgid for entry in catalogue if entry.msgid_plural and len(entry.msgstr_plural) != 4] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_what_is_compiled_is_what_is_written(path):
    written, compiled = polib.pofile(path), polib.mofile(path.with_suffix(".mo"))

    assert words(compiled) == words(written)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_translations_keep_every_name_that_is_filled_in(path):
    wrong = [
        entry.msgid
        for entry in polib.pofile(path)
        for text in [entry.msgstr, *entry.msgstr_plural.values()]
        if text and names(text) not in (names(entry.msgid), names(entry.msgid_plural))
    ]

    assert wrong == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_no_marked_string_stands_where_gettext_does_not_find_it(path):
    known = {entry.msgid for entry in polib.pofile(path)}
    modules = [module for name in SOURCES for module in (ROOT / name).rglob("*.py")]

    assert [(module.name, string) for module in modules for string in marked(module) if string not in known] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_translations_use_one_apostrophe_and_the_short_dash(path):
    texts = [text for entry in polib.pofile(path) for text in [entry.msgstr, *entry.msgstr_plural.values()]]

    assert [text for text in texts if re.search(r"\w'\w|—|!", text)] == []
