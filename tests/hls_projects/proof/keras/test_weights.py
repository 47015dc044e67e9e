"""Layers of weights: what is right is proved, and one weight more or less is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hls_projects.from_keras.converter import Converted, convert
from hls_projects.kinds import Conv2D, Layer
from hls_projects.proof.keras import prove_converted
from qkeras_models import load_pretrained
from tests.hls_projects import known_networks, qkeras_models, qkeras_shapes
from tests.hls_projects.qkeras_models import BYTES

PLAIN = {
    "many bits": qkeras_models.jet_tagger,
    "a step an output": lambda: qkeras_models.ternary_tagger("ternary(alpha='auto_po2')"),
    "a free scale": lambda: qkeras_models.ternary_tagger("ternary(alpha='auto')"),
    "powers of two": lambda: qkeras_models.ternary_tagger("quantized_po2(3,1)"),
    "convolutions": qkeras_models.qkeras_images,
    "series": qkeras_models.time_series,
    "branches": qkeras_models.residual,
    "two layers in one": qkeras_shapes.separable,
    "two layers of series in one": qkeras_shapes.separable_series,
    "folded normalizations": qkeras_shapes.folded,
}
OWN = {
    "mnist-small": lambda: load_pretrained("mnist-small"),
    "strides": lambda: known_networks.resnet8(8, (4, 4, 4)),
    "depthwise": lambda: known_networks.keyword_spotting(4, 1),
    "own series": known_networks.time_series,
}


def converted(case: str):
    if case in OWN:
        model = OWN[case]()
        return model, convert(model)
    model = PLAIN[case]()
    return model, convert(model, BYTES)


def changed(found: Converted, position: int, layer: Layer) -> Converted:
    layers = list(found.layers)
    layers[position] = layer
    return replace(found, layers=tuple(layers))


@pytest.mark.parametrize("case", [*PLAIN, *OWN])
def test_every_weight_is_compared_and_one_that_is_another_is_seen(case):
    model, found = converted(case)
    weighted = [p for p, layer in enumerate(found.layers) if hasattr(layer, "weights")]
    proof = prove_converted(model, found)
    assert proof.complete, str(proof)
    assert proof.weights == sum(found.layers[p].weights.size for p in weighted)
    # Of two layers in one some weights meet nothing but zeros of the other; none of this seed does.
    rng = np.random.default_rng(2)
    for position in weighted:
        layer = found.layers[position]
        weights = layer.weights.copy()
        place = rng.integers(weights.size)
        weights.flat[place] += 1 if weights.flat[place] <= 0 else -1
        other = prove_converted(model, changed(found, position, replace(layer, weights=weights)))
        assert not other.complete and "has other weights than the network" in str(other)


def test_a_kernel_upside_down_is_seen():
    model, found = converted("strides")
    position = next(
        p for p, layer in enumerate(found.layers)
        if isinstance(layer, Conv2D) and layer.strides == (1, 1) and layer.padding == "same"
    )
    layer = found.layers[position]
    turned = replace(layer, weights=layer.weights[::-1].copy())
    assert "has other weights" in str(prove_converted(model, changed(found, position, turned)))
