"""HGQ2 beside this project: accuracy against LUTs, both through the same synthesis.

    python -m benchmarks.hgq2_comparison

Makes an environment with HGQ2, trains networks on the inputs that mnist-small has, exports those
that validation accuracy picks with da4ml, compares their Verilog with Keras, synthesizes it, and
writes reports/results/hgq2.json and docs/hgq2.md.  Finished steps are not repeated, so an
interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.hgq2.environment import ROOT, environment
from benchmarks.hgq2.measurement import (
    Training,
    compare_verilog,
    export,
    last_epoch,
    record,
    synthesize,
    train,
)
from benchmarks.hgq2.page import OwnPoint, own_points, write_page
from benchmarks.hgq2.selection import calibrated_front, select
from hls_projects.families import Goal
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl
from hls_projects.tools.synthesis import Cells, synthesize_verilog
from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.networks.pretrained import pretrained_folder
from reports.records.results_file import load_records

RESULTS = ROOT / "reports" / "results" / "hgq2.json"
PAGE = ROOT / "docs" / "hgq2.md"
PLOT = ROOT / "docs" / "hgq2.svg"
TRAININGS = (
    Training("narrow", 3e-5, 1e-2, 66),
    Training("narrow", 3e-5, 2e-2, 66),
    Training("narrow", 3e-5, 4e-2, 66),
    Training("mnist-small", 1e-5, 1e-2, 66),
    Training("mnist-small", 1.5e-5, 1e-2, 66),
    Training("mnist-small", 3e-5, 1e-2, 66),
    Training("mnist-small", 1e-5, 2e-2, 66),
    Training("mnist-small", 2e-5, 2e-2, 66),
    Training("mnist-small", 1e-5, 4e-2, 66),
    Training("mnist-small", 2e-5, 4e-2, 66),
    # Three times as long: its authors' examples train for many more steps.
    Training("narrow", 3e-5, 2e-2, 198),
    Training("mnist-small", 1e-5, 1e-2, 198),
    Training("mnist-small", 2e-5, 2e-2, 198),
)
# Validation accuracies; 0.9774 is that of the network that comes with this project.
TARGETS = (0.965, 0.975, 0.9774, 0.98, 0.983)


def own_cells(network: Path, cache: Path) -> Cells:
    """Cells of the Verilog of an integer network, written for the fewest LUT positions."""
    with tempfile.TemporaryDirectory() as scratch:
        design = write_rtl(IntegerNetwork.load(network), Path(scratch), optimize=Goal.AREA)
        return synthesize_verilog(design.verilog, cache=cache)


def pretrained_point(cache: Path) -> OwnPoint:
    """The network that comes with the package."""
    folder = pretrained_folder("mnist-small")
    trained = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    cells = own_cells(folder / "network.npz", cache)
    return OwnPoint(
        "mnist-small, as it comes with the package",
        trained["test_accuracy"], trained["validation_accuracy"], trained["nonzeros"],
        cells.luts, cells.positions, cells.carries, cells.ffs,
    )


def measure_all(python: Path, runs: Path) -> tuple[list[dict], list[dict]]:
    """Records of the networks that the targets pick, and of all trainings."""
    trained = {training: train(python, training, runs) for training in TRAININGS}
    found = {
        checkpoint: training
        for training, folder in trained.items()
        for checkpoint in calibrated_front(folder)
    }
    chosen = select(found, TARGETS)
    records = []
    for checkpoint in dict.fromkeys(chosen.values()):
        targets = [target for target, choice in chosen.items() if choice == checkpoint]
        records.append(measure(python, found[checkpoint], checkpoint, targets))
        print(json.dumps(records[-1]), flush=True)
    return records, [last_epoch(training, folder) for training, folder in trained.items()]


def measure(python, training, checkpoint, targets) -> dict:
    """Exports, compares and synthesizes one network."""
    trained = checkpoint.path.parents[1]
    folder = trained / f"export-{checkpoint.epoch}"
    found = export(python, training, checkpoint, folder)
    cells = synthesize(folder)
    compared = compare_verilog(training, folder, found)
    made = record(training, trained, checkpoint, targets, found, compared, cells)
    if made["logits_that_differ"] or made["verilog_logits_that_differ"]:
        raise RuntimeError(f"{folder}: logits differ from those of Keras: {made}")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "hgq2")
    parser.add_argument("--environment", type=Path, help="folder; by default among the caches")
    options = parser.parse_args()
    records, tried = measure_all(environment(options.environment), options.runs.resolve())
    cache = options.runs / "cells"
    own = [pretrained_point(cache)] + own_points(
        load_records(RESULTS.with_name("mnist.json")),
        lambda record: own_cells(RESULTS.parent / record.network_file, cache),
    )
    found = {"format": 2, "records": records, "trainings": tried, "own": list(map(asdict, own))}
    write_atomically(RESULTS, json.dumps(found, indent=1) + "\n")
    write_page(PAGE, PLOT, records, tried, own)


if __name__ == "__main__":
    main()
