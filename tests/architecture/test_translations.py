"""Everything that people read is in Ukrainian too: the catalogue is whole, its compiled form is of the same words."""

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
CATALOGUE = ROOT / "locale/uk/LC_MESSAGES"
SOURCES = ("coalition_portal", "manufacturers", "tenders", "templates")
PLURAL_FORMS = 4
HOLE = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%%")
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def catalogue():
    return polib.pofile(str(CATALOGUE / "django.po"))


def key(entry):
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def written(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def holes(text):
    return set(HOLE.findall(text))


def wrong_holes(entry):
    """A form has the holes of the singular or those of the plural; others break the page or tell too little."""
    allowed = [holes(entry.msgid), holes(entry.msgid_plural or entry.msgid)]
    return [text for text in written(entry) if holes(text) not in allowed]


def marked_words(path):
    """Each constant text that is marked for translation, also where the extracting program does not look."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        name = isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in MARKERS and node.args:
            text = node.args[1 if name.startswith("pgettext") else 0]
            if isinstance(text, ast.Constant) and text.value:
                yield text.value


@pytest.fixture(scope="session")
def extracted(tmp_path_factory):
    """What the sources hold now, extracted in a copy of them."""
    if not shutil.which("xgettext"):
        pytest.skip("no xgettext in PATH")
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "locale").mkdir()
    extract = [sys.executable, "-m", "django", "makemessages", "--locale", "uk"]
    no_settings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(extract, cwd=copy, env=no_settings, check=True, capture_output=True)
    return polib.pofile(str(copy / "locale/uk/LC_MESSAGES/django.po"))


def test_the_catalogue_holds_the_words_of_the_sources(extracted):
    wanted, kept = {key(entry) for entry in extracted}, {key(entry) for entry in catalogue()}

    assert (sorted(wanted - kept), sorted(kept - wanted)) == ([], [])


def test_the_extraction_misses_no_marked_word():
    known = {entry.msgid for entry in catalogue()}
    marked = {
        (str(path.relative_to(ROOT)), text)
        for name in SOURCES
        for path in (ROOT / name).rglob("*.py")
        for text in marked_words(path)
    }

    assert sorted(pair for pair in marked if pair[1] not in known) == []


def test_everything_is_translated():
    untold = [entry.msgid for entry in catalogue() if not all(written(entry))]

    assert (untold, [entry.msgid for entry in catalogue() if entry.fuzzy or entry.obsolete]) == ([], [])


def test_every_plural_has_its_four_forms():
    numbers = {len(entry.msgstr_plural) for entry in catalogue() if entry.msgid_plural}

    assert numbers == {PLURAL_FORMS}
    assert f"nplurals={PLURAL_FORMS};" in catalogue().metadata["Plural-Forms"]


def test_placeholders_agree():
    assert {entry.msgid: wrong_holes(entry) for entry in catalogue() if wrong_holes(entry)} == {}


@pytest.mark.parametrize(
    ("msgid", "plural", "forms", "wrong"),
    [
        ("%(count)s day", "%(count)s days", ["%(count)s день", "%(count)s днів"], []),
        ("One day", "%(count)s days", ["Один день", "%(count)s днів"], []),
        ("%(count)s day", "", ["%(count)d день"], ["%(count)d день"]),
        ("%(count)s day", "", ["день"], ["день"]),
        ("{percent} %%", "", ["{percent} %"], ["{percent} %"]),
        ("for {name}", "", ["для {імені}"], ["для {імені}"]),
    ],
)
def test_a_wrong_placeholder_is_found(msgid, plural, forms, wrong):
    told = {"msgstr_plural": dict(enumerate(forms))} if plural else {"msgstr": forms[0]}

    assert wrong_holes(polib.POEntry(msgid=msgid, msgid_plural=plural, **told)) == wrong


def test_the_compiled_catalogue_is_of_the_same_words():
    compiled = polib.mofile(str(CATALOGUE / "django.mo"))

    assert {key(entry): written(entry) for entry in compiled} == {key(entry): written(entry) for entry in catalogue()}


def test_one_apostrophe_and_one_dash_are_used():
    """The typographic apostrophe and the short dash; the long dash and the typewriter's apostrophe are not ours."""
    assert [text for entry in catalogue() for text in written(entry) if re.search(r"\w'\w|—|!", text)] == []
