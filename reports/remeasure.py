"""python -m reports.remeasure: hardware figures of recorded networks, by today's Verilog.

Nothing is trained: networks are read from the files that the records name.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qkeras_models.interruptible_command import InterruptibleCommand
from reports.compare import write_results_pages
from reports.experiments.reproduce_job import synthesized, timing_figures, with_figures
from reports.network.network_figures import hardware_sources
from reports.records.record import Source
from reports.records.results_file import NetworkRecord, load_records, save_records

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.rtl import RtlDesign

MEASURED = (Source.YOSYS.value, Source.YOSYS_SUM.value)


@click.command(cls=InterruptibleCommand,
               going_on=lambda **_: "the same command with --lacking goes on")
@click.argument("results", type=click.Path(path_type=Path),
                default=Path("reports/results/mnist.json"))
@click.option("--only", multiple=True, help="Networks, such as mnist-small; may be repeated.")
@click.option("--lacking", is_flag=True,
              help="Only those without LUT positions, as after an interruption.")
@click.option("--timing", is_flag=True,
              help="Cycles, the delay model and this project's own count of LUT positions alone; "
                   "cells stay as they were synthesized.")
def main(results: Path, only: Sequence[str], lacking: bool, timing: bool) -> None:
    """Writes and synthesizes the Verilog of a results file's networks again.

    Networks that were estimated stay so.  RESULTS is written after each network, so that the same
    command with --lacking goes on after an interruption; its pages are written at the end.
    """
    try:
        records = list(load_records(results))
        wanted = [i for i, record in enumerate(records) if _wanted(record, only, lacking)]
        if not wanted:
            raise ValueError(f"{results} holds no synthesized network of {list(only) or 'any name'}"
                             + (" without LUT positions" if lacking else ""))
        for number, i in enumerate(wanted, 1):
            started = time.monotonic()
            before = records[i]
            records[i] = _measured(before, results.parent, timing)
            save_records(records, results)
            click.echo(f"{number}/{len(wanted)} {_changes(before, records[i])}  "
                       f"{time.monotonic() - started:.0f} s")
        for page in write_results_pages(results):
            click.echo(page)
    except (ValueError, OSError, RuntimeError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


def _wanted(record: NetworkRecord, only: Sequence[str], lacking: bool) -> bool:
    named = not only or record.network in only
    left = not lacking or record.positions is None
    return named and left and record.sources.get("luts") in MEASURED


def _measured(record: NetworkRecord, folder: Path, timing: bool) -> NetworkRecord:
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.rtl import write_rtl

    network = IntegerNetwork.load(folder / str(record.network_file))
    with tempfile.TemporaryDirectory(prefix="remeasure-") as verilog:
        if not timing:
            return with_figures(record, *synthesized(network, Path(verilog)))
        return _timed(record, network, write_rtl(network, Path(verilog)))


def _timed(record: NetworkRecord, network: IntegerNetwork, design: RtlDesign) -> NetworkRecord:
    """Cycles and times of a design; its positions too, unless it is a stream.

    Line buffers of streams are logic that synthesis makes; the design's own count lacks it.
    """
    timing = timing_figures(network, design)
    sources = {**record.sources, **hardware_sources(timing, Source.YOSYS)}
    if design.positions is None or design.pixels > 1:
        return replace(record, **timing, sources=sources)
    sources["positions"] = Source.COUNTED.value
    return replace(record, **timing, positions=design.positions, sources=sources)


def _changes(before: NetworkRecord, after: NetworkRecord) -> str:
    name = " ".join(str(part) for part in after.key[:4] if part is not None)
    names = ("luts", "positions", "ffs", "latency_ns", "fast_luts", "fast_ns")
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return f"{name}: " + ", ".join(f"{name} {old} → {new}" for name, old, new in pairs)


if __name__ == "__main__":
    main()
