"""The project's promise, checked: the same integers from two executions of one network."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from qkeras_models.files.atomic_write import write_atomically

TRACED_SAMPLES = 256


class ExactnessError(RuntimeError):
    """Two executions of one network differ; ``mismatch`` says where."""

    def __init__(self, message: str, mismatch: Mismatch) -> None:
        super().__init__(message)
        self.mismatch = mismatch


@dataclass(frozen=True)
class FirstDifference:
    """The first value that differs: in the first layer that has one, its first sample.

    Attributes:
        layer: position in IntegerNetwork.layers.
        name, kind: of the layer.
        channel: index on the last axis.
        position: indices on the axes before it, empty for vectors.
        sample: index in the samples that were compared.
        expected, received: the two integers.
        differing_values, compared_values: of this layer, over `traced_samples` samples.
    """

    layer: int
    name: str
    kind: str
    channel: int
    position: tuple[int, ...]
    sample: int
    expected: int
    received: int
    differing_values: int
    compared_values: int


@dataclass(frozen=True)
class Mismatch:
    """Where and how often logits differ.

    Attributes:
        expected_from, received_from: the two executions.
        samples, differing_samples, differing_logits: counts over all samples.
        first_sample: the first whose logits differ.
        expected_logits, received_logits: of that sample; those received are floats, times the
            head's scale, if some are no integers.
        first: None if no single layer differs when run alone on the same samples.
    """

    expected_from: str
    received_from: str
    samples: int
    differing_samples: int
    differing_logits: int
    first_sample: int
    expected_logits: list[int]
    received_logits: list[float]
    first: FirstDifference | None

    def __str__(self) -> str:
        where = "no layer differs when traced alone"
        if self.first is not None:
            f = self.first
            where = (
                f"first in layer {f.layer} ('{f.name}', {f.kind}), channel {f.channel}, sample "
                f"{f.sample}: expected {f.expected}, received {f.received}"
            )
        return (
            f"{self.received_from} differs from {self.expected_from} in {self.differing_logits} "
            f"logits of {self.differing_samples} of {self.samples} samples; {where}"
        )


@dataclass(frozen=True)
class LayerOutputs:
    """One layer's outputs (samples, ..., channels) in both executions."""

    layer: int
    name: str
    kind: str
    expected: np.ndarray
    received: np.ndarray


def differing_samples(expected: np.ndarray, received: np.ndarray) -> np.ndarray:
    """Indices of the samples whose logits differ, at most TRACED_SAMPLES."""
    return np.flatnonzero((expected != received).any(axis=1))[:TRACED_SAMPLES]


def first_difference(
    outputs: Iterable[LayerOutputs], samples: np.ndarray
) -> FirstDifference | None:
    """The first value that differs, in order of layers, samples and channels.

    Args:
        outputs: of every layer in order of execution, for some samples.
        samples: the index of each of these samples.
    """
    for layer in outputs:
        different = layer.expected != layer.received
        if different.any():
            index = tuple(int(i) for i in np.argwhere(different)[0])
            return FirstDifference(
                layer=layer.layer,
                name=layer.name,
                kind=layer.kind,
                channel=index[-1],
                position=index[1:-1],
                sample=int(samples[index[0]]),
                expected=int(layer.expected[index]),
                received=int(layer.received[index]),
                differing_values=int(different.sum()),
                compared_values=different.size,
            )
    return None


def describe(
    expected_from: str,
    received_from: str,
    expected: np.ndarray,
    received: np.ndarray,
    first: FirstDifference | None,
) -> Mismatch:
    """The record of a mismatch between logits (samples, classes)."""
    different = expected != received
    samples = np.flatnonzero(different.any(axis=1))
    return Mismatch(
        expected_from=expected_from,
        received_from=received_from,
        samples=len(expected),
        differing_samples=len(samples),
        differing_logits=int(different.sum()),
        first_sample=int(samples[0]),
        expected_logits=expected[samples[0]].tolist(),
        received_logits=received[samples[0]].tolist(),
        first=first,
    )


def write_mismatch(mismatch: Mismatch, folder: str | Path) -> Path:
    """Writes ``mismatch.json`` atomically; returns its path."""
    path = Path(folder) / "mismatch.json"
    write_atomically(path, json.dumps(asdict(mismatch), indent=2) + "\n")
    return path
