"""Counters side by side: the same sums and levels, in few LUT levels."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls_projects.families import FAMILIES, XILINX
from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import BitSum
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.counters.neuron import NeuronBuilder
from hls_projects.rtl.pipeline.stages import RegisterStage
from hls_projects.rtl.planning.class_tree import ClassTree
from hls_projects.rtl.planning.parallel import ParallelPlanner
from hls_projects.rtl.planning.plan import groups
from hls_projects.rtl.planning.rounds import last_round, round_of
from tests.hls_projects.rtl.evaluation import evaluate_stage

SPEED = XILINX.optimized("speed")
HEIGHTS = st.lists(st.integers(0, 5), min_size=1, max_size=4).filter(lambda h: 0 < sum(h) <= 13)


def summed(heights, late=0):
    """A sum of input bits, the first `late` of which come two LUTs later; and its netlist."""
    netlist = Netlist(sum(heights))
    total, bits = BitSum(), iter(range(sum(heights)))
    for place, height in enumerate(heights):
        for _ in range(height):
            total.add_bit(place, Bit(next(bits)))
    for column in total.columns:
        for i, bit in enumerate(column):
            if bit.signal < late:
                column[i] = Bit(netlist.inverter(netlist.inverter(bit)).signal)
    return total, netlist


def words_of(netlist, bits):
    """What bits are for every value of a netlist's inputs, as columns of 0 and 1."""
    values = np.arange(1 << netlist.inputs, dtype=np.int64)
    signals = {}
    for place in range(netlist.inputs):
        plane = np.zeros(max(64, len(values)), np.uint8)
        plane[: len(values)] = values >> place & 1
        signals[place] = np.packbits(plane, bitorder="little").view(np.uint64)
    wires = [bit.signal for bit in bits if not bit.constant]
    stage = RegisterStage(netlist, registered=wires)
    words = iter(evaluate_stage(stage, signals, len(signals[0])))
    found = []
    for bit in bits:
        word = np.zeros(len(values), np.int64)
        if not bit.constant:
            word += np.unpackbits(next(words).view(np.uint8), bitorder="little")[: len(values)]
        found.append(word ^ bit.inverted)
    return values, found


def expected_sums(heights, values):
    total, place_of = np.zeros(len(values), np.int64), []
    for place, height in enumerate(heights):
        place_of += [place] * height
    for signal, place in enumerate(place_of):
        total += (values >> signal & 1) << place
    return total


@settings(max_examples=60, deadline=None)
@given(
    heights=HEIGHTS, late=st.integers(0, 6), seed=st.integers(0, 2**16),
    target=st.sampled_from(list(FAMILIES.values())), goal=st.sampled_from(["balanced", "speed"]),
)
def test_levels_are_those_of_the_sum(heights, late, seed, target, goal):
    rng = np.random.default_rng(seed)
    total, netlist = summed(heights, late)
    levels = np.sort(rng.integers(0, total.highest + 2, 3))
    bits = NeuronBuilder(target.optimized(goal)).activation(netlist, total, levels, 1)
    values, words = words_of(netlist, bits)
    sums = expected_sums(heights, values)
    level = (sums[:, None] >= levels).sum(axis=1)
    np.testing.assert_array_equal(sum(w << i for i, w in enumerate(words)), level)


@settings(max_examples=60, deadline=None)
@given(
    heights=HEIGHTS, late=st.integers(0, 6), offset=st.integers(-40, 40),
    target=st.sampled_from(list(FAMILIES.values())),
)
def test_numbers_are_the_sum(heights, late, offset, target):
    total, netlist = summed(heights, late)
    total.offset = offset
    bits = NeuronBuilder(target.optimized("speed")).logit(netlist, total, 9)
    values, words = words_of(netlist, bits)
    number = sum(w << i for i, w in enumerate(words))
    np.testing.assert_array_equal(number, (expected_sums(heights, values) + offset) % 512)


@pytest.mark.parametrize("heights", [(5, 5, 5), (3, 3, 3, 1), (6, 2, 6), (3,)])
def test_three_numbers_on_one_chain(heights):
    total, netlist = summed(heights)
    bits = NeuronBuilder(SPEED).logit(netlist, total, 7)
    values, words = words_of(netlist, bits)
    number = sum(w << i for i, w in enumerate(words))
    np.testing.assert_array_equal(number, expected_sums(heights, values))


@pytest.mark.parametrize(
    ("bits", "depth"), [(6, 1), (12, 2), (18, 3), (36, 4), (72, 6)],
)
def test_levels_of_one_column_take_few_luts_in_a_row(bits, depth):
    """At most so many for three levels; counters on a chain take 13 for 36 bits."""
    planner = ParallelPlanner(SPEED)
    for first in range(1, bits - 2, max(1, bits // 6)):
        table = [sum(n >= v for v in (first, first + 1, first + 2)) for n in range(bits + 1)]
        levels = tuple(table + table[-1:] * (3 * len(table) + 64))
        plan = planner.level(((bits,),), levels)
        total, netlist = summed((bits,))
        plan.level(netlist, SPEED.chain, total.columns, levels, 2)
        assert max(netlist.depth.values()) <= depth


@settings(max_examples=100, deadline=None)
@given(
    heights=st.lists(st.integers(0, 12), min_size=1, max_size=6), rows=st.integers(2, 3),
    fewest=st.sampled_from([(5, 6), (5, 3), (4, 3)]),
)
def test_rounds_keep_the_sum_of_ones(heights, rows, fewest):
    """Where every bit is 1 a counter gives its number of bits."""
    before = sum(h << i for i, h in enumerate(heights))
    after, path = round_of(tuple(heights), fewest)
    assert sum(h << i for i, h in enumerate(after)) >= before
    for place in range(len(heights)):
        assert sum(move.bits for move in path if move.place == place) <= heights[place]
    last = last_round(tuple(heights), len(heights) + 2, rows)
    assert last is None or max(last[0]) <= rows


def test_a_tree_of_classes_takes_no_more_levels_than_it_may():
    tree = ClassTree(SPEED)
    levels = tuple(int(n >= 5) for n in range(200))
    assert tree.chained(groups((12,)), levels, 1) is None
    assert tree.chained(groups((12,)), levels, 2) is not None
    assert tree.chained(groups((5,)), levels, 1) == (1, None)


def test_fewer_luts_in_a_row_than_on_chains():
    total, _ = summed((30, 30))
    levels = np.array([40, 44, 48])
    depths = {}
    for family in (XILINX, SPEED, replace(SPEED, shared_bits=4)):
        netlist = Netlist(60)
        NeuronBuilder(family).activation(netlist, total, levels, 1)
        depths[family.parallel] = max(netlist.depth.values())
    assert depths[True] <= math.ceil(math.log2(60)) < depths[False]
