"""What convert.py prints of a conversion: for people, or its document for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import click

from reports.network.report import print_report

OUTPUTS_SHOWN = 4


def print_json(document: Mapping[str, Any], folder: Path) -> None:
    """Prints report.json's document with ``folder``, the run's, as ASCII; see docs/report.md."""
    click.echo(json.dumps({**document, "folder": str(folder)}, indent=2, allow_nan=False))


def print_conversion(document: Mapping[str, Any], folder: Path) -> None:
    """Prints tables, accuracy, exactness and proofs of a report's document, and where files are."""
    print_report(document)
    exactness = document["exactness"]
    accuracy = document["accuracy"]
    if exactness["note"]:
        click.echo(f"note: {exactness['note']}")
    if accuracy:
        click.echo(f"{accuracy['metric']}: {accuracy['text']} on {accuracy['samples']:,} samples "
                   f"of the {accuracy['dataset']}")
    left = len(document["outputs"]) - OUTPUTS_SHOWN
    for number, meaning in enumerate(document["outputs"][:OUTPUTS_SHOWN]):
        click.echo(f"output {number}: {meaning}")
    if left > 0:
        click.echo(f"… and {left} more in report.md")
    compared = ", ".join(exactness["executions"])
    click.echo(f"exact: {exactness['mismatches']} of {exactness['logits']:,} integer logits differ "
               f"({compared})")
    for proof in exactness.get("proofs", ()):
        click.echo(proof)
    if "board" in exactness:
        click.echo(exactness["board"]["line"])
    if exactness["images_per_second"]:
        click.echo(f"C-simulation: {exactness['images_per_second']:,.0f} images/s, compiled in "
                   f"{exactness['compile_seconds']:.1f} s; conversion took "
                   f"{exactness['convert_seconds']:.1f} s")
    click.echo(f"project: {folder / 'hls'}   report: {folder / 'report' / 'report.md'}")


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """What is printed meanwhile goes to stderr, that of libraries and of other programs too."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
