"""C++ of single-bit designs, made to compute 64 simulations at once."""

import pytest

from hls_projects.rtl.cxxrtl.cxx_lanes import ports, widen


def test_operations_become_words():
    source = "\t// cell u1\n\tvalue<1> n = and_uu<1>(p_a, not_u<1>(p_b));\n"
    assert widen(source) == "\tlanes n = and_uu(p_a, not_u(p_b));\n"


def test_constants_fill_every_lane():
    assert widen("p_y = value<1>{0x1u};") == "p_y = all_lanes(0x1u);"


def test_a_wider_signal_is_refused():
    with pytest.raises(ValueError, match="value<8>"):
        widen("value<8> p_a;")


def test_an_operation_that_is_not_bitwise_is_refused():
    with pytest.raises(ValueError, match="add_uu<1>"):
        widen("p_y = add_uu<1>(p_a, p_b);")


def test_every_bit_of_a_port_is_moved():
    text = ports(1, 2)
    assert "write(top.p_x_5b_0_5d_, words[1]);" in text
    assert "words[2] = read(top.p_y_5b_1_5d_);" in text
