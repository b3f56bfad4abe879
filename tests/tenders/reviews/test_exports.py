import csv
import zipfile
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from tenders.reviews import exports
from tenders.reviews.conflicts import recuse
from tenders.reviews.consensus import record
from tenders.reviews.exports import ranking_csv, ranking_xlsx
from tenders.reviews.models import Ranking
from tests.factories.reviews import TECHNICAL, Review
from tests.tenders.reviews.conftest import kept

BAD_NAMES = ["=HYPERLINK(A1) Drones Ltd", "@SUM Rotors LLC", "+Plus Aero, Inc"]


def agreed(say):
    """Three companies whose names, models and reasons look like formulas; the third is excluded."""
    rows = [{"name": name, "model_name": f"-{number} Kite"} for number, name in enumerate(BAD_NAMES)]
    story = Review(say, proposals=rows, panel={TECHNICAL: ["LV"], "CAPACITY": ["LV"]})
    story.everybody_reads_everything()
    story.everybody_scores(8, **{story.opened[1].public_id: 5})
    story.exclude(story.opened[2], reason="=cmd|calc: payload too small.")
    story.agree()
    facts = {"by": story.chair, "now": story.later()}
    reason = "=1+1;@x\r\n=2 page 3"
    record(opened=story.opened[0], criterion=story.criterion("links"), points=0, reason=reason, **facts)
    return story


base = kept(agreed)


@pytest.fixture
def ranking(story):
    story.rank()
    return Ranking.objects.select_related("tender").get(tender=story.tender)


def table(story, ranking, user=None):
    return list(csv.reader(StringIO(ranking_csv(user or story.chair, ranking))))


def book(story, ranking, user=None):
    return load_workbook(BytesIO(ranking_xlsx(user or story.chair, ranking)))


def test_csv_has_each_rank_with_its_exact_figures_and_reasons(story, ranking):
    head, first, second, excluded = table(story, ranking)

    row = dict(zip(head, first, strict=True))
    assert [row["Rank"], row["Company"], row["Country"], row["Drone model"], row["Total"]] == [
        "1",
        "'=HYPERLINK(A1) Drones Ltd",
        "UA",
        "'-0 Kite",
        "61.64500",
    ]
    assert [row["Links and navigation: point"], row["Links and navigation: contribution"]] == ["0", "0.000"]
    assert row["Reason: Links and navigation"] == "'=1+1;'@x =2 page 3"
    assert row["Below the minimum in"] == "Links and navigation"
    assert dict(zip(head, second, strict=True))["Rank"] == "2"
    row = dict(zip(head, excluded, strict=True))
    assert [row["Rank"], row["Company"], row["Excluded because"]] == [
        "",
        "'+Plus Aero, Inc",
        "'=cmd|calc: payload too small.",
    ]


def test_the_contributions_of_a_row_sum_to_its_total(story, ranking):
    head, *rows = table(story, ranking)

    for row in rows[:2]:
        parts = [Decimal(cell) for title, cell in zip(head, row, strict=True) if title.endswith(": contribution")]
        assert sum(parts) == Decimal(row[4])


def test_xlsx_has_no_formula_and_no_part_that_could_hold_one(story, ranking):
    content = ranking_xlsx(story.chair, ranking)

    cells = [cell for sheet in load_workbook(BytesIO(content)) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert "=HYPERLINK(A1) Drones Ltd" in {cell.value for cell in cells}
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
        assert not any("externalLink" in name or "vba" in name.lower() for name in archive.namelist())


def test_xlsx_holds_numbers_as_numbers_and_the_figures_to_compute_them_again(story, ranking):
    sheets = book(story, ranking)

    assert sheets.sheetnames == ["Ranking", "Reasons", "Excluded", "Criteria"]
    assert [cell.value for cell in sheets["Ranking"][2]][:5] == [
        1,
        "=HYPERLINK(A1) Drones Ltd",
        "UA",
        "-0 Kite",
        61.645,
    ]
    assert [cell.value for cell in sheets["Criteria"][2]] == ["Flight performance", 30, 3, "Scored by reviewers"]
    assert [cell.value for cell in sheets["Criteria"][9]][:2] == ["Price with full points, EUR", 2500]
    assert [cell.value for cell in sheets["Criteria"][10]][:2] == ["Price with no points, EUR", 6000]
    assert [cell.value for cell in sheets["Excluded"][2]] == [
        "+Plus Aero, Inc",
        "-2 Kite",
        "=cmd|calc: payload too small.",
    ]
    assert sheets["Reasons"].max_row == 1 + 2 * 7


@pytest.mark.parametrize("size", [1, 2, 3])
def test_files_are_the_same_whatever_the_size_of_a_batch(story, ranking, monkeypatch, size):
    whole = table(story, ranking)

    monkeypatch.setattr(exports, "BATCH", size)

    assert table(story, ranking) == whole


def test_who_is_recused_gets_files_without_that_proposal(story):
    member = story.members[TECHNICAL, "LV"]
    recuse(member=member, opened=story.opened[0], reason="A relative.", by=member.user, now=story.later())
    story.rank()
    ranking = Ranking.objects.get(tender=story.tender)

    _head, *rows = table(story, ranking, member.user)

    assert [row[:2] for row in rows] == [["1", "'@SUM Rotors LLC"], ["", "'+Plus Aero, Inc"]]
    values = {cell.value for sheet in book(story, ranking, member.user) for row in sheet.iter_rows() for cell in row}
    assert "=HYPERLINK(A1) Drones Ltd" not in values
    assert "@SUM Rotors LLC" in values
