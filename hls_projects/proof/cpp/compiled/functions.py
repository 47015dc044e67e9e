"""Compiled functions of one output each, compared with the network's arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np

from hls_projects.kinds import Layer
from hls_projects.proof.cpp import meaning
from hls_projects.proof.cpp.compiled.inputs import CHUNK, Bounds, rounds
from hls_projects.proof.cpp.compiled.library import Compiled
from hls_projects.verification.csim import cores

SAMPLES = 4096


def compare_functions(
    compiled: Compiled, number: int, layer: Layer, bounds: Bounds, most: int
) -> tuple[int, int, list[str]]:
    """Each output of a compiled function on all of its inputs, or on random ones.

    Args:
        compiled: the library.
        number: of the function in it.
        layer: of the network, whose kernel it is.
        bounds: of the function's inputs.
        most: bits of an output's inputs, up to which all of them are tried.

    Returns:
        How many outputs were compared on all of their inputs, and how many on SAMPLES random ones
        and at both of their ends, and what differs.
    """
    rng = np.random.default_rng(0)
    inputs, outputs = compiled.sizes[number]
    reads = {o: meaning.read_by(layer, o, inputs) for o in range(outputs)}
    bits = {o: sum(map(bounds.bits, places)) for o, places in reads.items()}
    few = {o: places for o, places in reads.items() if bits[o] <= most}
    many = [o for o in reads if o not in few]
    wrong: dict[int, str] = {}

    def compare(task: tuple[np.ndarray, list[int]]) -> None:
        x, chosen = task
        received = compiled.run(number, x)[:, chosen]
        differs = received != meaning.expected(layer, x, chosen)
        for column in np.flatnonzero(differs.any(axis=0)):
            wrong[chosen[column]] = f"compiled, is {received[differs[:, column], column][0]}"

    with ThreadPoolExecutor(cores()) as pool:
        todo = _tasks(few, many, layer, bounds, most, rng)
        while tasks := list(islice(todo, 4 * cores())):
            list(pool.map(compare, tasks))
    return len(few), len(many), [f"neuron {o} {text}" for o, text in sorted(wrong.items())]


def _tasks(
    few: dict[int, np.ndarray], many: list[int], layer: Layer, bounds: Bounds, most: int,
    rng: np.random.Generator,
) -> Iterator[tuple[np.ndarray, list[int]]]:
    """Samples, and the outputs that are compared on them."""
    for part in rounds(few, bounds, most, rng):
        for x in part.samples(bounds):
            yield x, part.outputs
    if many:
        yield bounds.random(rng, SAMPLES), many
        yield from _ends(many, layer, bounds)


def _ends(
    many: list[int], layer: Layer, bounds: Bounds
) -> Iterator[tuple[np.ndarray, list[int]]]:
    """Samples at which each sum is lowest, and highest."""
    sums = meaning.sums_of(layer)
    if sums is None:
        return
    for start in range(0, len(many), CHUNK):
        up = sums[0][:, many[start : start + CHUNK]].T > 0
        for low, high in ((bounds.low, bounds.high), (bounds.high, bounds.low)):
            yield np.where(up, high, low).astype(np.int32), many
