"""The smallest input that shows a difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from hls_projects.proof.counterexample.descent import descend
from hls_projects.proof.counterexample.difference import Difference
from hls_projects.proof.counterexample.watched import Watched

# Differences that are looked at, and inputs of one from which values are set to 0.
MOST_LOOKED_AT = 8
STARTS = 4
# Inputs that are tried where no vector of the proof is enough.
RANDOM = 8192


def smallest_first(differences: Sequence[Difference], watched: Watched) -> list[Difference]:
    """Differences, before all others one with the smallest input that was found.

    One that port y shows at that input too is preferred to one that only its own net shows.

    Args:
        differences: of a section whose port x is the network's input, or pixels of it.
        watched: the section.

    Raises:
        RuntimeError: if none of the inputs of a difference shows it, a fault of the checker.
    """
    shown = [d for d in differences if d.vectors is not None][:MOST_LOOKED_AT]
    looked_at = shown or list(_reached(differences[:MOST_LOOKED_AT], watched))
    for at_port in (True, False):
        for difference in looked_at:
            found = _smallest(difference, watched, at_port)
            if found is not None:
                return [found, *(d for d in differences if d.spot is not difference.spot)]
    if shown:
        raise RuntimeError(f"the netlist as it was read does not show this: {shown[0]}")
    return list(differences)


def _reached(differences: Sequence[Difference], watched: Watched) -> Iterator[Difference]:
    """Those that random inputs show, with these inputs."""
    x = random_inputs(watched.values.codes)
    for difference in differences:
        shows = np.not_equal(*watched.bits(difference, x))
        if shows.any():
            yield replace(difference, vectors=x, lanes=np.flatnonzero(shows))


def random_inputs(codes: Sequence[np.ndarray], count: int = RANDOM) -> np.ndarray:
    """Random inputs (count, values), from such with few nonzero values to such with many.

    Args:
        codes: of each value, those that occur.
        count: inputs.
    """
    rng = np.random.default_rng(1)
    x = np.column_stack([rng.choice(own, count) for own in codes])
    return x * (rng.random(x.shape) < np.linspace(0.02, 1.0, count)[:, None])


def _smallest(difference: Difference, watched: Watched, at_port: bool) -> Difference | None:
    """With its smallest input; None where no input shows it, at port y too if that is asked for."""
    def holds(x: np.ndarray) -> np.ndarray:
        differs = np.not_equal(*watched.bits(difference, x))
        return differs & watched.port_differs(x) if at_port else differs

    starts = difference.starts
    if at_port and not holds(starts).any():
        starts = _varied(difference, watched)
    starts = starts[holds(starts)]
    if not len(starts):
        return None
    order = np.argsort(np.count_nonzero(starts, axis=1), kind="stable")[:STARTS]
    x = min((descend(start, holds) for start in starts[order]), key=np.count_nonzero)
    values = watched.before(difference, x[None])[0]
    expected, received = (int(bits[0]) for bits in watched.bits(difference, x[None]))
    return replace(difference, values=values, expected=expected, received=received, x=x,
                   smallest=True)


def _varied(difference: Difference, watched: Watched) -> np.ndarray:
    """The first start with other values where a neuron of the first block does not look."""
    x, spot = random_inputs(watched.values.codes), difference.spot
    if spot.step == 0:
        read = watched.steps[0].weights[:, spot.neuron] != 0
        x[:, read] = difference.starts[0, read]
    return x
