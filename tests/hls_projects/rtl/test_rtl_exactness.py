"""The netlist computes what the integer network computes, whatever training left."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls_projects.families import ECP5, FAMILIES, GATEMATE, XILINX, Family, Goal
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl
from hls_projects.rtl.pipeline.pipelining import pipelined
from hls_projects.rtl.pipeline.stages import Pipeline, build_pipeline
from tests.hls_projects.networks import network
from tests.hls_projects.rtl.evaluation import evaluate
from tests.hls_projects.zoo import ZOO, dead_network, random_inputs, wide_network


def assert_exact(net: IntegerNetwork, *, target: Family = XILINX) -> Pipeline:
    pipeline = build_pipeline(net, target)
    assert_computes(pipeline, net)
    return pipeline


def assert_computes(pipeline: Pipeline, net: IntegerNetwork) -> None:
    x = random_inputs(net)
    np.testing.assert_array_equal(evaluate(pipeline, x, net.input.bits), net.predict_integers(x))


@cache
def built(name: str, target: Family) -> Pipeline:
    """Searching some pipelines takes seconds."""
    return build_pipeline(ZOO[name], target)


@pytest.mark.parametrize("target", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("name", ZOO)
def test_zoo(name, target):
    pipeline = built(name, target)
    assert_computes(pipeline, ZOO[name])
    if target is not XILINX:
        assert all(XILINX.chain.cells(stage.netlist) == 0 for stage in pipeline.stages)


@pytest.mark.parametrize("target", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("name", ZOO)
def test_zoo_cut_into_pipeline_stages(name, target):
    whole = built(name, target)
    for stage_delay in (0.1, 3.0, 1000.0):
        parts = [pipelined(stage, target, stage_delay) for stage in whole.stages]
        stages = tuple(part for stage in parts for part in stage)
        assert_computes(replace(whole, stages=stages), ZOO[name])
    assert len(stages) == len(whole.stages)


@pytest.mark.parametrize("target", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize(
    ("input_bits", "signed", "bits"), [(1, False, 2), (2, False, 4), (8, True, 2)]
)
def test_fan_in_of_784(input_bits, signed, bits, target):
    # Half a minute goes into chains of that many bytes; those of 100 are made as well.
    inputs = 100 if target in (ECP5, GATEMATE) and input_bits == 8 else 784
    assert_exact(wide_network(input_bits, signed, bits, inputs), target=target)


def test_eight_bit_activations():
    assert_exact(wide_network(4, True, 8, inputs=40))


@settings(max_examples=15, deadline=None)
@given(
    widths=st.lists(st.integers(1, 14), min_size=2, max_size=4),
    input_bits=st.integers(1, 4),
    signed=st.booleans(),
    bits=st.integers(1, 3),
    density=st.floats(0, 1),
    seed=st.integers(0, 2**16),
    target=st.sampled_from(list(FAMILIES.values())),
    goal=st.sampled_from(list(Goal)),
)
def test_random_networks(widths, input_bits, signed, bits, density, seed, target, goal):
    net = network(
        widths, input_bits=input_bits, signed=signed, bits=bits, density=density, seed=seed
    )
    assert_exact(net, target=target.optimized(goal))


def size(pipeline: Pipeline, target: Family) -> int:
    """LUT positions; on ECP5 a CCU2C is two LUT4s."""
    netlists = [stage.netlist for stage in pipeline.stages]
    if target is XILINX:
        return sum(netlist.positions for netlist in netlists)
    return sum(target.luts.count(n) + 2 * target.chain.cells(n) for n in netlists)


@pytest.mark.parametrize("target", FAMILIES.values(), ids=FAMILIES)
def test_what_neurons_have_in_common_is_counted_once(target):
    net = network((40, 12, 10), density=0.7, bits=2, seed=3)
    small = assert_exact(net, target=target.optimized("area"))
    whole = build_pipeline(net, target)
    assert size(small, target) < 0.9 * size(whole, target)


def test_another_goal_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be one of cells, area, balanced, speed. Rec.*fast"):
        write_rtl(network((4, 3)), tmp_path, optimize="fast")


def test_constant_neurons_and_unused_inputs_vanish():
    pipeline = assert_exact(dead_network())
    assert sum(stage.netlist.luts for stage in pipeline.stages) == 0
    assert all(not stage.inputs and not stage.registered for stage in pipeline.stages)
