import json

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks.harness import CannotMeasure, Figure, Load, beside_bare, load, serving_bare


@pytest.mark.parametrize(
    ("ratios", "at_most", "reached"),
    [
        ((0.1, 0.34, 0.36), False, "floor"),
        ((0.1, 0.35, 0.36), False, "goal"),
        ((0.1, 0.20, 0.36), False, "floor"),
        ((0.1, 0.19, 0.36), False, "below"),
        ((0.1, 0.35, 0.36), True, "goal"),
        ((0.1, 0.36, 0.37), True, "below"),
    ],
)
def test_the_median_is_judged(ratios, at_most, reached):
    figure = Figure("name", ratios, floor=0.2, goal=0.35, at_most=at_most)

    assert (figure.median, figure.reached) == (sorted(ratios)[1], reached)


def test_figures_as_json_and_as_lines():
    figures = {"status": [Figure("answers a second of bare", (0.3, 0.4, 0.5), floor=0.2, goal=0.35)]}

    assert json.loads(bench.as_json(figures)) == {
        "status": {
            "answers a second of bare": {
                "median": 0.4, "min": 0.3, "max": 0.5, "rounds": 3, "floor": 0.2, "goal": 0.35, "better": "more",
                "reached": "goal",
            }
        }
    }  # fmt: skip
    assert " ".join(bench.as_lines(figures).split()) == (
        "status answers a second of bare 0.4000 [0.3000-0.5000] floor >= 0.2 goal >= 0.35 goal"
    )


def test_only_entries_with_a_name_can_be_asked_for(capsys):
    with pytest.raises(SystemExit):
        bench.main(["everything"])

    assert "choose from" in capsys.readouterr().err


def test_every_round_is_a_pair(monkeypatch):
    loads = iter([Load(1000, 0.2), Load(250, 0.8), Load(500, 0.25), Load(250, 0.5)])
    monkeypatch.setattr("tests.benchmarks.harness.load", lambda *_, **__: next(loads))

    assert beside_bare("bare", "portal", "/", rounds=2) == ((0.25, 0.5), (4.0, 2.0))


@pytest.mark.benchmark
def test_an_answer_that_is_not_expected_is_no_figure():
    with serving_bare() as bare:
        assert load(bare, "/").per_second > 0
        with pytest.raises(CannotMeasure, match="/missing answered 404, wanted 200 or 304"):
            load(bare, "/missing")
        with pytest.raises(CannotMeasure, match="/ answered 200, wanted 304"):
            load(bare, "/", expected=304)
