"""The page of a search whose figures are made up."""

from dataclasses import replace

from reports.plots.pareto_plot import pareto_plot
from reports.records.search_record import ParetoPoint, SearchRecord, Trial
from reports.search import MARK, pareto_table, search_page


def point(number, estimate, synthesized):
    figures = {"validation_accuracy": 0.9, "luts": estimate, "ffs": 10}
    trial = Trial(number, "complete", {}, figures, {}, None, 1.0)
    measured = {} if synthesized is None else {"luts": synthesized, "ffs": 20}
    return ParetoPoint(trial, measured, "python train.py")


def record(constraints, *points):
    config = {"objectives": ["validation_accuracy", "luts"], "constraints": constraints}
    return SearchRecord("made-up", "sqlite", config, tuple(p.trial for p in points), points)


def synthesized(table, name="luts"):
    keys = [column.key for column in table.columns]
    return [row[keys.index(f"measured_{name}")] for row in table.texts()]


def test_synthesized_luts_outside_the_constraint_are_marked():
    bound = {"luts": {"at_most": 1000.0, "at_least": None}}
    points = point(0, 900, 1001), point(1, 990, 1000), point(2, 950, None)
    table = pareto_table(record(bound, *points))
    assert synthesized(table) == [f"1,001 LUT (yosys) {MARK}", "1,000 LUT (yosys)", "n/a"]
    assert synthesized(table, "ffs") == ["20 FF (yosys)", "20 FF (yosys)", "n/a"]
    assert any(MARK in note and "binds the estimate" in note for note in table.footnotes)


def test_positions_stand_beside_luts_where_they_were_measured():
    occupied = replace(point(1, 950, 980), measured={"luts": 980, "positions": 1313, "ffs": 20})
    table = pareto_table(record({}, point(0, 900, 960), occupied))
    assert synthesized(table) == ["960 LUT (yosys)", "980 LUT (yosys)"]
    assert synthesized(table, "positions") == ["n/a", "1,313 positions (yosys)"]
    earlier = pareto_table(record({}, point(0, 900, 960)))
    assert "measured_positions" not in [column.key for column in earlier.columns]


def test_modules_of_streams_are_summed_and_the_page_says_so():
    stream = replace(point(0, 900, 960), measured={"luts": 960, "ffs": 20, "pixels": 784})
    table = pareto_table(record({}, stream, point(1, 950, 980)))
    assert synthesized(table) == ["960 LUT (yosys, sum)", "980 LUT (yosys)"]


def test_measured_positions_are_drawn_over_positions():
    occupied = point(1, 950, 980)
    figures = {**occupied.trial.figures, "positions": 1270}
    measured = {"luts": 980, "positions": 1313, "test_accuracy": 0.89}
    occupied = replace(occupied, trial=replace(occupied.trial, figures=figures), measured=measured)
    config = {"objectives": ["validation_accuracy", "positions"], "constraints": {}}
    svg, cheaper, more = (
        pareto_plot(replace(record({}, replace(occupied, measured=m)), config=config))
        for m in (measured, {**measured, "luts": 970}, {**measured, "positions": 1400})
    )
    assert "LUT positions (logarithmic)" in svg and "synthesized (Yosys)" in svg
    assert svg == cheaper != more


def test_without_such_a_constraint_nothing_is_marked():
    bound = {"validation_accuracy": {"at_least": 0.95, "at_most": None}}
    table = pareto_table(record(bound, point(0, 900, 10**6)))
    assert synthesized(table) == ["1,000,000 LUT (yosys)"] and not table.footnotes


def test_a_failed_measurement_says_that_it_is_tried_again():
    failed = ParetoPoint(point(3, 900, None).trial, {"error": "CompilerError: no g++"}, "")
    (note,) = pareto_table(record({}, failed)).footnotes
    assert note.startswith("trial 3 was not measured: CompilerError: no g++; ")
    assert "tries again" in note


def test_accuracies_are_called_by_their_metric():
    regression = replace(record({}, point(0, 900, None)), metric="R²")
    table = pareto_table(regression)
    assert table.columns[1].label == "Validation R²" and table.texts()[0][1] == "0.900"
    page = search_page(regression)
    assert page.sections[0].plots[0].title == "R² against cost"
    assert "R² (%)" in page.sections[0].plots[0].svg
