"""Layers joined in a clock cycle or cut over several, for a clock."""

import numpy as np
import pytest

from hls_projects.families import FAMILIES, XILINX
from hls_projects.kinds import Flatten
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.rtl.pipeline.clocking import clocked
from hls_projects.rtl.pipeline.stages import build_pipeline
from tests.hls_projects.networks import image_network, network
from tests.hls_projects.zoo import ZOO, random_inputs

NET = network((40, 12, 8, 5), bits=2)
PERIODS = [0.3, 0.9, 1.3, 3.0, 50.0]


def test_a_slower_clock_takes_no_more_cycles(tmp_path):
    designs = [write_rtl(NET, tmp_path, optimize="speed", clock_period=p) for p in PERIODS]
    cycles = [design.latency for design in designs]
    assert cycles == sorted(cycles, reverse=True) and cycles[0] > 5 and cycles[-1] == 1
    cell = XILINX.delays.register + XILINX.delays.lut
    for period, design in zip(PERIODS, designs, strict=True):
        assert design.period <= period or period < cell
    assert designs[-1].ffs <= 1 + 5 * designs[-1].logit_bits
    assert len({design.luts for design in designs}) == 1


@pytest.mark.parametrize(("goal", "period"), [("area", 2.0), ("speed", 1.0), ("balanced", 50.0)])
def test_every_clock_is_exact(tmp_path, goal, period):
    x = random_inputs(NET, 200)
    design = write_rtl(NET, tmp_path, optimize=goal, clock_period=period)
    simulation = RtlSimulation(design)
    received = simulation.predict(x, valid=[True, False, True, True])
    np.testing.assert_array_equal(received, NET.predict_integers(x))
    assert simulation.latency == design.latency


@pytest.mark.parametrize("target", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("name", ["two_bits", "bytes"])
def test_the_last_stage_has_registers(name, target):
    stages = build_pipeline(ZOO[name], target).stages
    for period in (1.0, 4.0, 1000.0):
        found = clocked(stages, target, period)
        assert found[-1].clocked
        assert [stage.layer for stage in found] == sorted(stage.layer for stage in found)
    assert sum(stage.clocked for stage in found) == 1


def test_dense_layers_after_images_are_joined(tmp_path):
    net = image_network((6, 6, 1), [(2, (3, 3), (1, 1), "valid"), Flatten(), (4,), (5,)])
    x = random_inputs(net, 40)
    joined = write_rtl(net, tmp_path / "joined", clock_period=100)
    assert joined.latency < write_rtl(net, tmp_path / "whole").latency
    np.testing.assert_array_equal(RtlSimulation(joined).predict(x), net.predict_integers(x))


@pytest.mark.parametrize("period", [0, -1.0, float("nan")])
def test_a_period_that_is_not_positive_is_refused(tmp_path, period):
    with pytest.raises(ValueError, match="`clock_period` must be > 0 ns"):
        write_rtl(network((8, 4, 3)), tmp_path, clock_period=period)


def test_a_clock_and_a_delay_together_are_refused(tmp_path):
    with pytest.raises(ValueError, match="`clock_period` and `stage_delay` cannot both"):
        write_rtl(network((8, 4, 3)), tmp_path, clock_period=5, stage_delay=5)
