"""Branches of streams: FIFOs that are deep enough for every timing, and no deeper."""

from __future__ import annotations

import numpy as np
import pytest

from hls_projects.kinds import Add, Concatenate, Dense, Flatten, Head, MaxPool
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlSimulation, SimulationError, write_rtl
from hls_projects.rtl.estimate import estimate
from hls_projects.rtl.stream import pixel_counts
from hls_projects.rtl.stream.stream_plan import plan_stream
from tests.hls_projects.networks import ternary
from tests.hls_projects.rtl.stream.pieces import conv, levels, window_luts
from tests.hls_projects.zoo import random_inputs


def residual(seed=0, shape=(6, 7, 2)):
    """A shortcut around two convolutions, the second one's sums added as they are."""
    rng = np.random.default_rng(seed)
    layers = (
        conv(rng, 3, 2, 3), levels(rng, 3, 2, 4),
        conv(rng, 3, 3, 3), levels(rng, 3, 2, 4), conv(rng, 3, 3, 3),
        Add((0, 1), (1, -1)), levels(rng, 3, 3, 6),
        Flatten(), Dense(ternary(rng, shape[0] * shape[1] * 3, 4, 0.3)),
        Head(np.zeros(4, np.int32)),
    )  # fmt: skip
    sources = ((-1,), (0,), (1,), (2,), (3,), (4, 1), (5,), (6,), (7,), (8,))
    return IntegerNetwork(InputFormat(2, False, 1.0, shape), layers, sources=sources)


def crossed(seed=0):
    """Strides on both sides, three branches, and a join within another one's branch."""
    rng = np.random.default_rng(seed)
    layers = (
        conv(rng, 3, 2, 2, (2, 2)), levels(rng, 2, 2, 3),   # 0, 1
        MaxPool((2, 2), (2, 2)),                               # 2: of the input
        conv(rng, 1, 2, 2), levels(rng, 2, 1, 3),           # 3, 4
        conv(rng, 5, 2, 2), levels(rng, 2, 2, 3),           # 5, 6: of 1
        Add((0, 0), (1, 1)),                                   # 7: of 1 and 6
        Concatenate((0, 1, 0)),                                # 8: of 7, 4 and 1
        levels(rng, 6, 2, 3), conv(rng, 2, 6, 2), levels(rng, 2, 2, 4),
        Flatten(), Dense(ternary(rng, 18, 3, 0.5)), Head(np.zeros(3, np.int32)),
    )  # fmt: skip
    sources = ((-1,), (0,), (-1,), (2,), (3,), (1,), (5,), (1, 6), (7, 4, 1), (8,), (9,), (10,),
               (11,), (12,), (13,))
    return IntegerNetwork(InputFormat(3, True, 1.0, (6, 6, 2)), layers, sources=sources)


NETWORKS = {"residual": residual(), "crossed": crossed(6)}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("options", [{}, {"target": "ecp5", "stage_delay": 2.0}])
def test_exact_whatever_the_gaps(name, options, tmp_path):
    network = NETWORKS[name]
    design = write_rtl(network, tmp_path, **options)
    simulation = RtlSimulation(design)
    x = random_inputs(network, 60)
    expected = network.predict_integers(x)
    assert len(np.unique(expected, axis=0)) > 15
    np.testing.assert_array_equal(simulation.predict(x), expected)
    assert simulation.interval == design.pixels
    pixels = design.pixels
    patterns = [np.random.default_rng(i).random(41) < share for i, share in enumerate((0.3, 0.9))]
    # Pauses after an image, in which buffers push on by themselves, and then the next one at once.
    patterns += [np.arange(pixels + pause) < pixels for pause in (5, 9, 14, 40)]
    for pattern in patterns:
        np.testing.assert_array_equal(simulation.predict(x, pattern), expected)
    simulation.predict(x[:1])
    assert simulation.latency == design.latency


@pytest.mark.parametrize("name, join, branch", [("residual", 3, 1)])
def test_one_pixel_less_would_be_too_few(name, join, branch, tmp_path, monkeypatch):
    """Where a branch waits for one that takes a detour: pixels get lost in a shorter FIFO."""
    network = NETWORKS[name]
    depths = pixel_counts.branch_depths

    def shorter(*args):
        found = depths(*args)
        own = list(found[join])
        own[branch] -= 1
        return {**found, join: tuple(own)}

    buffer = plan_stream(network).steps[join].buffer
    assert buffer.depths[branch] > 10 and buffer.depths[1 - branch] == 1
    monkeypatch.setattr("hls_projects.rtl.stream.stream_plan.branch_depths", shorter)
    simulation = RtlSimulation(write_rtl(network, tmp_path))
    x = random_inputs(network, 200)
    with pytest.raises((SimulationError, AssertionError)):
        for pattern in ((True,), np.arange(45) < 36, np.random.default_rng(0).random(41) < 0.9):
            np.testing.assert_array_equal(
                simulation.predict(x, pattern), network.predict_integers(x)
            )


def test_depths_of_a_shortcut():
    """The delays of two line buffers, 8 pixels each, and the cycles of the way around them."""
    first, *_, added = (step.buffer for step in plan_stream(residual()).steps)
    delay = first.delay
    assert delay == 8 and added.depths == (1, 2 * (delay + 2 + 1) + 1)
    assert added.bits == added.registers == added.widths[0] + 23 * added.widths[1]


def test_where_branches_part():
    steps = plan_stream(NETWORKS["crossed"]).steps
    kinds = [step.layer.kind for step in steps]
    assert kinds == ["conv2d", "maxpool", "conv2d", "conv2d", "add", "concatenate", "conv2d"]
    assert pixel_counts.parting(steps, steps[4].sources) == 0
    assert pixel_counts.parting(steps, steps[5].sources) == pixel_counts.INPUT


@pytest.mark.parametrize("name", NETWORKS)
def test_estimates_follow_the_netlist(name, tmp_path):
    network = NETWORKS[name]
    design = write_rtl(network, tmp_path)
    found = estimate(network)
    assert abs(found.luts - window_luts(network) - design.luts) <= 0.35 * design.luts
    assert abs(found.ffs - design.ffs) <= 0.05 * design.ffs
