"""HGQ2 and networks of the hls4ml tutorials on the jets of docs/jets.md, by the same synthesis.

    PYTHONPATH=. python benchmarks/jet_rivals.py jets.npz
    PYTHONPATH=. python benchmarks/jet_rivals.py jets.npz --alone --beta 1e-4 --beta 1e-5 --seed 0

All networks get a jet as 16 signed integers of 14 bits, which are those that a preset with
thermometer codes compares: features times powers of two.  HGQ2 truncates each to as many bits as it
trains, the networks of the tutorials to 8, and neither takes hardware.  Training and validation
jets are those of `training.data.load`; validation accuracy picks, test jets are looked at once.
A float network of the same widths teaches HGQ2 as it teaches the preset, unless --alone.
Finished steps are not repeated.  Adds to reports/results/jets.json and prints its rows.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.hgq2.environment import ROOT, environment
from benchmarks.hgq2.jets import BITS, Jets
from benchmarks.hgq2.measurement import (
    Training,
    compare_verilog,
    export,
    record,
    synthesize,
    train,
)
from benchmarks.hgq2.networks import WIDTHS
from benchmarks.hgq2.selection import calibrated_front, select

if TYPE_CHECKING:
    from training.data import Dataset

RESULTS = ROOT / "reports" / "results" / "jets.json"
SEEDS = (0, 1, 2)
BETA = 1e-4  # its front holds every budget below
LEARNING_RATE, EPOCHS = 5e-3, 400
TEACHER_EPOCHS = 40
# Validation accuracies; the preset's three networks have 0.630.
TARGETS = (0.62, 0.625, 0.63)
HIGHEST_TARGET = 0.635  # of β 1e-5
THRESHOLDS = 31  # a feature, as the preset has them
KEPT = (
    "test_accuracy", "validation_accuracy", "nonzeros", "luts", "positions", "carries", "ffs",
)


def write_raw_jets(source: Path, path: Path, taught: bool) -> Jets:
    """The jets as a raw port has them, and a teacher's logits, in a file for both environments.

    Raises:
        RuntimeError: if thresholds of these jets take other integers than those of 14 bits.
    """
    from training.data import load

    data = load(source, thermometer=THRESHOLDS)
    if (data.format.bits, data.format.signed) != (BITS, True):
        raise RuntimeError(f"features must take signed integers of {BITS} bits: {data.format}")
    arrays = {}
    for part in ("train", "validation", "test"):
        arrays[f"x_{part}"] = data.format.quantize(getattr(data, f"x_{part}")).astype(np.int16)
        arrays[f"y_{part}"] = getattr(data, f"y_{part}").astype(np.uint8)
    if taught:
        arrays["teacher_train"] = teacher_logits(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    return Jets(path)


def teacher_logits(data: Dataset) -> np.ndarray:
    """Logits of the training jets, float32 (jets, 5), by the float network of docs/jets.md."""
    import keras

    keras.utils.set_random_seed(0)
    normalize = keras.layers.Normalization()
    normalize.adapt(data.x_train)
    hidden = [keras.layers.Dense(units, activation="relu") for units in WIDTHS["jets"]]
    model = keras.Sequential([keras.Input((16,)), normalize, *hidden, keras.layers.Dense(5)])
    steps = TEACHER_EPOCHS * (-(-len(data.x_train) // 256))
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.002, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(data.x_train, data.y_train, batch_size=256, epochs=TEACHER_EPOCHS, verbose=0)
    return model.predict(data.x_train, batch_size=1000, verbose=0)


def hgq2_records(
    python: Path, jets: Jets, runs: Path, betas: Sequence[float], seeds: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """HGQ2's cheapest networks of no less than each target, of every β and seed."""
    for seed, beta in itertools.product(seeds, betas):
        training = Training("jets", beta, LEARNING_RATE, EPOCHS, seed, jets.path)
        trained = train(python, training, runs)
        found = dict.fromkeys(calibrated_front(trained), training)
        chosen = select(found, TARGETS if beta >= BETA else (HIGHEST_TARGET,))
        for checkpoint in dict.fromkeys(chosen.values()):
            training, folder = found[checkpoint], checkpoint.path.parents[1]
            exported = folder / f"export-{checkpoint.epoch}"
            targets = [target for target, choice in chosen.items() if choice == checkpoint]
            facts = export(python, training, checkpoint, exported)
            compared = compare_verilog(training, exported, facts)
            cells = synthesize(exported)
            yield {"network": "HGQ2", "taught": "teacher_train" in jets.arrays} | {
                name: value
                for name, value in record(
                    training, folder, checkpoint, targets, facts, compared, cells
                ).items()
                if name not in ("network", "command")
            }


def qkeras_records(jets: Jets, runs: Path) -> Iterator[dict[str, Any]]:
    """The tutorials' networks, one seed each: Verilog of the dense one takes an hour."""
    from benchmarks.jet_qkeras import KINDS, accuracy, measure, train

    for kind in KINDS:
        for seed in SEEDS[:1]:
            path = runs / f"{kind.replace(' ', '-')}-seed{seed}.json"
            if not path.is_file():
                model = train(kind, seed, jets)
                found = {
                    "network": f"QKeras, {kind}", "seed": seed,
                    "validation_accuracy": accuracy(model, jets, "validation"),
                    "test_accuracy": accuracy(model, jets, "test"),
                    **measure(model, jets, runs / "cells"),
                }
                path.write_text(json.dumps(found))
            yield json.loads(path.read_text(encoding="utf-8"))


def main() -> None:
    from qkeras_models.files.atomic_write import write_atomically

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jets", type=Path)
    parser.add_argument("--runs", type=Path, help="folder; by default in runs")
    parser.add_argument("--alone", action="store_true", help="HGQ2 without a teacher, nothing else")
    parser.add_argument("--beta", type=float, action="append", help=f"of HGQ2 [{BETA:g}]")
    parser.add_argument("--seed", type=int, action="append", help="of HGQ2 [0, 1 and 2]")
    parser.add_argument("--environment", type=Path, help="of HGQ2; by default among the caches")
    options = parser.parse_args()
    default = ROOT / "runs" / ("jet-rivals-alone" if options.alone else "jet-rivals")
    runs = (options.runs or default).resolve()
    jets = Jets(runs / "jets.npz")
    if not jets.path.is_file():
        jets = write_raw_jets(options.jets, jets.path, taught=not options.alone)
    python = environment(options.environment)
    chosen = options.beta or (BETA,), options.seed or SEEDS
    found = hgq2_records(python, jets, runs, *chosen)
    for made in found if options.alone else itertools.chain(found, qkeras_records(jets, runs)):
        print(made["network"], {name: made.get(name) for name in KEPT}, flush=True)
        records = json.loads(RESULTS.read_text())["records"] if RESULTS.is_file() else []
        records = [record for record in records if _key(record) != _key(made)] + [made]
        text = json.dumps({"format": 1, "records": sorted(records, key=_key)}, indent=1) + "\n"
        write_atomically(RESULTS, text)


def _key(record: dict[str, Any]) -> tuple:
    return tuple(record.get(name, 0) for name in ("network", "taught", "beta", "seed", "epoch"))


if __name__ == "__main__":
    main()
