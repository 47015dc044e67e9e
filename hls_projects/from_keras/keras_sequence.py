"""A Keras model as the layers that become hardware and those that it leaves out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hls_projects.from_keras.keras_layers import check_kind, is_absorbed
from hls_projects.from_keras.keras_tail import Tail, check_tail
from hls_projects.from_keras.keras_weights import check_weights
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.networks.layer_sequence import layer_sequence


@dataclass(frozen=True)
class KerasSequence:
    """What conversion reads of a model, checked as far as single layers go.

    Args:
        shape: of one input sample.
        layers: from the input to the IntegerHead, without those that do nothing at inference.
        tail: the layers after the head, which hardware leaves out.
        kinds: of the tail.
    """

    shape: tuple[int, ...]
    layers: list[Any]
    tail: list[Any]
    kinds: list[Tail]

    @property
    def head(self) -> IntegerHead:
        """The layer whose integers are the outputs of hardware."""
        return self.layers[-1]

    @property
    def quantizer_name(self) -> str:
        """The Keras name of the input quantizer."""
        return next(layer.name for layer in self.layers if isinstance(layer, InputQuantizer))

    @property
    def integer_layer_names(self) -> list[str]:
        """The Keras name of each layer of the integer network; a shared layer's with a number.

        All layers have one but the quantizer, which is the network's input format, and batch
        normalization, which is in the thresholds of the activation that follows.
        """
        names: list[str] = []
        for layer in self.layers:
            if not is_absorbed(layer):
                names.append(_unused(layer.name, [*names, self.quantizer_name]))
        return names


def keras_sequence(model: Any) -> KerasSequence:
    """The chain of a model; every converter starts here.

    Raises:
        ValueError: naming the first layer, or the weight, that cannot be converted, and what to
            use instead.
    """
    layers = layer_sequence(model)
    shape = tuple(model.inputs[0].shape[1:])
    if not all(shape) or not shape:
        raise ValueError(f"the model's input must have a fixed shape. Received: {shape}")
    ends = [i for i, layer in enumerate(layers) if type(layer) is IntegerHead]
    end = ends[0] + 1 if ends else len(layers)
    for layer in layers[:end]:
        check_kind(layer)
        _check_name(layer.name)
        _check_dtype(layer)
        check_weights(layer)
    if not ends:
        raise ValueError(
            f"model '{model.name}' must end with an IntegerHead, whose logits are integers"
        )
    kinds = check_tail(layers[end - 1], layers[end:])
    return KerasSequence(shape, layers[:end], layers[end:], kinds)


def _check_name(name: str) -> None:
    """Raises ValueError for a name that would not stay within a comment of C++."""
    if not re.fullmatch(r"[A-Za-z0-9_.\- ]{1,200}", name):
        raise ValueError(
            "names of layers must be letters, digits, spaces, '_', '.' and '-', at most 200. "
            f"Received: {name!r}"
        )


def _check_dtype(layer: Any) -> None:
    dtype = getattr(layer, "compute_dtype", "float32")
    if dtype != "float32":
        raise ValueError(
            f"layer '{layer.name}' ({type(layer).__name__}) must compute in float32, where sums of "
            "integers are exact; qkeras_models.files.saved_model.float32_copy(model) does. "
            f"Received: {dtype}"
        )


def _unused(name: str, used: list[str]) -> str:
    numbers = (f"{name}_{number}" for number in range(1, len(used) + 2))
    return name if name not in used else next(n for n in numbers if n not in used)
