"""From a trained Keras model to its integer network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from hls_projects.from_keras.activation_format import ActivationFormat, activation_format
from hls_projects.from_keras.keras_chain import keras_chain
from hls_projects.from_keras.keras_layers import (
    CONVOLUTIONS,
    RESHAPING,
    WEIGHTED,
    check_flatten,
    check_normalization,
)
from hls_projects.from_keras.keras_thresholds import (
    NormalizedActivation,
    keras_thresholds,
)
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_layer import column_sums
from hls_projects.network.integer_layers import (
    Conv2D,
    Dense,
    Flatten,
    Head,
    Layer,
    MaxPool,
    Reshape,
    Threshold,
)
from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.layers.convolution_options import check_convolution, check_pool
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead

FLOAT32_INTEGERS = 1 << 24
FLOAT32_LOGITS = 1 << 22


def integer_network(model: keras.Model) -> IntegerNetwork:
    """Converts a chain InputQuantizer → [SparseTernaryDense → BatchNormalization → QActivation]*
    → SparseTernaryDense → IntegerHead, with SparseTernaryConv2D in place of SparseTernaryDense,
    MaxPooling2D after activations, and Flatten, Reshape and dropout anywhere.

    A softmax, sigmoid or argmax after the head is left out.

    Raises:
        ValueError: naming the layer that cannot be converted, and what to use instead.
    """
    chain = keras_chain(model)
    return _Converter(chain.layers, chain.shape, model.jit_compile).convert(
        {"model": model.name, "keras": keras.__version__, "backend": keras.backend.backend()}
    )


class _Converter:
    """Walks the chain once; each handler consumes the layers that become one integer layer."""

    def __init__(self, chain: list[Any], shape: tuple[int, ...], jit_compile: bool) -> None:
        self.chain = chain
        self.jit_compile = jit_compile
        self.position = 0
        self.shape = shape
        self.layers: list[Layer] = []
        self.input: InputFormat | None = None
        self.values = ActivationFormat(0, 1.0, 0.0)
        self.weighted: Any = None

    def convert(self, provenance: dict[str, Any]) -> IntegerNetwork:
        while self.position < len(self.chain):
            layer = self.chain[self.position]
            self._handler(layer)(layer)
            self.position += 1
        return IntegerNetwork(self.input, tuple(self.layers), provenance)

    def _handler(self, layer: Any) -> Callable[[Any], None]:
        handlers = {
            InputQuantizer: self._input,
            **dict.fromkeys(WEIGHTED, self._weights),
            keras.layers.BatchNormalization: self._threshold,
            keras.layers.MaxPooling2D: self._pool,
            keras.layers.Flatten: self._flatten,
            keras.layers.Reshape: self._reshape,
            IntegerHead: self._head,
        }
        kind = type(layer)
        if kind in handlers:
            self._check_order(layer, kind)
            return handlers[kind]
        if self.weighted is None:
            raise ValueError(
                f"'{layer.name}' ({kind.__name__}) must follow the BatchNormalization of a ternary "
                "layer"
            )
        raise ValueError(
            f"batch normalization is missing between '{self.weighted.name}' and '{layer.name}': a "
            "ternary layer must be followed by BatchNormalization, then its activation"
        )

    def _check_order(self, layer: Any, kind: type) -> None:
        if self.input is None and kind not in (InputQuantizer, *RESHAPING):
            raise ValueError(
                f"the inputs of '{layer.name}' were never quantized: put an InputQuantizer before "
                "the first layer"
            )
        needs_weights = kind in (keras.layers.BatchNormalization, IntegerHead)
        if needs_weights and self.weighted is None:
            raise ValueError(
                f"'{layer.name}' ({kind.__name__}) must follow a SparseTernaryDense or "
                "SparseTernaryConv2D"
            )
        if not needs_weights and self.weighted is not None:
            raise ValueError(
                f"batch normalization is missing after '{self.weighted.name}': '{layer.name}' "
                f"({type(layer).__name__}) follows it directly"
            )

    def _input(self, layer: InputQuantizer) -> None:
        if self.input is not None:
            raise ValueError(f"'{layer.name}' is a second InputQuantizer; only one is allowed")
        scale = layer.scale
        if isinstance(scale, list):
            if self.layers:
                raise ValueError(
                    f"'{layer.name}' has a scale for each element, but follows Flatten"
                )
            scale = tuple(scale)
        self.input = InputFormat(layer.bits, layer.signed, scale, self.shape)

    def _flatten(self, layer: Any) -> None:
        check_flatten(layer, len(self._reached_shape()))
        self.layers.append(Flatten())

    def _reshape(self, layer: Any) -> None:
        shape = layer.compute_output_shape((None, *self._reached_shape()))
        self.layers.append(Reshape(tuple(int(n) for n in shape[1:])))

    def _reached_shape(self) -> tuple[int, ...]:
        """Shape of what the layers so far make of one sample."""
        shape = self.shape
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape

    def _pool(self, layer: Any) -> None:
        check_pool(layer)
        self.layers.append(MaxPool(tuple(layer.pool_size), tuple(layer.strides)))

    def _weights(self, layer: Any) -> None:
        if isinstance(layer, CONVOLUTIONS):
            self.layers.append(self._convolution(layer))
        else:
            self.layers.append(Dense(layer.ternary_kernel()))
        self.weighted = layer

    def _convolution(self, layer: Any) -> Conv2D:
        # `mask` of our layers is the pruning's; `_mask` is the argument of QConv2D.
        options = {**vars(layer), "mask": layer._mask, "name": layer.name}
        check_convolution(options, type(layer).__name__)
        if layer.padding == "same" and self.values.offset:
            raise ValueError(
                f"`padding` of '{layer.name}' ({type(layer).__name__}) must be 'valid' after "
                "activations of -1 and 1: the 0 that Keras pads with is neither of them. "
                "Use quantized_relu or binary(use_01=True). Received: 'same'"
            )
        return Conv2D(layer.ternary_kernel(), tuple(layer.strides), layer.padding)

    def _threshold(self, normalization: Any) -> None:
        check_normalization(normalization)
        self.position += 1
        activation = self.chain[self.position] if self.position < len(self.chain) else None
        quantizer = getattr(activation, "activation", None)
        if type(activation).__name__ not in ("QActivation", "Activation") or quantizer is None:
            raise ValueError(
                f"a QActivation must follow '{normalization.name}'. "
                f"Received: {getattr(activation, 'name', 'nothing')}"
            )
        try:
            values = activation_format(quantizer)
        except ValueError as error:
            raise ValueError(f"layer '{activation.name}': {error}") from None
        threshold = self._find(normalization, activation, values)
        if values.step != 1.0 and values.offset and self._feeds_head():
            # ±1 must enter the head's sums as 0 and 2: the level twice, and one never reached.
            threshold = _doubled(threshold)
            values = ActivationFormat(2, 1.0, values.offset)
        self.layers.append(threshold)
        self.values, self.weighted = values, None

    def _find(self, normalization: Any, activation: Any, values: ActivationFormat) -> Threshold:
        lowest, highest = _output_range(self.input, self.layers)
        lowest = lowest.reshape(-1, lowest.shape[-1]).min(axis=0)
        highest = highest.reshape(-1, highest.shape[-1]).max(axis=0)
        largest = max(abs(int(lowest.min())), abs(int(highest.max())))
        if largest >= FLOAT32_INTEGERS:
            raise ValueError(
                f"accumulators of '{self.weighted.name}' reach {largest}, beyond the 2^24 up to "
                "which Keras's float32 sums are exact; use fewer input or activation bits"
            )
        step, shift = self.values.step, self.values.offset * column_sums(self.layers[-1].weights)

        def sums(accumulators: np.ndarray) -> np.ndarray:
            return (step * accumulators + shift).astype(np.float32)

        pair = NormalizedActivation(normalization, activation, self.jit_compile)
        try:
            return keras_thresholds(pair, values, sums, lowest, highest)
        except ValueError as error:
            where = f"'{normalization.name}' after '{self.weighted.name}'"
            raise ValueError(f"{where}: {error}") from None

    def _feeds_head(self) -> bool:
        rest = self.chain[self.position + 1 :]
        return sum(isinstance(layer, WEIGHTED) for layer in rest) == 1

    def _head(self, layer: IntegerHead) -> None:
        if self.values.step != layer.step:
            raise ValueError(
                f"'{layer.name}' has step {layer.step}, but the activation before "
                f"'{self.weighted.name}' has step {self.values.step}: give IntegerHead that step"
            )
        offset = int(self.values.offset / layer.step)
        shift = offset * column_sums(self.layers[-1].weights)
        bias = layer.integer_bias() + shift
        self._check_logits(layer, bias)
        self.layers.append(Head(bias.astype(np.int32)))
        self.weighted = None

    def _check_logits(self, layer: IntegerHead, bias: np.ndarray) -> None:
        lowest, highest = _output_range(self.input, self.layers)
        largest = int(max(np.abs(lowest + bias).max(), np.abs(highest + bias).max()))
        if largest >= FLOAT32_LOGITS:
            raise ValueError(
                f"integer logits of '{layer.name}' reach {largest}, beyond the 2^22 up to which "
                "a float32 logit of Keras stands for one integer; keep its biases smaller"
            )
        if largest * layer.scale > np.finfo(np.float32).max:
            raise ValueError(
                f"logits of '{layer.name}' must be finite in float32. Received: integers up to "
                f"{largest} times its scale {layer.scale:.6g}"
            )


def _output_range(source: InputFormat, layers: list[Layer]) -> tuple[np.ndarray, np.ndarray]:
    lowest = np.full(source.shape, source.lowest, np.int64)
    highest = np.full(source.shape, source.highest, np.int64)
    for layer in layers:
        lowest, highest = layer.output_range(lowest, highest)
    return lowest, highest


def _doubled(threshold: Threshold) -> Threshold:
    end = np.where(threshold.direction > 0, np.iinfo(np.int32).max, np.iinfo(np.int32).min)
    levels = np.hstack([threshold.levels, threshold.levels, end[:, None]]).astype(np.int32)
    return Threshold(levels, threshold.direction)
