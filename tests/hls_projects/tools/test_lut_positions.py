"""Netlists made by hand, whose occupied positions can be counted on fingers."""

import pytest

from hls_projects.rtl import write_rtl
from hls_projects.tools.lut_pairs import count_pairs
from hls_projects.tools.lut_positions import LutPositions, count_positions
from hls_projects.tools.synthesis import synthesize_verilog
from tests.hls_projects.networks import network

OUTPUT_PINS = {"O", "O5", "O6", "CO", "Q"}


def cell(kind, **pins):
    bits = {pin: net if isinstance(net, list) else [net] for pin, net in pins.items()}
    directions = {pin: "output" if pin in OUTPUT_PINS else "input" for pin in bits}
    return {"type": kind, "connections": bits, "port_directions": directions}


def carry4(select, data, sums, carries, init="0", entering="0"):
    return cell("CARRY4", S=select, DI=data, O=sums, CO=carries, CYINIT=init, CI=entering)


def positions(cells, outputs=(), inputs=range(2, 20)):
    ports = {
        "x": {"direction": "input", "bits": list(inputs)},
        "y": {"direction": "output", "bits": list(outputs)},
    }
    named = {f"u{i}": found for i, found in enumerate(cells)}
    return count_positions({"cells": named, "ports": ports})


# One dual LUT drives the select and the data of step 0; its nets are 100 and 101.
DUAL = cell("LUT6_2", I0=2, I1=3, O6=100, O5=101)


def test_a_select_from_its_own_lut_takes_no_more():
    chain = carry4([100, "0", "0", "0"], [101, "0", "0", "0"], [110, 111, 112, 113],
                   [120, 121, 122, 123])
    assert positions([DUAL, chain], [110]) == LutPositions(luts=1, carry8=1)


def test_a_sum_and_a_carry_of_one_step_need_two_ways_out():
    chain = carry4([100, "0", "0", "0"], [101, "0", "0", "0"], [110, 111, 112, 113],
                   [120, 121, 122, 123])
    found = positions([DUAL, chain], [110, 120])
    assert (found.shared_outputs, found.total) == (1, 2)
    # A flip-flop takes the sum without the multiplexer.
    register = cell("FDRE", D=110, Q=130)
    assert positions([DUAL, chain, register], [130, 120]).total == 1


def test_a_carry_that_leaves_as_a_sum_takes_a_constant_select():
    chain = carry4([100, "0", "0", "0"], [101, "0", "0", "0"], [110, 111, 112, 113],
                   [120, 121, 122, 123])
    found = positions([DUAL, chain], [110, 111])
    assert (found.constant_selects, found.shared_outputs, found.total) == (1, 0, 2)


def test_a_select_that_is_no_luts_own_is_copied():
    shared = [
        carry4([100, "0", "0", "0"], ["0"] * 4, [first, first + 1, first + 2, first + 3],
               [first + 4, first + 5, first + 6, first + 7])
        for first in (110, 130)
    ]
    assert positions([cell("LUT2", I0=2, I1=3, O=100), *shared], [110, 130]).copied_selects == 1
    wired = carry4([2, "0", "0", "0"], ["0"] * 4, [110, 111, 112, 113], [120, 121, 122, 123])
    assert positions([wired], [110]) == LutPositions(copied_selects=1, carry8=1)


def test_two_signals_cannot_come_past_the_first_lut():
    chain = carry4([100, "0", "0", "0"], [4, "0", "0", "0"], [110, 111, 112, 113],
                   [120, 121, 122, 123], init=5)
    assert positions([DUAL, chain], [110]).shared_bypasses == 1


def test_chains_go_on_in_the_next_cell():
    first = carry4([100, "0", "0", "0"], [101, "0", "0", "0"], [110, 111, 112, 113],
                   [120, 121, 122, 123])
    second = carry4(["0"] * 4, ["0"] * 4, [130, 131, 132, 133], [140, 141, 142, 143],
                    entering=123)
    found = positions([DUAL, first, second], [130])
    # Steps 1 to 3 of the first cell pass the carry on, step 0 of the second brings it out.
    assert (found.constant_selects, found.carry8) == (4, 1)


@pytest.mark.parametrize(
    ("luts", "pairs"),
    [
        ([{1, 2, 3}, {4, 5}], 1),
        ([{1, 2, 3}, {4, 5, 6}], 0),
        ([{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}], 1),
        ([{1, 2, 3, 4, 5, 6}, {1}], 0),
        ([{1}, {2}, {3}], 1),
        ([], 0),
    ],
)
def test_pairs(luts, pairs):
    assert count_pairs([frozenset(lut) for lut in luts]) == pairs


@pytest.mark.parametrize("goal", ["cells", "area"])
def test_the_writers_own_count(goal, tmp_path):
    """Yosys pairs and removes a few LUTs; the rest must agree."""
    design = write_rtl(network((60, 16, 10), density=0.4, bits=2), tmp_path, optimize=goal)
    counted = synthesize_verilog(design.verilog).positions
    assert 0.95 * design.positions <= counted <= design.positions
