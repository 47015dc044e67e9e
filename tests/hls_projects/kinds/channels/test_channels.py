"""Sums of each channel alone, against convolutions of all channels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls_projects.kinds import Conv2D, Depthwise, SumPool
from hls_projects.kinds.channels.each_channel import of_all_channels, of_each_channel

PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))


def written_out(weights):
    """Weights of all channels, one by one."""
    height, width, channels, multiplier = weights.shape
    full = np.zeros((height, width, channels, channels * multiplier), weights.dtype)
    for channel, i in np.ndindex(channels, multiplier):
        full[:, :, channel, channel * multiplier + i] = weights[:, :, channel, i]
    return full


@settings(deadline=None, max_examples=40)
@given(PAIR, PAIR, st.sampled_from(["valid", "same"]), st.integers(1, 3), st.integers(0, 2**32))
def test_a_depthwise_convolution_is_one_whose_other_weights_are_zero(
    size, strides, padding, multiplier, seed
):
    rng = np.random.default_rng(seed)
    weights = rng.integers(-128, 128, (*size, 2, multiplier)).astype(np.int8)
    layer, full = Depthwise(weights, strides, padding), written_out(weights)
    expected = Conv2D(full, strides, padding)
    np.testing.assert_array_equal(of_all_channels(weights), full)
    np.testing.assert_array_equal(of_each_channel(full), weights)
    np.testing.assert_array_equal(layer.matrix, full.reshape(-1, 2 * multiplier))
    x = rng.integers(-255, 256, (3, 5, 4, 2)).astype(np.int32)
    np.testing.assert_array_equal(layer.forward(x), expected.forward(x))
    assert layer.output_shape((5, 4, 2)) == expected.output_shape((5, 4, 2))
    low, high = np.minimum(x[0], x[1]).astype(np.int64), np.maximum(x[0], x[1]).astype(np.int64)
    for found, own in zip(layer.output_range(low, high), expected.output_range(low, high),
                          strict=True):
        np.testing.assert_array_equal(found, own)
    assert layer.nonzeros == np.count_nonzero(weights)


@settings(deadline=None, max_examples=30)
@given(PAIR, PAIR, st.integers(0, 2**32))
def test_a_sum_pool_is_a_convolution_of_ones(pool, strides, seed):
    x = np.random.default_rng(seed).integers(-9, 9, (3, 6, 5, 2)).astype(np.int32)
    ones = np.ones((*pool, 2, 1), np.int8)
    layer, expected = SumPool(pool, strides, 2), Conv2D(written_out(ones), strides)
    np.testing.assert_array_equal(layer.forward(x), expected.forward(x))
    np.testing.assert_array_equal(layer.matrix, expected.matrix)
    assert not hasattr(layer, "weights") and layer.output_shape((6, 5, 2))[-1] == 2
    lowest, highest = layer.output_range(x[0].astype(np.int64), x[0].astype(np.int64) + 2)
    np.testing.assert_array_equal(highest - lowest, np.full_like(lowest, 2 * np.prod(pool)))


@pytest.mark.parametrize("make, message", [
    (lambda: Depthwise(np.ones((2, 2, 3), np.int8)), r"depthwise layer .*, channels, multiplier\)"),
    (lambda: Depthwise(np.ones((2, 2, 3, 1), np.int8), (0, 1)), "`strides` must be two integers"),
    (lambda: Depthwise(np.ones((2, 2, 3, 1), np.int8), padding="full"), "`padding` must be one"),
    (lambda: Depthwise(np.ones((2, 2, 3, 1), np.int8)).output_shape((5, 5, 2)),
     "a depthwise convolution of 3 channels cannot follow"),
    (lambda: SumPool((2,), (1, 1), 3), "`pool` must be two integers >= 1"),
    (lambda: SumPool((2, 2), (1, 1), 0), "`channels` must be an integer >= 1. Received: 0"),
    (lambda: SumPool((2, 2), (1, 1), 3).output_shape((5, 5, 2)), "a sum of 3 channels cannot"),
    (lambda: SumPool((6, 2), (1, 1), 3).output_shape((5, 5, 3)), "do not fit into an image"),
])
def test_values_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
