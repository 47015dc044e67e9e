"""python -m reports.compare: one page that compares several networks."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qkeras_models.interruptible_command import InterruptibleCommand

if TYPE_CHECKING:
    from reports.pages.page import Page

PAGE = Path("comparison.html")


@click.command(cls=InterruptibleCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path), metavar="RUN...")
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    help="A results file such as reports/results/mnist.json, instead of runs.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=PAGE,
    show_default=True,
    help="The HTML file; Markdown and its plots go beside it.",
)
def main(runs: tuple[Path, ...], results: Path | None, output: Path) -> None:
    """Compares runs (runs/NAME, finished by train.py) on one HTML page that needs no network.

    Runs that convert.py has converted are compared by encoded size too, and by their LUTs if they
    were synthesized.

    \b
    Examples:
      python -m reports.compare runs/a runs/b -o comparison.html
      python -m reports.compare --results reports/results/mnist.json -o mnist.html
    """
    try:
        written = _write(runs, results, output)
    except (ValueError, OSError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    for path in written:
        click.echo(path)


def _write(runs: tuple[Path, ...], results: Path | None, output: Path) -> list[Path]:
    if bool(runs) == bool(results):
        raise ValueError("either RUNs or --results must be given")
    if output.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"`--output` must end in .html. Received: {output}")
    from reports.comparison.comparison import write_comparison

    command = f"python -m reports.compare {shlex.join(sys.argv[1:])}"
    page = results_page(results, command) if results else runs_page(runs, command)
    return write_comparison(page, output)


def results_page(results: Path, command: str) -> Page:
    """The page of a results file, claims first.

    Args:
        results: such as reports/results/mnist.json; its name begins with the data set's.
        command: that made the page, for its readers.

    Raises:
        ValueError: if the file or a network file is missing or damaged.
    """
    from reports.comparison.compared_results import networks_of_results
    from reports.comparison.comparison import comparison_page
    from reports.comparison.published import published_data

    networks = networks_of_results(results)
    quick = any(network.record.quick for network in networks)
    introduction = [
        f"{_counted(networks, 'network')}, each trained, encoded and measured by this project; "
        "every figure comes from the records of the results file and says where it comes from.",
        *(["Networks marked (quick) were trained on a short schedule: not to be quoted."] * quick),
        f"Made by: {command}",
    ]
    title = f"Sparse ternary networks compared: {results.stem}"
    data = next((name for name in published_data() if results.stem.startswith(name)), None)
    return comparison_page(networks, title, introduction, claims=True, data=data)


def write_results_pages(results: Path) -> list[Path]:
    """The page of a reproduction's results file, HTML and Markdown beside it; none without it."""
    from reports.comparison.comparison import write_comparison

    if not results.is_file():
        return []
    command = f"python -m reports.reproduce {results.stem.replace('-quick', ' --quick')}"
    return write_comparison(results_page(results, command), results.with_suffix(".html"))


def runs_page(runs: Sequence[Path], command: str) -> Page:
    """The page of run folders.

    Args:
        runs: folders of finished runs.
        command: that made the page, for its readers.

    Raises:
        ValueError: naming a folder that is no finished run.
    """
    from reports.comparison.compared_runs import data_sets, networks_of_runs
    from reports.comparison.comparison import comparison_page
    from reports.comparison.published import published_data

    networks = networks_of_runs(runs)
    sets = data_sets(runs)
    introduction = [f"{_counted(networks, 'run')}, trained on: {', '.join(sets)}."]
    if len(sets) > 1:
        introduction.append("Accuracies on different data sets do not compare.")
    introduction.append(f"Made by: {command}")
    known = len(sets) == 1 and sets[0] in published_data()
    data = sets[0] if known else None
    return comparison_page(networks, "Runs compared", introduction, claims=False, data=data)


def _counted(things: Sequence[Any], name: str) -> str:
    return f"{len(things)} {name}" + ("" if len(things) == 1 else "s")


if __name__ == "__main__":
    main()
