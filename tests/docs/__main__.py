"""Runs the code and commands of the pages: python -m tests.docs --help."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import click

from tests.docs.pages import PAGES
from tests.docs.runner import PageRun


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("pages", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--all", "everything", is_flag=True,
              help="Blocks that are tagged too, where they can run, and trainings of all epochs: "
                   "this takes hours.")
def main(pages: tuple[Path, ...], everything: bool) -> None:
    """Runs what README.md and docs/ tell a reader to run, or one of the PAGES."""
    failed = False
    for page in pages or PAGES:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            run = PageRun(page.resolve(), Path(folder, "page"), everything)
            if not run.blocks:
                continue
            try:
                run.run()
                outcome = "runs"
            except AssertionError as error:
                failed, outcome = True, f"failed: {error}"
        click.echo(f"{page.name}: {time.monotonic() - started:.0f} s, {outcome}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
