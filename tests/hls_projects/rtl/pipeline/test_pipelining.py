"""Cut layers keep to a delay, and their Verilog answers a few cycles later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hls_projects.families import FAMILIES, Family
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.rtl.pipeline.pipelining import pipelined
from hls_projects.rtl.pipeline.stages import Pipeline, build_pipeline
from tests.hls_projects.networks import network
from tests.hls_projects.zoo import random_inputs


def cut(pipeline: Pipeline, target: Family, stage_delay: float) -> Pipeline:
    parts = [pipelined(stage, target, stage_delay) for stage in pipeline.stages]
    return replace(pipeline, stages=tuple(part for stage in parts for part in stage))


@pytest.mark.parametrize("target", FAMILIES.values(), ids=FAMILIES)
def test_stages_keep_to_the_delay(target):
    whole = build_pipeline(network((60, 20, 12, 5), bits=2), target)
    delays = target.delays
    longest = delays.register + 2 * (delays.chain + 10 * delays.carry)
    parts = cut(whole, target, longest)
    assert len(parts.stages) > len(whole.stages)
    cells = int((longest - delays.register) / min(delays.lut, delays.chain))
    for stage in parts.stages:
        assert max(stage.netlist.depth.values()) <= cells


def test_the_verilog_of_cut_layers_is_exact(tmp_path):
    net = network((60, 20, 12, 5), bits=2)
    x = random_inputs(net, 200)
    expected = net.predict_integers(x)
    assert len(np.unique(expected)) > 5
    whole = write_rtl(net, tmp_path / "whole")
    design = write_rtl(net, tmp_path / "cut", stage_delay=1.5)
    assert design.latency > whole.latency and design.luts == whole.luts
    simulation = RtlSimulation(design)
    received = simulation.predict(x, valid=[True, False, True, True])
    np.testing.assert_array_equal(received, expected)
    assert simulation.latency == design.latency


@pytest.mark.parametrize("stage_delay", [0, -1.0, float("nan")])
def test_a_delay_that_is_not_positive_is_refused(tmp_path, stage_delay):
    with pytest.raises(ValueError, match="`stage_delay` must be > 0 ns"):
        write_rtl(network((8, 4, 3)), tmp_path, stage_delay=stage_delay)
