"""The script that judges at once must never say otherwise than the server that judges in the end."""

import gzip
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from tenders.notices.claims import Verdict, unit_words, verdict
from tenders.notices.models import Requirement
from tenders.proposals.answer_fields import AnswerFields
from tenders.proposals.answering import Unreadable, read_number
from tenders.proposals.forms import AnswersForm

SCRIPT = Path(settings.BASE_DIR) / "static" / "js" / "answers.js"
CLAIMS = [
    *("", "5", "5.0", "5.00", "4.9", "5,1", "05.1", "+5.1", "-5", "−5.1", "–4.99", "-0", "0", "0.0", ".5", "6."),
    *(
        "1 200",
        "1\u00a0200,5",
        "1,200",
        "12,345,678",
        "1'200",
        "about 5",
        "5 km",
        "1e3",
        "NaN",
        "1.2.3",
        "1,2.3",
        "--5",
    ),
    *("9999999999", "0.0001", "5.0000", "4.99999999999999999999", "5.00000000000000000001", "123456789012345.5"),
]
BOUNDS = [("gt", "5"), ("gte", "5"), ("lt", "5.0"), ("lte", "-5"), ("eq", "0"), ("gte", "-0.5"), ("gt", "1200.4999")]
DECIMALS = (0, 1, 4)
ROW = Template(
    '<div class="req"><div data-must><input data-operator="{{ operator }}" data-threshold="{{ threshold }}"'
    ' data-decimals="{{ decimals }}" data-wanted="wanted" data-units="km|km|km"></div><p data-verdict hidden></p></div>'
)
FORM = '<form data-answers data-passes="PASSES" data-fails="FAILS" data-below="BELOW" data-claim="{claim}">%s</form>'
READ_ALL = "rows => rows.map(row => row.hidden ? '' : row.firstChild.textContent)"
TYPE_ALL = """(inputs, claims) => inputs.forEach((input, index) => {
  input.value = claims[index];
  input.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def _said_by_the_server(claim, operator, threshold, decimals):
    requirement = Requirement(
        answer_type="NUMBER", operator=operator, threshold=Decimal(threshold), decimals=decimals, unit="km"
    )
    try:
        number = read_number(claim, decimals)
    except Unreadable:
        return ""
    return {Verdict.PASSES: "PASSES", Verdict.FAILS: "FAILS", Verdict.MISSING: ""}[verdict(requirement, number)]


def test_script_and_server_say_the_same_of_every_claim(page):
    grid = [
        (claim, operator, threshold, decimals)
        for claim in CLAIMS
        for operator, threshold in BOUNDS
        for decimals in DECIMALS
    ]
    rows = "".join(
        ROW.render(Context({"operator": operator, "threshold": threshold, "decimals": decimals}))
        for _claim, operator, threshold, decimals in grid
    )
    page.clock.install()
    page.set_content(FORM % rows)
    page.add_script_tag(path=str(SCRIPT), type="module")

    page.eval_on_selector_all("input", TYPE_ALL, [claim for claim, *_bound in grid])
    page.clock.run_for(400)

    said = page.eval_on_selector_all("[data-verdict]", READ_ALL)
    expected = [_said_by_the_server(*case) for case in grid]
    differing = [(case, got, wanted) for case, got, wanted in zip(grid, said, expected, strict=True) if got != wanted]
    assert differing == []
    assert set(said) == {"", "PASSES", "FAILS"}


def test_script_draws_the_claim_where_the_server_would(page):
    """Also a claim off the scale, which is cut at its end, and none that has no verdict."""
    claims, bars = ["4", "12,5", "-3", "99", "many"], []
    requirement = Requirement(
        answer_type="NUMBER",
        operator="gte",
        threshold=Decimal(10),
        objective=Decimal(20),
        decimals=1,
        unit="km",
        code="X-1",
        choices=[],
    )
    for claim in [*claims[:-1], None]:
        bars.append(PICTURE.render(Context({"claim": None if claim is None else read_number(claim, 1)})))
    field = AnswersForm(AnswerFields({"X-1": requirement}, {}))["X-1"]
    row = f'<div class="req"><div>{field}</div>{bars[-1]}<p data-verdict hidden></p></div>'
    page.clock.install()
    page.set_content(FORM % (row * len(claims)) + f"<div id=server>{''.join(bars)}</div>")
    page.add_script_tag(path=str(SCRIPT), type="module")

    page.eval_on_selector_all("input", TYPE_ALL, claims)
    page.clock.run_for(400)

    here, there = page.eval_on_selector_all(".req svg.pic", BARS), page.eval_on_selector_all("#server svg.pic", BARS)
    assert here == there == [["pic-bad", 16.0], ["pic-act", 50.0], ["pic-bad", 0.0], ["pic-act", 100.0], None]


PICTURE = Template('{% bar_with_threshold claim 10 20 "gte" unit="km" %}')
BARS = """all => all.map(one => one.querySelector(".pic-act, .pic-bad"))
    .map(bar => bar && [bar.getAttribute("class"), parseFloat(bar.getAttribute("width"))])"""
UNITS = '<input data-operator="lte" data-threshold="30" data-decimals="1" data-wanted="w" data-units="{units}">'
DAYS = [("1", "день"), ("2", "дні"), ("5", "днів"), ("21", "день"), ("22,5", "дні"), ("11", "днів"), ("0", "днів")]


def test_script_and_server_use_the_same_form_of_a_unit(page):
    requirement = Requirement(
        answer_type="NUMBER", operator="lte", threshold=Decimal(30), decimals=1, unit="d", code="X-1", title_uk="Строк"
    )
    with translation.override("uk"):
        units = AnswersForm(AnswerFields({"X-1": requirement}, {})).fields["X-1"].widget.attrs["data-units"]
        server = [unit_words("d", read_number(claim, 1)) for claim, _word in DAYS]
    row = '<div class="req"><div>' + UNITS.format(units=units) + "</div><p data-verdict hidden></p></div>"
    page.clock.install()
    page.set_content('<html lang="uk">' + FORM % (row * len(DAYS)))
    page.add_script_tag(path=str(SCRIPT), type="module")

    page.eval_on_selector_all("input", TYPE_ALL, [claim for claim, _word in DAYS])
    page.clock.run_for(400)

    said = page.eval_on_selector_all("[data-verdict] span", "all => all.map(one => one.textContent)")
    assert [text.split("\N{NO-BREAK SPACE}")[1] for text in said] == server == [word for _claim, word in DAYS]


def test_what_the_page_of_answers_loads_is_small():
    static = Path(settings.BASE_DIR) / "static"
    loaded = ["css/portal.css", "js/clock.js", "js/answers.js", "js/autosave.js"]

    assert sum(len(gzip.compress((static / name).read_bytes())) for name in loaded) < 25_000
