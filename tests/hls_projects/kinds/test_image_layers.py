"""Convolution and pooling on integers, against loops written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls_projects.kinds import Conv2D, Dense, Flatten, Head, MaxPool, Reshape
from hls_projects.kinds.windows import Windows
from hls_projects.network.integer_network import IntegerNetwork
from tests.hls_projects.networks import InputFormat, image_network

PAIR = st.tuples(st.integers(1, 4), st.integers(1, 4))
WINDOWS = st.builds(Windows, PAIR, PAIR, st.sampled_from(["valid", "same"]))


def looped(x, weights, windows):
    """Window by window, tap by tap, from the definition."""
    rows, columns = windows.output_shape(x.shape[1:])
    (top, _), (left, _) = windows.around(x.shape[1:])
    out = np.zeros((len(x), rows, columns, weights.shape[-1]), np.int64)
    for r, c, i, j in np.ndindex(rows, columns, *windows.size):
        y, z = r * windows.strides[0] - top + i, c * windows.strides[1] - left + j
        if 0 <= y < x.shape[1] and 0 <= z < x.shape[2]:
            out[:, r, c] += x[:, y, z] @ weights[i, j].astype(np.int64)
    return out


@settings(deadline=None, max_examples=50)
@given(WINDOWS, st.integers(4, 7), st.integers(4, 7), st.integers(0, 2**32))
def test_convolution_is_what_it_is_defined_as(windows, rows, columns, seed):
    rng = np.random.default_rng(seed)
    weights = rng.integers(-1, 2, (*windows.size, 2, 3)).astype(np.int8)
    layer = Conv2D(weights, windows.strides, windows.padding)
    x = rng.integers(-3, 4, (2, rows, columns, 2)).astype(np.int32)
    np.testing.assert_array_equal(layer.forward(x), looped(x, weights, windows))
    assert layer.forward(x).shape[1:] == layer.output_shape(x.shape[1:])


@settings(deadline=None, max_examples=50)
@given(WINDOWS, st.integers(0, 2**32))
def test_ranges_of_convolutions_are_reached_at_every_position(windows, seed):
    rng = np.random.default_rng(seed)
    weights = rng.integers(-1, 2, (*windows.size, 1, 1)).astype(np.int8)
    layer = Conv2D(weights, windows.strides, windows.padding)
    low = rng.integers(-3, 1, (5, 5, 1))
    lowest, highest = layer.output_range(low, low + 2)
    # For each position the inputs that make its own sum smallest, by the weight each has there.
    units = np.eye(25, dtype=np.int32).reshape(25, 5, 5, 1)
    positions = lowest.size
    weight = layer.forward(units).reshape(25, positions).T.reshape(positions, 5, 5, 1)
    smallest = layer.forward(np.where(weight > 0, low, low + 2)).reshape(positions, positions)
    largest = layer.forward(np.where(weight > 0, low + 2, low)).reshape(positions, positions)
    np.testing.assert_array_equal(np.diag(smallest), lowest.reshape(-1))
    np.testing.assert_array_equal(np.diag(largest), highest.reshape(-1))


@settings(deadline=None, max_examples=50)
@given(PAIR, PAIR, st.integers(0, 2**32))
def test_pooling_takes_the_largest(pool, strides, seed):
    x = np.random.default_rng(seed).integers(-9, 9, (3, 6, 5, 2)).astype(np.int32)
    layer = MaxPool(pool, strides)
    got = layer.forward(x)
    for r, c in np.ndindex(got.shape[1:3]):
        y, z = r * strides[0], c * strides[1]
        window = x[:, y : y + pool[0], z : z + pool[1]]
        np.testing.assert_array_equal(got[:, r, c], window.max(axis=(1, 2)))


def test_a_network_of_images_comes_back_from_its_file(tmp_path):
    steps = [Reshape((6, 7, 1)), (4, (3, 2), (1, 2), "same"), MaxPool((2, 2), (1, 1)), (5,)]
    net = image_network((6, 7), steps)
    net.save(tmp_path / "network.npz")
    again = IntegerNetwork.load(tmp_path / "network.npz")
    x = np.random.default_rng(1).integers(0, 4, (20, 6, 7))
    np.testing.assert_array_equal(again.predict_integers(x), net.predict_integers(x))
    assert again.layers[1].options == {"strides": (1, 2), "padding": "same"}
    assert again.layer_names[:4] == ["reshape", "conv2d_1", "threshold_1", "maxpool_1"]


WEIGHTS = np.ones((3, 3, 2, 4), np.int8)


@pytest.mark.parametrize("make, message", [
    (lambda: Conv2D(WEIGHTS[0]), r"conv2d layer .*\(height, width, channels, filters\)"),
    (lambda: Conv2D(WEIGHTS, (0, 1)), "`strides` must be two integers >= 1. Received: .0, 1."),
    (lambda: Conv2D(WEIGHTS, padding="full"), "`padding` must be one of valid, same"),
    (lambda: MaxPool((2,), (2, 2)), "`pool` must be two integers"),
    (lambda: MaxPool((2, 2), 2), "`strides` must be two integers"),
    (lambda: Reshape((0,)), "`shape` must hold integers >= 1"),
])
def test_values_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("layer, message", [
    (Conv2D(WEIGHTS), r"a convolution of 2 channels cannot follow shape \(8, 8, 3\)"),
    (MaxPool((9, 1), (1, 1)), r"windows of \(9, 1\) do not fit into an image of \(8, 8\)"),
    (Reshape((5, 5)), r"shape \(8, 8, 3\) cannot become \(5, 5\)"),
])
def test_shapes_that_do_not_fit_are_named(layer, message):
    after = [Flatten(), Dense(np.ones((4, 2), np.int8)), Head(np.zeros(2, np.int32))]
    with pytest.raises(ValueError, match=message):
        IntegerNetwork(InputFormat(2, False, 1.0, (8, 8, 3)), (layer, *after))


@pytest.mark.parametrize("largest", [(1 << 24) // 18 - 1, 1 << 24])
def test_convolution_is_exact_at_either_side_of_float32s_integers(largest):
    rng = np.random.default_rng(0)
    weights = rng.choice([-1, 1], (3, 3, 2, 4)).astype(np.int8)
    x = (largest - rng.integers(0, 2, (2, 5, 5, 2))).astype(np.int32)
    expected = looped(x, weights, Windows((3, 3), (1, 1), "valid"))
    np.testing.assert_array_equal(Conv2D(weights, (1, 1), "valid").forward(x), expected)
