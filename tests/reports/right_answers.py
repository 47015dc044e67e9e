"""python -m tests.reports.right_answers: every committed network on all of its test set.

Checks each record's accuracy, which takes minutes, and writes what `test_results.py` expects of
the first images: how many of them a network gets right, and a hash of its integer logits.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import click
import numpy as np

from hls_projects.network.integer_network import IntegerNetwork
from reports.experiments.network_plans import DATA
from reports.records.results_file import load_records
from training.data import load

RESULTS = Path(__file__).parents[2] / "reports" / "results"
EXPECTED = Path(__file__).with_suffix(".json")
IMAGES = 100

data_set = cache(load)


def records() -> list[tuple[str, Any]]:
    """Name of the data set and record of every committed network."""
    files = [(name, file) for name in DATA for file in sorted(RESULTS.glob(f"{name}*.json"))]
    return [(name, r) for name, file in files for r in load_records(file) if r.network_file]


def answers(network: IntegerNetwork, name: str) -> dict[str, Any]:
    """What a network answers to the first images of a test set."""
    data = data_set(name)
    logits = network.predict(data.x_test[:IMAGES])
    right = int((logits.argmax(axis=-1) == data.y_test[:IMAGES]).sum())
    digest = hashlib.sha256(logits.astype("<i4").tobytes()).hexdigest()
    return {"right": right, "logits": digest[:16]}


def accuracy(network: IntegerNetwork, name: str) -> float:
    """Share of all of a test set that a network gets right."""
    data = data_set(name)
    return float(np.mean(network.predict(data.x_test).argmax(axis=-1) == data.y_test))


@click.command()
def main() -> None:
    """Checks the accuracy of every record and writes what tests expect."""
    expected = {}
    for name, record in records():
        network = IntegerNetwork.load(RESULTS / record.network_file)
        if (found := accuracy(network, name)) != record.test_accuracy:
            raise click.ClickException(f"{record.network_file}: {found}, not the record's accuracy")
        expected[record.network_file] = answers(network, name)
        click.echo(f"{record.network_file}: {found:.2%}")
    EXPECTED.write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
