"""Sizes counted from the weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls_projects.kinds import Flatten, Head
from hls_projects.network.integer_network import IntegerNetwork
from reports.network import golomb_rice
from reports.network.sizes import accumulator_bits, entropy_bits, fan_ins, network_size


def test_a_layer_counted_by_hand(network_of: Callable[..., IntegerNetwork]) -> None:
    weights = np.zeros((8, 4), np.int8)
    weights[:5, 0] = 1
    weights[2, 1] = -1
    weights[:2, 3] = -1
    size = network_size(network_of(weights=[weights]))
    (layer,) = size.layers
    assert (layer.name, layer.shape, layer.neurons) == ("dense_1", (8, 4), 4)
    assert (layer.weights, layer.nonzeros, layer.sparsity) == (32, 8, 0.75)
    assert (layer.binary_bits, layer.ternary_bits) == (32, 64)
    assert layer.encoded_bits == 8 * len(golomb_rice.encode(weights))
    assert layer.bits_per_weight == layer.encoded_bits / 32
    assert layer.ratio_vs_binary == 32 / layer.encoded_bits
    assert layer.ratio_vs_ternary == 64 / layer.encoded_bits
    assert (layer.additions, layer.dense_additions) == (4 + 0 + 0 + 1, 4 * 7)
    assert (layer.fan_in_mean, layer.fan_in_max, layer.dead_neurons) == (2.0, 5, 1)
    assert layer.accumulator_bits == 4  # −2 to 5, from inputs of 1 bit
    entropy = -(24 * math.log2(24 / 32) + 5 * math.log2(5 / 32) + 3 * math.log2(3 / 32))
    assert layer.entropy_bits == pytest.approx(entropy)


def test_total_adds_up(network: IntegerNetwork) -> None:
    size = network_size(network)
    assert [layer.name for layer in size.layers] == ["dense_1", "dense_2"]
    for name in ("weights", "nonzeros", "encoded_bits", "additions", "neurons", "binary_bits"):
        assert getattr(size.total, name) == sum(getattr(layer, name) for layer in size.layers)
    assert size.total.nonzeros == network.nonzeros
    assert size.total.sparsity == pytest.approx(network.sparsity)
    assert size.total.accumulator_bits == max(layer.accumulator_bits for layer in size.layers)
    assert (size.total.shape, size.total.rice_parameter) == (None, None)


def test_accumulators_hold_every_sum(network: IntegerNetwork) -> None:
    inputs = np.random.default_rng(0).integers(0, 2, (500, 36)).astype(np.int32)
    sums = list(network.trace(inputs))
    for layer, place in zip(network_size(network).layers, (1, 3), strict=True):
        assert np.abs(sums[place]).max() < 2 ** (layer.accumulator_bits - 1)


def test_all_zero_layer(network_of: Callable[..., IntegerNetwork]) -> None:
    total = network_size(network_of(density=0.0)).total
    assert (total.nonzeros, total.sparsity, total.entropy_bits) == (0, 1.0, 0.0)
    assert (total.additions, total.fan_in_max, total.dead_neurons) == (0, 0, 25)
    assert total.accumulator_bits == 1


def test_network_without_weights_has_no_ratios(network: IntegerNetwork) -> None:
    empty = IntegerNetwork(network.input, (Flatten(), Head(np.zeros(36, np.int32))), {})
    record = network_size(empty).total.record()
    missing = {name for name, value in record.items() if value is None}
    assert missing == {
        "shape", "rice_parameter", "fan_in_max", "fan_in_mean", "accumulator_bits", "sparsity",
        "bits_per_weight", "entropy_bits_per_weight", "ratio_vs_binary", "ratio_vs_ternary",
    }


def test_a_stream_that_decodes_to_other_weights_is_not_reported(
    network: IntegerNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(golomb_rice, "decode", lambda _, shape: np.zeros(shape, np.int8))
    with pytest.raises(RuntimeError, match="dense_1"):
        network_size(network)


def test_rows_are_frozen(network: IntegerNetwork) -> None:
    with pytest.raises(FrozenInstanceError):
        network_size(network).total.weights = 0


def test_fan_ins(network: IntegerNetwork) -> None:
    (first, second) = fan_ins(network)
    np.testing.assert_array_equal(first[1], (network.layers[1].weights != 0).sum(axis=0))
    assert second[0] == "dense_2"


@pytest.mark.parametrize(("density", "bound"), [(0.02, 0.1614), (0.01, 0.0908)])
def test_entropy_of_balanced_ternary_weights(density: float, bound: float) -> None:
    half = int(50_000 * density)
    weights = np.array([1] * half + [-1] * half + [0] * (100_000 - 2 * half), np.int8)
    assert entropy_bits(weights) / weights.size == pytest.approx(bound, abs=1e-4)


@settings(deadline=None)
@given(st.integers(-(2**40), 2**40), st.integers(0, 2**40))
def test_accumulator_bits_are_enough_and_no_more(lowest: int, span: int) -> None:
    def fits(bits: int) -> bool:
        return -(1 << bits - 1) <= lowest and lowest + span < 1 << bits - 1

    bits = accumulator_bits(lowest, lowest + span)
    assert fits(bits)
    assert bits == 1 or not fits(bits - 1)
