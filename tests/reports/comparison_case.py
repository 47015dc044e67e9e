"""Made-up records for the tests of the comparison: never figures of a real network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from reports.network.sizes import network_size
from reports.records.results_file import FIGURES, NetworkRecord, save_records
from tests.reports.conftest import build_network

WIDTHS = {"small": (100, 40, 10), "large": (100, 80, 80, 10)}
ACCURACIES = {
    ("float", None): 0.985, ("binary", None): 0.975, ("ternary", None): 0.977,
    ("magnitude", 0.98): 0.961, ("l2", 0.98): 0.958, ("no-retraining", 0.98): 0.949,
    ("sparse", 0.9): 0.983, ("sparse", 0.95): 0.982, ("sparse", 0.98): 0.979,
    ("sparse", 0.99): 0.973, ("sparse", 0.995): 0.951,
}
SOURCES = {
    "test_accuracy": "measured", "validation_accuracy": "measured", "latency_cycles": "measured",
    "luts": "yosys", "ffs": "yosys",
}


def record_of(network: str, method: str, seed: int, **fields) -> NetworkRecord:
    """A record with a source for every figure given."""
    given = {name: fields[name] for name in FIGURES if fields.get(name) is not None}
    sources = SOURCES | fields.pop("sources", {})
    chosen = {name: sources.get(name, "counted") for name in given}
    return NetworkRecord(network, method, seed, sources=chosen, **fields)


def write_case(folder: Path, seeds: int = 3) -> Path:
    """A results file with network files for every method, architecture and seed."""
    rng = np.random.default_rng(0)
    records = []
    for architecture, widths in WIDTHS.items():
        for (method, wanted), accuracy in ACCURACIES.items():
            for seed in range(seeds):
                name = f"{architecture}-{method}-{wanted or 'dense'}-{seed}"
                records.append(
                    _record(folder, name, architecture, widths, method, wanted, accuracy, seed, rng)
                )
    _write_training(folder / "networks" / "small-sparse-0.98-0")
    save_records(records, folder / "mnist.json")
    return folder / "mnist.json"


def _record(folder, name, architecture, widths, method, wanted, accuracy, seed, rng):
    density = {"binary": 1.0, "ternary": 0.6}.get(method, 1 - (wanted or 0))
    measured = accuracy + rng.normal(0, 0.001)
    common = {
        "test_accuracy": measured, "validation_accuracy": measured + 0.001, "epochs": 66,
        "learning_rate": 0.003, "seconds": 500.0, "wanted_sparsity": wanted,
        "command": f"python train.py {architecture} --seed {seed}",
    }
    if method == "float":
        return record_of(architecture, method, seed, **common)
    network = build_network(widths, density, seed)
    (folder / "networks").mkdir(parents=True, exist_ok=True)
    network.save(folder / "networks" / f"{name}.npz")
    size = network_size(network)
    estimated = {"sources": {"luts": "estimate", "ffs": "estimate"}}
    return record_of(
        architecture, method, seed, **common,
        **{key: getattr(size.total, key) for key in FIGURES[2:9]},
        luts=int(2 * size.total.nonzeros + 500), ffs=600, latency_cycles=3,
        network_file=f"networks/{name}.npz",
        layer_sparsity={layer.name: layer.sparsity for layer in size.layers},
        **(estimated if method in ("binary", "ternary") else {}),
    )


def _write_training(folder: Path) -> None:
    folder.mkdir()
    lines = ["epoch,stage,accuracy,val_accuracy,sparsity,threshold/dense_1,sparsity/dense_1"]
    for epoch in range(1, 21):
        share = min(0.98, epoch / 12)
        stage = 1 if epoch <= 12 else 3
        lines.append(f"{epoch},{stage},{0.9 + epoch / 300},{0.91 + epoch / 320},{share},"
                     f"{0.3 + share / 2},{share}")
    (folder / "history.csv").write_text("\n".join(lines) + "\n")
    bell = np.rint(900 * np.exp(-(np.linspace(-3, 3, 80) ** 2))).astype(int)
    inside = np.abs(np.linspace(-1, 1, 80)) < 0.6
    layer = {"layer": "dense_1", "threshold": 0.6}
    zero = [0] * 80
    kept, pruned = (bell * ~inside).tolist(), (bell * inside).tolist()
    stages = [
        {"stage": 1, "epoch": 12, "layers": [{**layer, "weights": bell.tolist(), "pruned": zero}]},
        {"stage": 2, "epoch": 12, "layers": [{**layer, "weights": kept, "pruned": pruned}]},
        {"stage": 3, "epoch": 20, "layers": [{**layer, "weights": kept, "pruned": pruned}]},
    ]
    (folder / "shadow_weights.json").write_text(json.dumps(stages))
