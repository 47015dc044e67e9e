"""Inputs of compiled functions: each output sees every value of its own inputs."""

from __future__ import annotations

import numpy as np

from hls_projects.proof.cpp.compiled.inputs import Bounds, rounds


def test_every_output_sees_all_of_its_inputs():
    rng = np.random.default_rng(4)
    bounds = Bounds(rng.integers(-3, 1, 12), rng.integers(1, 4, 12))
    reads = {o: np.sort(rng.choice(12, size, replace=False)) for o, size in
             enumerate([0, 1, 2, 3, 3, 3, 4, 4])}
    most = max(sum(map(bounds.bits, places)) for places in reads.values())
    found = rounds(reads, bounds, most, rng)
    assert sorted(o for part in found for o in part.outputs) == sorted(reads)
    for part in found:
        x = np.concatenate(list(part.samples(bounds)))
        assert len(x) == 1 << part.size <= 1 << most
        assert ((x >= bounds.low) & (x <= bounds.high)).all()
        for output in part.outputs:
            places = reads[output]
            count = np.prod((bounds.high - bounds.low + 1)[places], dtype=int)
            assert len(np.unique(x[:, places], axis=0)) == count
