"""Validation accuracy of every network on a Pareto front as it is exported.

HGQ2 has integer bits of activations set anew before an export, so an epoch's accuracy in
training is not quite that of the network that it becomes.  For HGQ2's own environment, on JAX.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import keras

from benchmarks.hgq2.export import accuracy, calibrated
from benchmarks.hgq2.networks import open_data
from benchmarks.hgq2.selection import ACCURACIES, checkpoints


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--network", required=True)
    parser.add_argument("--jets", type=Path, help="jets.npz, for the network jets")
    options = parser.parse_args()
    folder = options.folder
    images, labels = open_data(options.network, options.jets).samples("validation")
    found = {}
    for checkpoint in checkpoints(folder / "front"):
        model, _ = calibrated(checkpoint.path, images)
        logits = keras.ops.convert_to_numpy(model(images))
        found[checkpoint.path.name] = accuracy(logits, labels)
    (folder / ACCURACIES).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
