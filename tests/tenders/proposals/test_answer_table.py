"""The requirement table as a workbook: what goes out comes back the same, and each bad cell is named."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from openpyxl import Workbook, load_workbook

from coalition_portal import clock
from manufacturers.models import CompanyRole
from tenders.notices.models import Requirement
from tenders.proposals.answer_table import BYTES_MAX, NotThisTable, Origin, check_origin, read, written
from tenders.proposals.drafting import keep_answer_fields, kept_answers
from tenders.proposals.gate.inspection import inspect
from tests.factories import companies
from tests.factories.proposals import draft_proposal
from tests.factories.tenders import published_tender

CHOICES = [
    {"code": "day", "title_en": "Day only", "title_uk": "Лише вдень"},
    {"code": "both", "title_en": "Day and night, at once", "title_uk": "Вдень і вночі"},
]
NONE = {"choices": [], "accepted_choices": [], "title_uk": "Українською"}
NUMBER = Requirement(
    code="N-1", answer_type="NUMBER", unit="km", decimals=1, operator="gte", threshold=10, title_en="Range", **NONE
)
FREE = Requirement(code="N-2", answer_type="NUMBER", unit="d", decimals=0, title_en="Lead time", **NONE)
YES_NO = Requirement(code="Y-1", answer_type="YES_NO", wanted_yes=True, title_en="Safe", **NONE)
CHOICE = Requirement(code="C-1", answer_type="CHOICE", title_en="Camera", **(NONE | {"choices": CHOICES}))
TEXT = Requirement(code="T-1", answer_type="TEXT", title_en="Words", wording_en="Say it.", **NONE)
ALL = [NUMBER, FREE, YES_NO, CHOICE, TEXT]
SAVED = {"N-1": "12.5", "N-2": "", "Y-1": "no", "C-1": "both", "T-1": "=1+1\nand more"}
READ = "proposal-answers-table-read"
ORIGIN = Origin(tender="IDC-2020-0001", proposal="a" * 26, revision=7, seen=SAVED)


def _changed(content, **cells):
    """The workbook with these cells set, as a spreadsheet program would."""
    book = load_workbook(BytesIO(content))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    kept = BytesIO()
    book.save(kept)
    kept.seek(0)
    return kept


def _read(**cells):
    return read(_changed(written(ALL, ORIGIN), **cells), ALL)


def test_what_goes_out_comes_back_the_same():
    table = read(BytesIO(written(ALL, ORIGIN)), ALL)

    assert (table.origin, table.typed, table.mistakes) == (ORIGIN, SAVED, ())
    assert table.cells == {"N-1": "D2", "N-2": "D3", "Y-1": "D4", "C-1": "D5", "T-1": "D6"}


def test_only_the_answers_can_be_typed_and_nothing_is_a_formula():
    book = load_workbook(BytesIO(written(ALL, ORIGIN)))
    sheet, about = book.worksheets

    assert (sheet.protection.sheet, about.sheet_state) == (True, "veryHidden")
    assert [cell.protection.locked for cell in sheet[2]] == [True, True, True, False]
    kinds = {cell.data_type for row in [*sheet.iter_rows(), *about.iter_rows()] for cell in row}
    assert kinds == {"inlineStr", "s", "n"}
    assert [(str(rule.sqref), rule.formula1) for rule in sheet.data_validations.dataValidation] == [("D4", '"yes,no"')]


def test_table_says_what_is_wanted_and_how_to_type_it():
    sheet = load_workbook(BytesIO(written(ALL, ORIGIN))).worksheets[0]

    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_col=3)] == [
        ["Code", "Requirement", "Wanted"],
        ["N-1", "Range", "at least 10\N{NO-BREAK SPACE}km\nType a number in km with at most 1 decimal place."],
        ["N-2", "Lead time", "Type a whole number in days."],
        ["Y-1", "Safe", "yes\nType yes or no."],
        [
            "C-1",
            "Camera",
            "one of: Day only; Day and night, at once\nType one of: Day only; Day and night, at once",
        ],
        ["T-1", "Words\nSay it.", "an answer in words"],
    ]


def test_table_is_in_the_language_of_the_reader_and_reads_both():
    with translation.override("uk"):
        content = written(ALL, ORIGIN)
        there = read(_changed(content, D4="Так"), ALL)
    here = read(_changed(content, D4="YES", D5="day only"), ALL)

    assert load_workbook(BytesIO(content)).worksheets[0]["D5"].value == "Вдень і вночі"
    assert (there.typed["Y-1"], here.typed["Y-1"], here.typed["C-1"]) == ("yes", "yes", "day")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"),
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        ("12,5", "12,5"),
        (None, ""),
        ("  ", ""),
        (1_200_000_000, "1200000000"),
        (-0.5, "-0.5"),
    ],
)
def test_numbers_are_read_as_they_were_typed(value, text):
    assert _read(D2=value).typed["N-1"] == text


@pytest.mark.parametrize(
    ("cell", "value", "sentence"),
    [
        (
            "D2",
            "10 km",
            "We got “10 km”. We need a number in km with at most 1 decimal place. "
            "Type digits only, without words or the unit.",
        ),
        (
            "D2",
            12.55,
            "We got “12.55”. We need a number in km with at most 1 decimal place. "
            "Round it, in the direction that you can keep.",
        ),
        ("D2", "=5*2", "We got a formula. We want the value itself. Type it without an equals sign."),
        ("D2", "#N/A", "We got an error of the spreadsheet. We want the value itself. Type it anew."),
        (
            "D2",
            date(2026, 5, 10),
            "We got a date; the spreadsheet may have made it of a number. Set the cell to text, type it anew.",
        ),
        ("D5", "Night", "We got “Night”, which is none of the choices. Choose one of them."),
        ("A6", "X-9", "This tender has no such requirement, or you cannot see it. Reload the page."),
        ("A6", "N-1", "N-1 stands here a second time. Keep one row for it."),
    ],
)
def test_each_bad_cell_is_named_and_costs_no_other(cell, value, sentence):
    table = _read(**{cell: value})

    assert [(mistake.cell, mistake.sentence) for mistake in table.mistakes] == [(f"D{cell[1:]}", sentence)]
    assert len(table.typed) == 4


def test_row_without_a_code_is_no_answer():
    table = _read(A3=None, D3="30")

    assert (list(table.typed), table.mistakes) == (["N-1", "Y-1", "C-1", "T-1"], ())


def test_truth_values_of_a_spreadsheet_are_answers():
    assert [_read(D4=value).typed["Y-1"] for value in (True, False)] == ["yes", "no"]


def _bare_book():
    kept = BytesIO()
    Workbook().save(kept)
    return kept.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"no workbook", _bare_book(), written(ALL, ORIGIN).replace(b"idc-answers", b"idc")[:-30]]
)
def test_other_files_are_not_the_table(content):
    with pytest.raises(NotThisTable, match="not the table that you downloaded here"):
        read(BytesIO(content), ALL)


@pytest.mark.parametrize(("name", "value"), [("B1", "idc-answers/2"), ("B4", "many"), ("B5", "no json"), ("A2", "x")])
def test_what_the_table_was_written_for_cannot_be_made_up(name, value):
    book = load_workbook(BytesIO(written(ALL, ORIGIN)))
    book.worksheets[1][name] = value
    kept = BytesIO()
    book.save(kept)

    with pytest.raises(NotThisTable):
        read(kept, ALL)


@pytest.mark.parametrize(
    ("tender", "proposal", "sentence"),
    [
        ("IDC-2020-0002", "a" * 26, "This table is of the tender IDC-2020-0001. This proposal is in IDC-2020-0002."),
        ("IDC-2020-0001", "b" * 26, "This table was downloaded for another proposal in this tender."),
    ],
)
def test_table_of_another_tender_or_proposal_is_recognised(tender, proposal, sentence):
    with pytest.raises(NotThisTable, match=sentence):
        check_origin(ORIGIN, tender=tender, proposal=proposal)


def test_own_table_is_taken():
    check_origin(ORIGIN, tender="IDC-2020-0001", proposal="a" * 26)


def test_gate_lets_the_table_in():
    assert inspect(BytesIO(written(ALL, ORIGIN)), "xlsx").media_type.endswith("spreadsheetml.sheet")


# Pages


def _url(draft, name="proposal-answers-table"):
    return reverse(name, args=[draft.public_id])


def _send(web, draft, content):
    content = content if isinstance(content, bytes) else content.getvalue()
    return web.post(_url(draft, READ), {"table": SimpleUploadedFile("answers.xlsx", content)})


def _hidden(response):
    return {name: response.context[name] for name in ("typed", "seen")}


def _claims(draft):
    return {row.requirement.code: row.number for row in kept_answers(draft)}


def test_table_goes_out_changes_and_comes_in_after_a_look(web, draft, owner):
    keep_answer_fields(proposal=draft, typed={"FPV-03": "20"}, seen={"FPV-03": ""}, by=owner, now=clock.now())
    out = web.get(_url(draft))

    looked = _send(web, draft, _changed(out.content, D2=6.5, D3="12 km", D6="1200"))

    page = looked.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert out.headers["Content-Disposition"] == f'attachment; filename="answers-{draft.tender.number}.xlsx"'
    assert looked.status_code == 422
    assert "<b>D3</b>, Range with payload: We got “12 km”. We need a number in km" in page
    assert [(one.cell, one.title, one.before, one.after) for one in looked.context["changes"]] == [
        ("D2", "Payload", "no answer", "6.5\N{NO-BREAK SPACE}kg"),
        ("D6", "Ceiling", "no answer", "1,200\N{NO-BREAK SPACE}m"),
    ]
    assert _claims(draft) == {"FPV-03": 20}

    done = web.post(_url(draft, "proposal-answers-table-keep"), _hidden(looked), follow=True)
    assert "2 answers of the table are saved." in done.content.decode()
    assert _claims(draft) == {"FPV-01": 6.5, "FPV-03": 20, "FPV-05": 1200}


def test_table_that_changes_nothing_says_so(web, draft):
    response = _send(web, draft, web.get(_url(draft)).content)

    assert response.status_code == 200
    assert "Nothing would change" in response.content.decode()


def test_older_table_takes_back_nothing_that_it_does_not_touch_and_marks_the_rest(web, draft, owner):
    out = web.get(_url(draft)).content
    typed = {"FPV-01": "7", "FPV-03": "20"}
    keep_answer_fields(proposal=draft, typed=typed, seen=dict.fromkeys(typed, ""), by=owner, now=clock.now())

    response = _send(web, draft, _changed(out, D2=6.5))

    assert [(one.cell, one.before, one.is_news) for one in response.context["changes"]] == [
        ("D2", "7\N{NO-BREAK SPACE}kg", True)
    ]
    assert "The draft has gone on since this table was downloaded." in response.content.decode()


def test_what_somebody_saves_during_the_look_is_not_overwritten(web, draft, owner):
    looked = _send(web, draft, _changed(web.get(_url(draft)).content, D2=6.5))
    keep_answer_fields(proposal=draft, typed={"FPV-01": "7"}, seen={"FPV-01": ""}, by=owner, now=clock.now())

    response = web.post(_url(draft, "proposal-answers-table-keep"), _hidden(looked))

    assert response.status_code == 409
    assert "Nothing was changed. Choose the table again." in response.content.decode()
    assert _claims(draft) == {"FPV-01": 7}


def test_made_up_rows_are_refused_in_words(web, draft):
    form = {"typed": '{"FPV-01":"about 6"}', "seen": "{}"}

    response = web.post(_url(draft, "proposal-answers-table-keep"), form)

    assert response.status_code == 409
    assert "We got “about 6”." in response.content.decode()


@pytest.mark.parametrize("hidden", ["[" * 100_000, '{"FPV-01":"\\ud800"}', '{"FPV-01":"a\\u0000b"}', "[]", "{"])
@pytest.mark.parametrize("name", ["proposal-answers-table-keep", "proposal-answers", "proposal-offer"])
def test_hidden_fields_that_no_page_packed_change_nothing(web, draft, name, hidden):
    response = web.post(_url(draft, name), {"typed": hidden, "seen": hidden, "revision": draft.revision})

    assert response.status_code in (302, 409, 422)
    assert _claims(draft) == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "No file was chosen."),
        (b"PK" + b"x" * BYTES_MAX, "The file is larger than 2 MB"),
        (b"PK no workbook", "This is no plain workbook."),
        (written(ALL, ORIGIN), "This table is of the tender IDC-2020-0001."),
    ],
)
def test_other_files_are_refused_in_words(web, draft, content, sentence):
    response = _send(web, draft, content) if content else web.post(_url(draft, READ))

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "What you typed stands below" not in page


def test_viewer_reads_the_table_and_sends_none(client_of, draft):
    viewer = client_of(companies.person_of(draft.company, CompanyRole.VIEWER))

    assert (viewer.get(_url(draft)).status_code, viewer.post(_url(draft, READ)).status_code) == (200, 403)


@pytest.mark.django_db
def test_registered_requirements_are_not_in_the_table_before_the_undertaking(client_of):
    draft = draft_proposal(
        tender=published_tender(template_code="advanced_fpv"), company=companies.company(undertaking=False)
    )

    content = client_of(companies.owner_of(draft.company)).get(_url(draft)).content

    codes = [row[0].value for row in load_workbook(BytesIO(content)).worksheets[0].iter_rows()]
    assert (len(codes), "FPV-02" in codes) == (9, False)
