"""The bitstream: round trips, size, and streams that are no streams."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.network.golomb_rice import decode, encode, rice_parameter


@st.composite
def ternary_arrays(draw: st.DrawFn) -> np.ndarray:
    shape = tuple(draw(st.lists(st.integers(0, 12), min_size=1, max_size=4)))
    density = draw(st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return ((rng.random(shape) < density) * rng.choice([-1, 1], shape)).astype(np.int8)


def read_bit_by_bit(stream: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """The decoder of the module's docstring, as a loop over bits."""
    k, bits = stream[0], iter("".join(f"{byte:08b}" for byte in stream[1:]))
    count, flat = math.prod(shape), []
    while len(flat) < count:
        if next(bits) == "0":
            flat += [0] * min(2**k, count - len(flat))
        else:
            flat += [0] * int("0" + "".join(next(bits) for _ in range(k)), 2)
            flat.append(-1 if next(bits) == "1" else 1)
    assert set(bits) <= {"0"}
    return np.moveaxis(np.array(flat, np.int8).reshape(shape[-1:] + shape[:-1]), 0, -1)


def payload_bits(weights: np.ndarray, k: int) -> int:
    """Length of codes and tail, counted weight by weight."""
    bits = run = 0
    for value in np.moveaxis(weights, -1, 0).ravel():
        if value:
            bits, run = bits + run // 2**k + k + 2, 0
        else:
            run += 1
    return bits + math.ceil(run / 2**k)


@settings(deadline=None)
@given(ternary_arrays())
def test_round_trip(weights: np.ndarray) -> None:
    decoded = decode(encode(weights), weights.shape)
    assert decoded.dtype == np.int8
    assert decoded.flags.c_contiguous
    np.testing.assert_array_equal(decoded, weights)


@settings(deadline=None)
@given(ternary_arrays())
def test_stream_is_what_its_definition_says(weights: np.ndarray) -> None:
    np.testing.assert_array_equal(read_bit_by_bit(encode(weights), weights.shape), weights)


@settings(deadline=None)
@given(ternary_arrays())
def test_parameter_is_the_best_one(weights: np.ndarray) -> None:
    stream = encode(weights)
    costs = [payload_bits(weights, k) for k in range(32)]
    assert rice_parameter(stream) == costs.index(min(costs))
    assert len(stream) == 1 + math.ceil(min(costs) / 8)


def test_documented_example_bit_by_bit() -> None:
    # Output 0 is 0 0 -1, output 1 is 1 0 0; with k = 0: 0 0 1 1 (two zeros, -1), 1 0, 0 0.
    weights = np.array([[0, 1], [0, 0], [-1, 0]], np.int8)
    assert encode(weights) == bytes([0, 0b00111000])


def test_runs_go_on_from_one_neuron_to_the_next() -> None:
    weights = np.zeros((64, 2), np.int8)
    weights[63, 1] = -1
    # One run of 127 zeros; k = 6 and k = 7 both take 9 bits: 0 1 111111 1.
    assert encode(weights) == bytes([6, 0b01111111, 0b10000000])


@pytest.mark.parametrize(("density", "entropy"), [(0.02, 0.1614), (0.01, 0.0908)])
def test_close_to_entropy(density: float, entropy: float) -> None:
    rng = np.random.default_rng(1)
    flat = np.zeros(1_000_000, np.int8)
    places = rng.permutation(flat.size)[: round(density * flat.size)]
    flat[places] = rng.choice([-1, 1], places.size)
    bits = 8 * len(encode(flat.reshape(1000, 1000))) / flat.size
    assert entropy < bits < 1.01 * entropy


@pytest.mark.parametrize("count", [1, 7, 784 * 256])
def test_all_zero_weights_need_two_bytes(count: int) -> None:
    weights = np.zeros((count, 1), np.int8)
    assert len(encode(weights)) == 2
    np.testing.assert_array_equal(decode(encode(weights), weights.shape), weights)


def test_dense_weights_never_need_more_than_two_bits_each() -> None:
    rng = np.random.default_rng(2)
    weights = rng.choice(np.array([-1, 1], np.int8), (50, 40))
    assert len(encode(weights)) == 1 + 2 * weights.size // 8


def test_views_and_other_buffers() -> None:
    weights = np.arange(-30, 30).reshape(6, 10).clip(-1, 1).astype(np.int8)[::2, ::-1].T
    stream = bytearray(encode(weights))
    np.testing.assert_array_equal(decode(stream, list(weights.shape)), weights)


@pytest.mark.parametrize(
    "weights",
    [
        np.zeros((2, 2)),
        np.zeros((2, 2), np.int32),
        np.int8(1),
        np.array(1, np.int8),
        [[0, 1]],
        None,
    ],
)
def test_encode_refuses_other_types(weights: object) -> None:
    with pytest.raises(ValueError, match=r"`weights` must be an int8 array.*Received"):
        encode(weights)


@pytest.mark.parametrize("value", [2, -2, 127, -128])
def test_encode_refuses_other_values(value: int) -> None:
    with pytest.raises(ValueError, match=f"-1, 0 or 1. Received: .*{value}"):
        encode(np.array([0, value], np.int8))


@settings(deadline=None)
@given(ternary_arrays(), st.data())
def test_truncated_streams_are_refused(weights: np.ndarray, data: st.DataObject) -> None:
    stream = encode(weights)
    with pytest.raises(ValueError, match="truncated"):
        decode(stream[: data.draw(st.integers(0, len(stream) - 1))], weights.shape)


@settings(deadline=None)
@given(ternary_arrays(), st.binary(min_size=1, max_size=5))
def test_trailing_bytes_are_refused(weights: np.ndarray, garbage: bytes) -> None:
    with pytest.raises(ValueError, match="`stream`"):
        decode(encode(weights) + garbage, weights.shape)


def test_trailing_bits_are_refused() -> None:
    stream = encode(np.array([1, 0, 0, -1], np.int8))
    assert stream == bytes([0, 0b10001100])
    with pytest.raises(ValueError, match="beyond the last of 4 weights"):
        decode(bytes([0, 0b10001110]), (4,))


def test_overlong_run_is_refused() -> None:
    # k = 3: '1' 101 0 passes five zeros and places a weight: six weights, not five.
    stream = bytes([3, 0b11010000])
    np.testing.assert_array_equal(decode(stream, (6,)), [0, 0, 0, 0, 0, 1])
    with pytest.raises(ValueError, match="beyond the last of 5 weights"):
        decode(stream, (5,))


@pytest.mark.parametrize("header", [32, 64, 255])
def test_invalid_header_is_refused(header: int) -> None:
    with pytest.raises(ValueError, match=f"Rice parameter .* Received: {header}"):
        decode(bytes([header, 0]), (3,))


@settings(deadline=None)
@given(st.binary(max_size=12), st.integers(0, 200))
def test_random_bytes_decode_or_raise_value_error(stream: bytes, count: int) -> None:
    try:
        weights = decode(stream, (count,))
    except ValueError:
        return
    np.testing.assert_array_equal(read_bit_by_bit(stream, (count,)), weights)


@pytest.mark.parametrize("shape", [(), (-1, 2)])
def test_decode_refuses_other_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="`shape` must hold"):
        decode(b"\0", shape)
