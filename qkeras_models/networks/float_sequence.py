"""An ordinary Keras network as blocks of weights, activation and pools, to be made again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from keras import ops

from qkeras_models.layers.convolution_options import check_convolution, check_pool
from qkeras_models.networks.layer_sequence import layer_sequence

DEPTHWISE = {"DepthwiseConv2D", "QDepthwiseConv2D"}
CONVOLUTIONS = {"Conv1D", "QConv1D", "Conv2D", "QConv2D", *DEPTHWISE}
WEIGHTED = {"Dense", "QDense", *CONVOLUTIONS}
POOLS = {"MaxPooling1D", "MaxPooling2D"}
SHAPING = {*POOLS, "GlobalMaxPooling1D", "GlobalMaxPooling2D", "Flatten", "Reshape"}
NORMALIZED = {"BatchNormalization", "QBatchNormalization", "Normalization", "Rescaling"}
ACTIVATIONS = {"Activation", "QActivation", "ReLU", "Softmax"}
RELUS = {"relu", "relu6", "ReLU"}
LAST = {"softmax", "sigmoid"}
KNOWN = (
    "Dense, Conv1D, Conv2D, DepthwiseConv2D, those of QKeras, BatchNormalization, Rescaling, "
    "Normalization, ReLU, QActivation('quantized_relu(…)'), MaxPooling1D, MaxPooling2D, "
    "GlobalMaxPooling1D, GlobalMaxPooling2D, Flatten, Reshape, dropout, and a softmax or sigmoid "
    "at the end"
)
INSTEAD = {
    "AveragePooling2D": "MaxPooling2D",
    "GlobalAveragePooling2D": "GlobalMaxPooling2D, or Flatten",
    "AveragePooling1D": "MaxPooling1D",
    "GlobalAveragePooling1D": "GlobalMaxPooling1D, or Flatten",
    "SeparableConv1D": "Conv1D, whose pruning leaves few channels to each filter",
    "SeparableConv2D": "DepthwiseConv2D, ReLU and a Conv2D of 1×1",
}


@dataclass
class Block:
    """One layer of weights, and what follows it before the next.

    Args:
        layer: the Keras layer of the weights; None for what stands before the first.
        kernel: its float weights, times the scales of normalizations right before it.
        bits: of a quantized activation after it, 0 for a ReLU, None for no activation.
        shaping: pools, Flatten and Reshape after it, in order.
        last: "softmax", "sigmoid" or "", at the end of the network.
    """

    layer: Any = None
    kernel: np.ndarray | None = None
    bits: int | None = None
    shaping: list[Any] = field(default_factory=list)
    last: str = ""


def read_blocks(model: keras.Model) -> list[Block]:
    """The blocks of a chain of layers, the first of which has no weights.

    Raises:
        ValueError: naming a layer that has no sparse ternary version, and what has one.
    """
    reader = _Reader()
    for layer in layer_sequence(model):
        reader.take(layer)
    blocks = reader.blocks
    if len(blocks) == 1:
        raise ValueError(f"model '{model.name}' holds no Dense or convolutional layer")
    end = blocks[-1]
    if end.bits is not None or end.shaping or type(end.layer).__name__ in CONVOLUTIONS:
        raise ValueError(
            f"the model must end with a Dense layer of logits, or softmax or sigmoid after it. "
            f"Received: '{end.layer.name}' ({type(end.layer).__name__}) and what follows it"
        )
    return blocks


class _Reader:
    """Takes the layers of a chain one after the other."""

    def __init__(self) -> None:
        self.blocks = [Block(bits=0)]
        # What normalizations since the last activation multiply the values of the last axis by.
        self.scale: np.ndarray | float = 1.0

    def take(self, layer: Any) -> None:
        name = type(layer).__name__
        if self.blocks[-1].last:
            raise ValueError(f"layer '{layer.name}' ({name}) follows a {self.blocks[-1].last}")
        if name in WEIGHTED:
            self._weights(layer)
        elif name in ACTIVATIONS:
            self._activation(layer, getattr(layer, "activation", None) or layer)
        elif name in NORMALIZED:
            self._normalization(layer)
        elif name in SHAPING:
            self._shaping(layer)
        else:
            instead = INSTEAD.get(name, f"one of {KNOWN}")
            raise ValueError(
                f"layer '{layer.name}' ({name}) has no sparse ternary version; use {instead}"
            )

    def _weights(self, layer: Any) -> None:
        before = self.blocks[-1]
        if before.bits is None:
            raise ValueError(
                f"an activation is missing between '{before.layer.name}' and '{layer.name}': "
                "two linear layers are one; put a ReLU between them"
            )
        if type(layer).__name__ in CONVOLUTIONS:
            options = {**vars(layer), "mask": None, "name": layer.name}
            check_convolution(options, type(layer).__name__)
        kernel = ops.convert_to_numpy(_kernel(layer)).astype(np.float64)
        scale = np.asarray(self.scale)
        kernel = kernel * (scale[:, None] if scale.ndim else scale)
        if not np.isfinite(kernel).all():
            raise ValueError(f"the kernel of '{layer.name}' must be finite numbers")
        self.blocks.append(Block(layer, kernel))
        self.scale = 1.0
        if getattr(layer.activation, "__name__", "") != "linear" and layer.activation is not None:
            self._activation(layer, layer.activation)

    def _activation(self, layer: Any, function: Any) -> None:
        block = self.blocks[-1]
        name = getattr(function, "__name__", type(function).__name__).lower()
        if name in LAST and block.layer is not None and block.bits is None:
            block.last = name
        elif name == "linear":
            pass
        elif block.bits is not None:
            raise ValueError(f"'{layer.name}' ({type(layer).__name__}) follows an activation")
        else:
            block.bits = _bits(layer, function)
            self.scale = 1.0

    def _normalization(self, layer: Any) -> None:
        if self.blocks[-1].bits is None:
            return  # Every layer of weights gets a normalization of its own.
        self.scale = self.scale * _multiplier(layer)

    def _shaping(self, layer: Any) -> None:
        name = type(layer).__name__
        if name in POOLS:
            check_pool(layer)
        elif name == "Flatten" and np.ndim(self.scale):
            self.scale = np.broadcast_to(self.scale, layer.input.shape[1:]).reshape(-1)
        elif name == "Reshape" and np.ndim(self.scale):
            raise ValueError(
                f"'{layer.name}' (Reshape) must not follow a normalization of single channels; "
                "put it before the normalization"
            )
        self.blocks[-1].shaping.append(layer)


def _kernel(layer: Any) -> Any:
    return layer.depthwise_kernel if hasattr(layer, "depthwise_kernel") else layer.kernel


def _bits(layer: Any, function: Any) -> int:
    """Bits of a quantized_relu, 0 of a ReLU."""
    name = getattr(function, "__name__", type(function).__name__)
    if name in RELUS and not getattr(function, "negative_slope", 0):
        return 0
    if name == "quantized_relu":
        return int(function.bits)
    raise ValueError(
        f"the activation of '{layer.name}' must be a ReLU or quantized_relu. Received: {name}"
    )


def _multiplier(layer: Any) -> np.ndarray | float:
    """What a layer of NORMALIZED multiplies its inputs by, of the last axis."""
    if type(layer).__name__ == "Rescaling":
        return np.asarray(layer.scale, np.float64)
    if type(layer).__name__ == "Normalization":
        return 1.0 / np.sqrt(np.asarray(layer.variance, np.float64)).reshape(-1)
    variance = ops.convert_to_numpy(layer.moving_variance).astype(np.float64)
    gamma = 1.0 if layer.gamma is None else ops.convert_to_numpy(layer.gamma)
    return gamma / np.sqrt(variance + layer.epsilon)
