"""python -m reports.search: the page of a search, with its Pareto set."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import click

from qkeras_models.interruptible_command import InterruptibleCommand
from reports.compare import write_results_pages
from reports.experiments.search_publication import publish
from reports.pages.page import Page, Plot, Section
from reports.pages.table import Column, Table
from reports.plots.pareto_plot import ACCURACY, pareto_plot
from reports.records.record import Figure, Source, number_text
from reports.records.search_record import ParetoPoint, SearchRecord, read_search_record
from training.data.targets.task import Task

# Of the integer network; and of Verilog, where the search says what to optimize.
COUNTED = ("bits", "nonzeros")
DESIGNED = ("luts", "positions", "ffs")
ESTIMATED = (
    ("luts", "LUT"), ("positions", "positions"), ("ffs", "FF"), ("bits", "bits"), ("nonzeros", ""),
    ("latency_ns", "ns"), ("luts_ns", "LUT · ns"),
)
MEASURED = ("luts", "LUT"), ("positions", "positions"), ("ffs", "FF")
MARK = "†"
STATES = {"complete": "finished", "pruned": "ended early", "fail": "failed", "running": "running"}


@click.command(cls=InterruptibleCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path),
              help="The HTML file; Markdown and its plots go beside it.  "
                   "[default: FOLDER/search.html]")
@click.option("--publish", "results", type=click.Path(path_type=Path), metavar="RESULTS.json",
              help="Also puts the Pareto set's networks among the records of a results file, such "
                   "as reports/results/mnist.json.")
def main(folder: Path, output: Path | None, results: Path | None) -> None:
    """Writes the page of a search, whose FOLDER is runs/search/NAME.

    \b
    Example:
      python -m reports.search runs/search/mnist-frontier
    """
    from reports.comparison.comparison import write_comparison

    try:
        record = read_search_record(folder)
        written = write_comparison(search_page(record), output or folder / "search.html")
        if results is not None:
            publish(record, folder, results, lambda message: click.echo(message, err=True))
            written += [results, *write_results_pages(results)]
    except (ValueError, OSError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    for path in written:
        click.echo(path)


def search_page(record: SearchRecord) -> Page:
    """Counts, Pareto plot, Pareto table, commands, failures."""
    svg = pareto_plot(record)
    caption = (
        "Chosen on validation data; test data were looked at once, for the networks of the Pareto "
        "set."
    )
    title = f"{record.metric[0].upper()}{record.metric[1:]} against cost"
    plots = (Plot("pareto", title, svg, caption, wide=True),) if svg else ()
    tables = (pareto_table(record),) if record.pareto else ()
    sections = (
        Section("Pareto set", tables=tables, plots=plots),
        Section("Trained again by", tables=(_command_table(record.pareto),) * bool(record.pareto)),
        Section("Constraints", tables=_constraint_tables(record)),
        Section("What failed", tables=_failure_tables(record)),
    )
    return Page(f"Search: {record.name}", _introduction(record), sections)


def _introduction(record: SearchRecord) -> tuple[str, ...]:
    states = Counter(trial.state for trial in record.trials)
    counted = ", ".join(f"{states[name]} {text}" for name, text in STATES.items() if states[name])
    seconds = sum(trial.seconds or 0.0 for trial in record.trials)
    return (
        f"{len(record.trials)} trials: {counted}; {seconds / 3600:.1f} hours of one worker.",
        f"Objectives: {', '.join(record.objectives)}. Every trial: optuna-dashboard "
        f"{record.storage}",
    )


def pareto_table(record: SearchRecord) -> Table:
    """Figures of the search and what was measured, each with its source; n/a where there is none.

    A synthesized figure outside a constraint is marked: constraints bind the estimates.
    """
    pareto, constraints = record.pareto, record.config["constraints"]
    counted = COUNTED + (DESIGNED if record.config.get("optimize") else ())
    score_text = Task.of_metric(record.metric).text
    known = [
        (name, unit)
        for name, unit in ESTIMATED
        if any(name in point.trial.figures for point in pareto)
    ]
    # Searches of earlier versions know no positions.
    synthesized = [
        figure
        for figure in MEASURED
        if figure[0] != "positions" or any("positions" in point.measured for point in pareto)
    ]
    columns = (
        Column("number", "Trial"),
        Column("validation_accuracy", f"Validation {record.metric}", score_text),
        *(Column(name, name, str) for name, _ in known),
        Column("test_accuracy", f"Test {record.metric}", score_text),
        *(
            Column(f"measured_{name}", f"{name}, synthesized", _marked(constraints.get(name, {})))
            for name, _ in synthesized
        ),
        Column("latency_cycles", "Latency (cycles)", number_text),
        Column("measured_latency_ns", "Latency (ns, delay model)", number_text),
        Column("logits", "Logits compared, none differs", number_text),
        Column("executions", "By", ", ".join, left=True),
    )
    rows = tuple(
        (
            point.trial.number,
            point.trial.figures[ACCURACY],
            *(_estimate(point, name, unit, counted) for name, unit in known),
            point.measured.get("test_accuracy"),
            *(_measured(point, *figure) for figure in synthesized),
            point.measured.get("latency_cycles"),
            point.measured.get("latency_ns"),
            point.measured.get("logits"),
            point.measured.get("executions"),
        )
        for point in pareto
    )
    errors = tuple(
        f"trial {point.trial.number} was not measured: {point.measured['error']}; the same search "
        "command tries again"
        for point in pareto
        if "error" in point.measured
    )
    bound = any(name in constraints for name, _ in MEASURED)
    notes = (f"{MARK}: outside a constraint, which binds the estimate.",) if bound else ()
    return Table("Pareto set", columns, rows, notes + errors)


def _marked(bound: Mapping[str, Any]) -> Callable[[Figure], str]:
    """Writes a figure, with a mark if it is outside the bound."""
    low, high = bound.get("at_least"), bound.get("at_most")

    def text(figure: Figure) -> str:
        value = figure.value
        below = None not in (value, low) and value < low
        above = None not in (value, high) and value > high
        return f"{figure} {MARK}" if below or above else str(figure)

    return text


def _estimate(point: ParetoPoint, name: str, unit: str, counted: Collection[str]) -> Figure:
    source = Source.COUNTED if name in counted else Source.ESTIMATE
    return Figure(point.trial.figures.get(name), unit, source)


def _measured(point: ParetoPoint, name: str, unit: str) -> Figure:
    return Figure(point.measured.get(name), unit, point.synthesis)


def _command_table(pareto: tuple[ParetoPoint, ...]) -> Table:
    columns = (Column("number", "Trial"), Column("command", "Command", left=True))
    rows = tuple((point.trial.number, point.command) for point in pareto)
    return Table("Commands", columns, rows)


def _constraint_tables(record: SearchRecord) -> tuple[Table, ...]:
    columns: tuple[Any, ...] = (
        Column("figure", "Figure", left=True),
        Column("at_least", "At least", number_text),
        Column("at_most", "At most", number_text),
    )
    rows = tuple(
        (name, bound["at_least"], bound["at_most"])
        for name, bound in record.config["constraints"].items()
    )
    return (Table("Constraints", columns, rows),) if rows else ()


def _failure_tables(record: SearchRecord) -> tuple[Table, ...]:
    columns = (Column("number", "Trial"), Column("error", "Error", left=True))
    rows = tuple((trial.number, trial.error) for trial in record.trials if trial.error)
    return (Table("Failed trials", columns, rows),) if rows else ()


if __name__ == "__main__":
    main()
