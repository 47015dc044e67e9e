"""Dense layers without the neurons that are always the same, or that no logit depends on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hls_projects.integer_layers import INT32, Dense, Head, Layer, Threshold
from hls_projects.integer_network import IntegerNetwork


def without_idle_neurons(network: IntegerNetwork) -> IntegerNetwork:
    """The same logits from fewer neurons.

    A neuron whose activation is v for every input adds v · w to each sum of the next layer, whose
    levels or biases take that over; one without weights in the next layer goes.  One neuron a
    layer stays.  Only dense layers that follow each other directly lose any.
    """
    smaller = network
    while (found := _first_idle(smaller)) is not None:
        smaller = _without(smaller, *found)
    return smaller


def _first_idle(network: IntegerNetwork) -> tuple[int, np.ndarray, np.ndarray] | None:
    """Position of a dense layer, which of its neurons are idle, and their activations."""
    for position, (lowest, highest) in enumerate(list(network.ranges())[1:]):
        kinds = tuple(map(type, network.layers[position : position + 3]))
        if kinds != (Dense, Threshold, Dense):
            continue
        following = network.layers[position + 2].weights
        idle = (lowest == highest) | ~following.any(axis=1)
        idle[0] &= not idle.all()
        if idle.any():
            return position, idle, lowest
    return None


def _without(
    network: IntegerNetwork, position: int, idle: np.ndarray, values: np.ndarray
) -> IntegerNetwork:
    layers: list[Layer] = list(network.layers)
    dense, threshold, following, after = layers[position : position + 4]
    constant = values[idle].astype(np.int64) @ following.weights[idle]
    layers[position : position + 4] = [
        replace(dense, weights=dense.weights[:, ~idle]),
        replace(
            threshold, levels=threshold.levels[~idle], direction=threshold.direction[~idle]
        ),
        replace(following, weights=following.weights[~idle]),
        _shifted(after, constant),
    ]
    return replace(network, layers=tuple(layers))


def _shifted(layer: Threshold | Head, constant: np.ndarray) -> Layer:
    """A layer that sees sums without what is constant in them."""
    if isinstance(layer, Head):
        return replace(layer, bias=(layer.bias + constant).astype(np.int32))
    levels = layer.levels - constant[:, None]
    return replace(layer, levels=np.clip(levels, INT32.min, INT32.max).astype(np.int32))
