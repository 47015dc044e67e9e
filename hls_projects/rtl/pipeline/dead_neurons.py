"""Dense layers without the neurons that are always the same, or that no logit depends on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hls_projects.kinds import Head, Levels, Role
from hls_projects.kinds.layer import INT32
from hls_projects.network.integer_network import IntegerNetwork


def without_dead_neurons(network: IntegerNetwork) -> IntegerNetwork:
    """The same logits from fewer neurons.

    A neuron whose activation is v for every input adds v · w to each sum of the next layer, whose
    levels or biases take that over, if 32 bits can hold them; one without weights in the next layer
    goes.  One neuron a layer stays.  Only dense layers of vectors that follow each other lose any;
    layers that change no shape are left out.
    """
    network = _without_reshapes(network)
    position = 0
    while position < len(network.layers) - 3:
        smaller = _without_dead(network, position)
        # What is left may make other neurons constant, or leave others without a use.
        network, position = (network, position + 1) if smaller is None else (smaller, 0)
    return network


def _without_reshapes(network: IntegerNetwork) -> IntegerNetwork:
    shapes = (network.input.shape, *network.shapes())
    kept = (
        layer
        for layer, before, after in zip(network.layers, shapes[:-1], shapes[1:], strict=True)
        if not (layer.role is Role.SHAPE and before == after)
    )
    return replace(network, layers=tuple(kept))


def _without_dead(network: IntegerNetwork, position: int) -> IntegerNetwork | None:
    """The network without idle neurons of the layer at a position, None if it has none."""
    dense, threshold, following, after = network.layers[position : position + 4]
    roles = dense.role, threshold.role, following.role
    if roles != (Role.WEIGHTED, Role.ACTIVATION, Role.WEIGHTED) or after.role is Role.SHAPE:
        return None
    values, highest = list(network.ranges())[position + 1]
    if values.ndim > 1:
        return None
    idle = (values == highest) | ~following.weights.any(axis=1)
    idle[0] &= not idle.all()
    shifted = _shifted(after, values[idle] @ following.weights[idle].astype(np.int64))
    if shifted is None or not idle.any():
        return None
    layers = list(network.layers)
    layers[position : position + 4] = [
        replace(dense, weights=dense.weights[:, ~idle]),
        Levels(threshold.levels[~idle], threshold.direction[~idle]),
        replace(following, weights=following.weights[~idle]),
        shifted,
    ]
    return replace(network, layers=tuple(layers))


def _shifted(layer: Levels | Head, constant: np.ndarray) -> Levels | Head | None:
    """A layer that sees sums without a constant part, None if it would not fit."""
    if layer.role is Role.ACTIVATION:
        levels = np.clip(layer.levels - constant[:, None], INT32.min, INT32.max)
        return replace(layer, levels=levels.astype(np.int32))
    bias = layer.bias + constant
    if bias.min() < INT32.min or bias.max() > INT32.max:
        return None
    return replace(layer, bias=bias.astype(np.int32))
