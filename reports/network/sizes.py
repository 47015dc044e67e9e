"""What a ternary network costs to store and to compute, counted from its weights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from reports.network import golomb_rice

if TYPE_CHECKING:
    from hls_projects.kinds import Interval, Layer
    from hls_projects.network.integer_network import IntegerNetwork


@dataclass(frozen=True)
class LayerSize:
    """One layer's size, or the whole network's.  None means that a figure does not exist.

    Args:
        name: kind and number among its kind, such as ``dense_1``, or ``total``.
        shape: shape of the weights, None for the total.
        weights: number of weights, zeros included.
        nonzeros: weights that are not 0.
        entropy_bits: Σ over weights of the entropy of independent ternary weights with this
            layer's shares of −1, 0 and 1: the least that a code blind to position can reach.
        encoded_bits: length of the real Golomb–Rice bitstream, header and padding included; of
            weights of more than three values, the fewest two's complement bits for each.
        rice_parameter: k of that bitstream, None for the total and where there is none.
        neurons: outputs that have weights of their own (filters of a convolution).
        dead_neurons: neurons whose weights are all 0.
        additions: additions and subtractions per inference, Σ over outputs of
            max(fan-in − 1, 0); bias and comparisons not counted.
        dense_additions: the same with every weight nonzero.
        fan_in_max: most nonzero weights of one neuron, None without neurons.
        accumulator_bits: two's complement bits that hold every sum that inputs can reach (the
            widest accumulator for the total), None without neurons.
    """

    name: str
    shape: tuple[int, ...] | None
    weights: int
    nonzeros: int
    entropy_bits: float
    encoded_bits: int
    rice_parameter: int | None
    neurons: int
    dead_neurons: int
    additions: int
    dense_additions: int
    fan_in_max: int | None
    accumulator_bits: int | None

    @property
    def sparsity(self) -> float | None:
        """Share of weights that are 0."""
        return _ratio(self.weights - self.nonzeros, self.weights)

    @property
    def bits_per_weight(self) -> float | None:
        return _ratio(self.encoded_bits, self.weights)

    @property
    def entropy_bits_per_weight(self) -> float | None:
        return _ratio(self.entropy_bits, self.weights)

    @property
    def binary_bits(self) -> int:
        """Bits of the same weights as a dense binary layer, 1 each."""
        return self.weights

    @property
    def ternary_bits(self) -> int:
        """Bits of the same weights as a dense ternary layer, 2 each."""
        return 2 * self.weights

    @property
    def ratio_vs_binary(self) -> float | None:
        """How many times smaller than dense binary weights."""
        return _ratio(self.binary_bits, self.encoded_bits)

    @property
    def ratio_vs_ternary(self) -> float | None:
        """How many times smaller than dense ternary weights of 2 bits."""
        return _ratio(self.ternary_bits, self.encoded_bits)

    @property
    def fan_in_mean(self) -> float | None:
        """Nonzero weights of a neuron, on average."""
        return _ratio(self.nonzeros, self.neurons)

    def record(self) -> dict[str, Any]:
        """All figures by name, derived ones too, as JSON values."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        own["shape"] = None if self.shape is None else list(self.shape)
        return own | {name: getattr(self, name) for name in DERIVED}


DERIVED = tuple(name for name, value in vars(LayerSize).items() if isinstance(value, property))


@dataclass(frozen=True)
class NetworkSize:
    """Sizes of all layers that hold weights, in order, and their total."""

    layers: tuple[LayerSize, ...]
    total: LayerSize


def network_size(network: IntegerNetwork) -> NetworkSize:
    """Counts, encodes, decodes and compares the weights of a network.

    Raises:
        RuntimeError: if an encoded layer does not decode to its own weights.

    Example:
        >>> network_size(network).total.weights
        740
    """
    layers = tuple(
        _layer_size(name, layer, shape, interval)
        for name, layer, shape, interval in zip(
            network.layer_names, network.layers, network.shapes(), network.ranges(), strict=True
        )
        if hasattr(layer, "weights")
    )
    return NetworkSize(layers, _total(layers))


def fan_ins(network: IntegerNetwork) -> Iterator[tuple[str, np.ndarray]]:
    """Name and fan-in of each neuron, int (neurons,), of every layer that holds weights."""
    for name, layer in zip(network.layer_names, network.layers, strict=True):
        if hasattr(layer, "weights"):
            yield name, np.count_nonzero(layer.matrix, axis=0)


def entropy_bits(weights: np.ndarray) -> float:
    """−N Σ p log₂ p over the shares p of each value, −1, 0 and 1 mostly, among N weights."""
    counts = np.unique(weights, return_counts=True)[1].tolist()
    return sum(n * math.log2(weights.size / n) for n in counts)


def accumulator_bits(lowest: int, highest: int) -> int:
    """Fewest two's complement bits that hold every integer from lowest to highest."""
    return max(int(highest), -int(lowest) - 1).bit_length() + 1


def _layer_size(name: str, layer: Layer, output: tuple[int, ...], interval: Interval) -> LayerSize:
    from hls_projects.kinds.layer import is_ternary
    from hls_projects.logic.signed_digits import digit_counts

    weights = layer.weights
    stream = _proven_stream(name, weights) if is_ternary(weights) else None
    packed = accumulator_bits(weights.min(), weights.max()) * weights.size
    fan_in, digits = np.count_nonzero(layer.matrix, axis=0), digit_counts(layer.matrix)
    copies = math.prod(output[:-1])
    return LayerSize(
        name=name,
        shape=weights.shape,
        weights=weights.size,
        nonzeros=int(np.count_nonzero(weights)),
        entropy_bits=entropy_bits(weights),
        encoded_bits=packed if stream is None else 8 * len(stream),
        rice_parameter=None if stream is None else golomb_rice.rice_parameter(stream),
        neurons=fan_in.size,
        dead_neurons=int(np.count_nonzero(fan_in == 0)),
        additions=copies * int(np.maximum(digits.sum(axis=0) - 1, 0).sum()),
        dense_additions=copies * (weights.size - fan_in.size),
        fan_in_max=int(fan_in.max()),
        accumulator_bits=accumulator_bits(interval[0].min(), interval[1].max()),
    )


def _proven_stream(name: str, weights: np.ndarray) -> bytes:
    stream = golomb_rice.encode(weights)
    if not np.array_equal(golomb_rice.decode(stream, weights.shape), weights):
        raise RuntimeError(f"the bitstream of layer {name} does not decode to its weights")
    return stream


def _total(layers: tuple[LayerSize, ...]) -> LayerSize:
    def add(name: str) -> Any:
        return sum(getattr(layer, name) for layer in layers)

    def largest(name: str) -> int | None:
        return max((getattr(layer, name) for layer in layers), default=None)

    return LayerSize(
        name="total",
        shape=None,
        weights=add("weights"),
        nonzeros=add("nonzeros"),
        entropy_bits=float(add("entropy_bits")),
        encoded_bits=add("encoded_bits"),
        rice_parameter=None,
        neurons=add("neurons"),
        dead_neurons=add("dead_neurons"),
        additions=add("additions"),
        dense_additions=add("dense_additions"),
        fan_in_max=largest("fan_in_max"),
        accumulator_bits=largest("accumulator_bits"),
    )


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
