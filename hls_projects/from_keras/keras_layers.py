"""Which Keras layers become layers of an integer network, and what to use in place of others."""

from __future__ import annotations

from typing import Any

from hls_projects.from_keras.readers import READERS

RELU = "QActivation('quantized_relu(2,2)')"
SERIES = "SparseTernaryConv1D, which sees several steps at once"
SCALED = "InputQuantizer(scale=...) with its factor folded in; a shift belongs in the data"
INSTEAD = {
    "Activation": RELU,
    "GlobalMaxPooling1D": "MaxPooling1D of the series' length, then Flatten",
    "GlobalMaxPooling2D": "MaxPooling2D of the image's size, then Flatten",
    "Lambda": "layers that can be saved and read",
    "LayerNormalization": "BatchNormalization",
    "Masking": "inputs of a fixed length",
    "Normalization": SCALED,
    "ReLU": RELU,
    "Rescaling": SCALED,
    "Sigmoid": "an IntegerHead before it",
    "Conv2DTranspose": "UpSampling2D, then SparseTernaryConv2D",
    "LSTM": SERIES,
    "GRU": SERIES,
    "Softmax": "an IntegerHead before it",
    "TimeDistributed": "the layer itself: SparseTernaryDense takes inputs of any rank",
}


def check_kind(layer: Any) -> None:
    """Raises ValueError, saying what to use instead, for a layer of a kind that none converts.

    By exact types: a subclass may compute something else.
    """
    if type(layer) not in READERS:
        raise ValueError(
            f"layer '{layer.name}' ({type(layer).__name__}) cannot be converted; use "
            f"{instead_of(layer)}"
        )


def instead_of(layer: Any) -> str:
    """What to use in place of a layer that has no integer layer."""
    for kind in type(layer).__mro__:
        if kind.__name__ in INSTEAD:
            return INSTEAD[kind.__name__]
        if kind in READERS:
            return f"{kind.__name__} itself, of which it is a subclass"
    return "the layers of qkeras_models, BatchNormalization and QActivation"
