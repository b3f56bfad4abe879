"""What a first visit costs, and that the strict policy has nothing to forbid. Weights are bytes after gzip."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))


def weight(*paths):
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


FOR_STAFF = [STATIC / "js" / name for name in ("scoring.js", "keep.js", "stock.js")]


def scripts_of(source):
    """Those that a template or a script names, and those that they import."""
    named = {STATIC / "js" / name for name in re.findall(r"""(?:static "js/|from "\./)([\w-]+\.js)""", source)}
    return named.union(*(scripts_of(path.read_text()) for path in named))


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if path.parent.name == "proposals"], ids=lambda path: path.name
)
def test_a_page_of_the_proposal_brings_25_kilobytes_of_styles_and_scripts_at_most(path):
    scripts = scripts_of(path.read_text()) | {STATIC / "js/clock.js"}

    assert weight(STATIC / "css/portal.css", *scripts) <= 25_000


def test_imported_scripts_are_weighed_too():
    documents = scripts_of((Path(settings.BASE_DIR) / "templates/proposals/documents.html").read_text())

    assert {path.name for path in documents} == {"upload.js", "tus.js"}


def test_the_staff_desk_brings_40_kilobytes_of_styles_and_scripts_at_most():
    styles = [STATIC / "css/portal.css", STATIC / "css/admin.css"]

    assert weight(*styles, STATIC / "js/clock.js", STATIC / "js/print.js", *FOR_STAFF) <= 40_000


def test_a_public_page_brings_12_kilobytes_of_styles_and_scripts_at_most():
    assert weight(STATIC / "css/portal.css", STATIC / "js/clock.js") <= 12_000


def test_a_mark_for_the_browser_is_there_in_both_shapes():
    assert [(STATIC / "img" / name).exists() for name in ("favicon.svg", "favicon.ico")] == [True, True]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_hold_no_inline_style_script_or_handler(path):
    source = path.read_text()

    assert re.findall(r"<style|\sstyle=|<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+=\"|javascript:", source) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_can_be_read(path):
    engines["django"].from_string(path.read_text())


def test_no_style_or_script_names_another_host():
    sources = [path.read_text() for path in [*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")]]

    assert [source for source in sources if re.search(r"https?://(?!www\.w3\.org)", source)] == []
