"""One exported network: its Verilog compared with Keras, and synthesized."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.hgq2.environment import run_module
from benchmarks.hgq2.images import Images
from benchmarks.hgq2.jets import Jets
from benchmarks.hgq2.selection import ACCURACIES, Checkpoint
from benchmarks.hgq2.verilog_check import logit_format, verilog_logits

VERILOG = "da4ml/network.v"
SECONDS = 3600.0
CELLS = ("luts", "positions", "luts_by_size", "ffs", "carries", "brams", "dsps")


@dataclass(frozen=True)
class Training:
    """What one training is told.

    Args:
        network: of benchmarks.hgq2.networks.
        beta: what an EBOP costs at the end.
        learning_rate: of Adam, at the beginning.
        epochs: of all training samples in batches of 256.
        jets: the file of jets that the network ``jets`` is trained on.
    """

    network: str
    beta: float
    learning_rate: float
    epochs: int
    seed: int = 0
    jets: Path | None = None

    @property
    def name(self) -> str:
        options = f"beta{self.beta:g}-lr{self.learning_rate:g}-epochs{self.epochs}"
        return f"{self.network}-{options}-seed{self.seed}"

    @property
    def arguments(self) -> list[str]:
        """Of benchmarks.hgq2.train, but for the folder."""
        return [
            *("--network", self.network, "--beta", f"{self.beta:g}"),
            *("--learning-rate", f"{self.learning_rate:g}", "--epochs", str(self.epochs)),
            *("--seed", str(self.seed)),
            *self.jets_arguments,
        ]

    @property
    def jets_arguments(self) -> list[str]:
        return ["--jets", str(self.jets)] if self.jets else []

    @property
    def data_arguments(self) -> list[str]:
        """Of every module: what the network is trained on."""
        return ["--network", self.network, *self.jets_arguments]

    @property
    def data(self) -> Images | Jets:
        return Jets(self.jets) if self.jets else Images()

    def recorded(self) -> dict[str, Any]:
        """The fields, as they stand in a results file."""
        return {name: value for name, value in asdict(self).items() if name != "jets"}


def train(python: Path, training: Training, runs: Path) -> Path:
    """The training's folder, its front calibrated; only what is not finished is done."""
    folder = runs / training.name
    if not (folder / "training.json").is_file():
        run_module(python, "train", [str(folder), *training.arguments], folder / "train.log")
    if not (folder / ACCURACIES).is_file():
        arguments = [str(folder), *training.data_arguments]
        run_module(python, "front", arguments, folder / "front.log")
    return folder


def last_epoch(training: Training, folder: Path) -> dict[str, Any]:
    """What a training reached at its end."""
    done = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
        *_, last = csv.DictReader(file)
    return {
        **training.recorded(),
        "validation_accuracy": float(last["val_accuracy"]),
        "ebops": int(last["ebops"]),
        "seconds": done["seconds"],
        "cpu_seconds": done["cpu_seconds"],
    }


def export(
    python: Path, training: Training, checkpoint: Checkpoint, folder: Path
) -> dict[str, Any]:
    """export.json of a checkpoint; exported unless it is."""
    path = folder / "export.json"
    if not path.is_file():
        arguments = [str(checkpoint.path), str(folder), *training.data_arguments]
        run_module(python, "export", arguments, folder / "export.log")
    return json.loads(path.read_text(encoding="utf-8"))


def compare_verilog(training: Training, folder: Path, found: dict[str, Any]) -> dict[str, int]:
    """Logits of the simulated Verilog that differ from those of Keras, and its latency."""
    path = folder / "compared.json"
    if not path.is_file():
        x = training.data.integers("test")
        received, latency = verilog_logits(folder / VERILOG, found, x, folder)
        _, fraction = logit_format(found["outputs"])
        expected = np.load(folder / "logits.npy").astype(np.float64) * 2.0**fraction
        differ = int((received != expected).sum())
        path.write_text(json.dumps({"verilog_logits_that_differ": differ, "latency": latency}))
    return json.loads(path.read_text(encoding="utf-8"))


def synthesize(folder: Path) -> dict[str, Any]:
    """Cells in the flow of this project's own designs, and the seconds that it took."""
    from hls_projects.tools.synthesis import synthesize_verilog

    path = folder / "synthesized.json"
    if not path.is_file():
        started = time.monotonic()
        cells = synthesize_verilog(folder / VERILOG, top="network", seconds=SECONDS)
        path.write_text(json.dumps(asdict(cells) | {"seconds": time.monotonic() - started}))
    return json.loads(path.read_text(encoding="utf-8"))


def record(
    training: Training,
    trained: Path,
    checkpoint: Checkpoint,
    targets: Sequence[float],
    found: dict[str, Any],
    compared: dict[str, int],
    cells: dict[str, Any],
) -> dict[str, Any]:
    """Everything known of one network, as it stands in the results file."""
    from hls_projects.tools.yosys import yosys_version

    done = json.loads((trained / "training.json").read_text(encoding="utf-8"))
    kept = ("test_accuracy", "validation_accuracy", "ebops", "nonzeros", "stages", "adder_depth")
    return {
        **training.recorded(),
        "targets": list(targets),
        "epoch": checkpoint.epoch,
        **{name: found[name] for name in kept},
        **{kind: cells[kind] for kind in CELLS},
        "latency_cycles": compared["latency"],
        "logits": found["logits"],
        "logits_that_differ": found["logits_that_differ"],
        "verilog_logits_that_differ": compared["verilog_logits_that_differ"],
        "seconds": done["seconds"],
        "cpu_seconds": done["cpu_seconds"],
        "synthesis_seconds": round(cells["seconds"], 1),
        "command": " ".join(["python -m benchmarks.hgq2.train FOLDER", *training.arguments]),
        "versions": found["versions"] | {"pyosys": yosys_version()},
    }
