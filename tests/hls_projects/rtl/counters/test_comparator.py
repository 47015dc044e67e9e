import numpy as np
import pytest

from hls_projects.logic.bits import Bit, complement
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.counters.comparator import all_at_least, at_least
from hls_projects.rtl.pipeline.stages import RegisterStage
from qkeras_models.cost.comparators import comparator_luts
from tests.hls_projects.rtl.evaluation import evaluate_stage


def reached(netlist, bit, width):
    """What a bit is for every number of the netlist's inputs."""
    numbers = np.arange(1 << width)
    planes = [(numbers >> place & 1).astype(np.uint8) for place in range(width)]
    length = max((1 << width) // 64, 1)
    padded = [np.packbits(np.resize(p, 64 * length), bitorder="little").view(np.uint64)
              for p in planes]
    stage = RegisterStage(netlist, registered=[bit.signal])
    (word,) = evaluate_stage(stage, dict(enumerate(padded)), length)
    found = np.unpackbits(word.view(np.uint8), bitorder="little")[: 1 << width]
    return found ^ bit.inverted


@pytest.mark.parametrize("width", [1, 2, 5, 6, 7, 11, 12])
def test_every_constant_at_every_number_in_no_more_luts_than_said(width):
    values = range(1, 1 << width) if width < 10 else range(1, 1 << width, 37)
    for value in values:
        netlist = Netlist(width)
        bit = at_least(netlist, [Bit(i) for i in range(width)], value)
        assert netlist.luts == comparator_luts(width, value)
        np.testing.assert_array_equal(reached(netlist, bit, width), np.arange(1 << width) >= value)


def test_a_complemented_bit_is_a_number_of_another_sign():
    netlist = Netlist(4)
    bits = [*(Bit(i) for i in range(3)), complement(Bit(3))]
    bit = at_least(netlist, bits, 8 - 3)  # two's complement at least −3
    signed = np.where(np.arange(16) < 8, np.arange(16), np.arange(16) - 16)
    np.testing.assert_array_equal(reached(netlist, bit, 4), signed >= -3)


def test_first_parts_of_the_same_five_bits_share_a_lut():
    netlist = Netlist(11)
    bits = [Bit(i) for i in range(11)]
    values = [64 * n for n in (3, 5, 9, 17)]
    found = all_at_least(netlist, bits, values)
    assert netlist.luts == 2
    for value in values:
        expected = np.arange(1 << 11) >= value
        np.testing.assert_array_equal(reached(netlist, found[value], 11), expected)


def test_constants_that_agree_in_their_lower_digits_share_luts():
    netlist = Netlist(12)
    bits = [Bit(i) for i in range(12)]
    for value in (0b000010000001, 0b001110000001):
        at_least(netlist, bits, value)
    assert netlist.luts < 2 * comparator_luts(12, 1)
