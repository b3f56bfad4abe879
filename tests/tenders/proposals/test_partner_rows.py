"""The migration that made rows of the partners that were one text."""

from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories.proposals import draft_proposal

migration = import_module("tenders.proposals.migrations.0007_partners_as_rows")


def row(name, part, country=""):
    return {"name": name, "country": country, "part": part}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Rotors, motors", [row("Rotors", "motors")]),
        ("Rotors: motors, and frames", [row("Rotors", "motors, and frames")]),
        ("Rotors", [row("Rotors", "")]),
        ("\n Rotors , motors \r\n\nOthers\n", [row("Rotors", "motors"), row("Others", "")]),
        ("x" * 161 + ", motors", [row("", "x" * 161 + ", motors")]),
        ("", []),
    ],
)
def test_each_line_becomes_a_row(text, rows):
    assert migration.rows_of(text) == rows


def test_more_lines_than_rows_lose_no_word():
    lines = [f"Maker {number}" for number in range(1, 23)]

    rows = migration.rows_of("\n".join(lines))

    assert len(rows) == 20
    assert rows[-1] == row("Maker 20 Maker 21 Maker 22", "")


def test_rows_go_back_into_lines():
    assert migration.text_of([row("Rotors", "motors", "LV"), row("Others", "")]) == "Rotors, LV, motors\nOthers"


@pytest.mark.django_db(transaction=True)
def test_text_becomes_rows_and_rows_become_text_again():
    pk = draft_proposal().pk
    try:
        _proposals_at("0006").filter(pk=pk).update(partners="Rotors, motors")
        rows = _proposals_at("0007").get(pk=pk).partners
        text = _proposals_at("0006").get(pk=pk).partners
    finally:
        call_command("migrate", "tenders_proposals", verbosity=0)

    assert (rows, text) == ([row("Rotors", "motors")], "Rotors, motors")


def _proposals_at(number):
    """The command, and not its executor, because the guards step aside before it and come back after it."""
    call_command("migrate", "tenders_proposals", number, verbosity=0)
    loader = MigrationExecutor(connection).loader
    [node] = [name for name in loader.graph.nodes if name[0] == "tenders_proposals" and name[1].startswith(number)]
    return loader.project_state(node).apps.get_model("tenders_proposals", "Proposal").objects
