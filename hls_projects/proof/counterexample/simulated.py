"""The smallest input at which a simulation gives other logits, found by trying."""

from __future__ import annotations

import numpy as np

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.counterexample.descent import descend
from hls_projects.proof.counterexample.found import Counterexample, Logits
from hls_projects.proof.counterexample.search import random_inputs

# Random inputs that are tried, so many at once: a simulation of images is slow.
TRIED, AT_ONCE = 2048, 256


def smallest_simulated(
    network: IntegerNetwork, difference: str, simulate: Logits, integers: Logits
) -> Counterexample | None:
    """An input at which a simulation differs, none of whose values can be 0; None if none does.

    Args:
        network: whose inputs are tried.
        difference: what differs, in words.
        simulate: logits of hardware, of inputs int32 (samples, *shape).
        integers: what they must be.
    """
    form = network.input

    def differs(x: np.ndarray) -> np.ndarray:
        samples = x.astype(np.int32).reshape(-1, *form.shape)
        return (simulate(samples) != integers(samples)).any(axis=1)

    ends = zip(*(end.reshape(-1).tolist() for end in form.bounds()), strict=True)
    codes = tuple(np.arange(low, high + 1) for low, high in ends)
    tried = random_inputs(codes, TRIED)
    for first in range(0, TRIED, AT_ONCE):
        part = tried[first : first + AT_ONCE]
        if (found := differs(part)).any():
            start = min(part[found], key=np.count_nonzero)
            x = descend(start, differs).astype(np.int32).reshape(1, *form.shape)
            return Counterexample(difference, x, integers(x), simulated=simulate(x))
    return None
