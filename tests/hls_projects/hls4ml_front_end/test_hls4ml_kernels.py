"""The text of the kernels and the types around them, without a compiler."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hls_projects.hls4ml_front_end.checks import check_project_name
from hls_projects.hls4ml_front_end.cpp import kernels
from hls_projects.hls4ml_front_end.precision import input_precision, integer_precision
from hls_projects.kinds import Dense, Levels
from hls_projects.kinds.layer import INT32
from hls_projects.network.input_format import InputFormat


def run(lines, data, outputs):
    """Executes C++ statements that are Python, too."""
    res = [None] * outputs
    for _, line in lines:
        exec(line.rstrip(";"), {"data": [int(value) for value in data], "res": res})
    return [int(value) for value in res]


def depth(expression):
    level = deepest = 0
    for character in f"({expression})" if " " in expression else expression:
        level += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, level)
    return deepest


@given(st.integers(0, 40), st.integers(0, 40))
def test_adder_tree_is_balanced_and_has_one_adder_less_than_terms(positive, negative):
    plus, minus = [f"p{i}" for i in range(positive)], [f"n{i}" for i in range(negative)]
    tree = kernels.adder_tree(plus, minus)
    terms = positive + negative
    values = {name: 1 << i for i, name in enumerate(plus + minus)}
    expected = sum(values[n] for n in plus) - sum(values[n] for n in minus)
    assert eval(tree, {}, values) == expected
    assert tree.count(" + ") + tree.count(" - ") == max(0, terms - 1)
    assert depth(tree) <= max(0, terms - 1).bit_length()


@given(st.integers(0, 1000))
def test_dense_lines_compute_the_product(seed):
    rng = np.random.default_rng(seed)
    weights = rng.integers(-1, 2, rng.integers(1, 12, 2)).astype(np.int8)
    x = rng.integers(-8, 8, (1, len(weights)))
    lines = kernels.dense_lines(weights)
    assert run(lines, x[0], weights.shape[1]) == Dense(weights).forward(x)[0].tolist()
    assert [terms for terms, _ in lines] == np.count_nonzero(weights, axis=0).tolist()


@given(st.integers(0, 1000), st.integers(1, 4))
def test_threshold_lines_count_levels(seed, bits):
    rng = np.random.default_rng(seed)
    low = rng.integers(-9, 1, 5)
    high = low + rng.integers(0, 12, 5)
    levels = rng.integers(-12, 13, (5, (1 << bits) - 1)).astype(np.int32)
    levels[0], levels[1] = INT32.min, INT32.max
    layer = Levels(levels, rng.choice([-1, 1], 5).astype(np.int8))
    lines = kernels.threshold_lines(layer.levels, layer.direction, low, high)
    for data in (low, high, rng.integers(low, high + 1)):
        assert run(lines, data, 5) == layer.forward(data[None])[0].tolist()


def test_levels_that_no_accumulator_decides_are_constants():
    levels = np.array([[-5, 0, 9]], np.int32)
    ((_, line),) = kernels.threshold_lines(levels, np.array([1]), np.array([-5]), np.array([8]))
    assert line == "res[0] = (data[0] >= 0) + 1;"


def test_head_lines():
    assert run(kernels.head_lines(np.array([3, -4, 0])), [10, 10, 10], 3) == [13, 6, 10]


def test_long_kernels_are_split_into_parts_of_bounded_length():
    lines = [(30, f"res[{i}] = 0;") for i in range(100)]
    text = kernels.straight_line_kernel("k", lines, 5, 100)
    parts = text.count("#pragma HLS INLINE")
    assert parts == -(-100 // (kernels.PART_TERMS // 31))
    assert all(f"k_part_{i}(data, res);" in text for i in range(parts))


@given(st.integers(-(1 << 40), 1 << 40), st.integers(0, 1 << 40))
def test_integer_precision_is_the_narrowest(low, span):
    high = low + span
    precision = integer_precision(low, high)
    assert precision.signed == (low < 0)

    def fits(width):
        least = -(1 << (width - 1)) if precision.signed else 0
        return least <= low and high < least + (1 << width)

    assert fits(precision.width)
    assert precision.width == 1 or not fits(precision.width - 1)


@given(
    st.integers(1, 8),
    st.booleans(),
    st.integers(1, (1 << 16) - 1),
    st.integers(-20, 8),
    st.floats(width=32, allow_nan=False),
)
@example(bits=1, signed=True, mantissa=1, exponent=1, value=-(2.0**-126))
def test_input_type_keeps_what_quantization_needs(bits, signed, mantissa, exponent, value):
    """What C-simulation sends of x, truncated to the type's step and saturated to its range, has
    the integer of x."""
    scale = float(np.ldexp(mantissa, exponent))
    format = InputFormat(bits, signed, scale, (1,))
    precision = input_precision(format)
    step = np.ldexp(1.0, -precision.fractional)
    for x in (value, scale * (format.highest + 1), scale * format.lowest, np.float32(scale)):
        sent = np.float64(format.without_denormals(np.array([[x]], np.float32))[0, 0])
        kept = np.clip(np.floor(sent / step) * step, precision.min, precision.max)
        assert format.quantize([[kept]]) == format.quantize([[x]])
    assert str(precision.rounding_mode) == "TRN" and str(precision.saturation_mode) == "SAT"


def test_one_bit_pixels_need_two_bits_of_input():
    assert str(input_precision(InputFormat(1, False, 0.375, (784,)))) == "ufixed<2,-1,TRN,SAT,0>"


@pytest.mark.parametrize("name", ["my-net", "3layers", "", "class", "größe", "a b", "main", "x::y"])
def test_project_names_must_be_identifiers(name):
    with pytest.raises(ValueError, match=r"`project_name` must be a C\+\+ identifier"):
        check_project_name(name)


def test_project_names_that_are_identifiers():
    check_project_name("mnist_small2")
