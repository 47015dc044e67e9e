"""The sparse ternary network of an ordinary Keras network's topology."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from qkeras import QActivation

from qkeras_models.input_formats.fixed_point import FixedPoint
from qkeras_models.input_formats.format_search import find_format, format_loss, smallest_format
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_layer import SparseTernaryLayer
from qkeras_models.networks.builders import initial_gamma
from qkeras_models.networks.by_layer import (
    MOST_ACTIVATION_BITS,
    activation_bits_after,
    check_layer_names,
)
from qkeras_models.networks.float_sequence import CONVOLUTIONS, DEPTHWISE, Block, read_blocks
from qkeras_models.networks.image_shape import with_one_channel
from qkeras_models.networks.kernels import kernel_of, kernel_quantizer
from qkeras_models.networks.layer_kits import LayerKit, quantized_layers, ternary_layers
from qkeras_models.quantizers.sparse_ternary import SparseTernary

# Share of weights that quantize to 0 at first, as of the layers' own initializer.
FIRST_ZEROS = 0.6
# Of the variance of the inputs.
MOST_LOST = 0.01
WHOLE = {
    "GlobalMaxPooling1D": keras.layers.MaxPooling1D,
    "GlobalMaxPooling2D": keras.layers.MaxPooling2D,
}


def sparsify(
    model: keras.Model,
    x_train: Any = None,
    *,
    input_bits: int | None = None,
    input_format: FixedPoint | None = None,
    activation_bits: int | Mapping[str, int] = 2,
    first_layer_bits: int | None = None,
    threshold: float = 0.3,
    window: float = 0.1,
    logits: bool = False,
) -> keras.Model:
    """Makes an ordinary network sparse ternary: same layers, shapes and names, trained weights.

    Dense, Conv1D, Conv2D and DepthwiseConv2D become SparseTernaryDense and so on, each followed by
    a batch normalization of its own, which takes the place of biases and normalizations; ReLU
    becomes quantized_relu; the inputs are quantized; an IntegerHead comes after the last Dense,
    then the softmax or sigmoid that was there.  Dropout is left out: pruning regularizes.

    Shadow weights ← W · η / q, clipped to [−1, 1], q the 60th percentile of |W|, so that 60 % of
    the weights begin as 0; those of a first layer of several bits ← W · (1 − 2^(1−bits)) /
    max |W|.  Train the result with the QuantizationPruning callback; the model itself can be its
    teacher (training.DistilledBatches).

    Args:
        model: a built chain of layers, trained or not; nested models are opened.
        x_train: training samples in the units that the model takes, to find the input format.
        input_bits: of the input format, 1 to 16; by default the fewest that lose at most 1 % of
            the inputs' variance, with a warning where 16 lose more.
        input_format: the format itself, instead of `x_train`.
        activation_bits: of activations that are no quantized_relu of 1 to 4 bits, 1 to 4, or by
            name of the layer that they follow, 2 after others.
        first_layer_bits: bits of the first layer's weights, 2 to 8, none of which is ever pruned;
            None for ternary ones as in all others.
        threshold, window: see SparseTernary.
        logits: leave out a softmax or sigmoid at the end, for losses with from_logits=True.

    Returns:
        A new model; compiled with the loss, metrics and optimizer of `model` if that is, unless
        `logits` changes what the loss would see.

    Raises:
        ValueError: naming the layer that has no sparse ternary version, and what has one; or an
            argument out of range.

    Example:
        >>> sparse = sparsify(float_model, x_train)
        >>> history = sparse.fit(x_train, y_train, epochs=5, verbose=0,
        ...                      callbacks=[QuantizationPruning(sparsity=0.5)])
    """
    bits_after = activation_bits_after(activation_bits)
    blocks = read_blocks(model)
    names = (block.layer.name for block in blocks[1:])
    check_layer_names("activation_bits", activation_bits, names)
    source = _input_format(model, x_train, input_bits, input_format)
    ternary = ternary_layers(SparseTernary(threshold=threshold, window=window))
    kit = ternary if first_layer_bits is None else quantized_layers(first_layer_bits)
    if kit is not ternary and len(blocks) == 2:
        raise ValueError(
            "`first_layer_bits` needs a model of two layers of weights or more, since the last one "
            f"is ternary. Received: '{blocks[-1].layer.name}' alone"
        )
    inputs = keras.Input(model.inputs[0].shape[1:], name=model.inputs[0].name)
    x = InputQuantizer(source.bits, source.signed, source.scale, name="input_quantizer")(inputs)
    x = _shaped(blocks[0], x)
    for block in blocks[1:-1]:
        bits = min(block.bits or bits_after(block.layer.name), MOST_ACTIVATION_BITS)
        x = _shaped(block, _activated(block, bits, _weighted(block, kit)(x)))
        kit = ternary
    x = IntegerHead(name="integer_head")(_weighted(blocks[-1], ternary)(x))
    if blocks[-1].last and not logits:
        x = keras.layers.Activation(blocks[-1].last, name=blocks[-1].last)(x)
    sparse = keras.Model(inputs, x, name=f"sparse_{model.name}")
    _take_weights(sparse, blocks[1:], threshold)
    if model.compiled and not (logits and blocks[-1].last):
        sparse.compile_from_config(model.get_compile_config())
    return sparse


def _input_format(
    model: keras.Model, x_train: Any, bits: int | None, given: FixedPoint | None
) -> FixedPoint:
    if given is not None:
        return given
    shape = tuple(model.inputs[0].shape[1:])
    x = None if x_train is None else with_one_channel(np.asarray(x_train), shape)
    if x is None or x.shape[1:] != shape:
        raise ValueError(
            f"`x_train` must hold training samples of shape {shape}, in the units that the model "
            f"takes. Received: {None if x is None else x.shape}"
        )
    found = smallest_format(x, MOST_LOST) if bits is None else find_format(x, bits)
    if bits is None and (lost := format_loss(x, found)) > MOST_LOST:
        warnings.warn(
            f"inputs of {found.bits} bits lose {lost:.0%} of the variance of `x_train`: subtract "
            "from each feature its mean",
            stacklevel=3,
        )
    return found


def _weighted(block: Block, kit: LayerKit) -> keras.layers.Layer:
    layer, kind = block.layer, type(block.layer).__name__
    if kind not in CONVOLUTIONS:
        return kit.dense(units=layer.units, name=layer.name)
    options = {name: getattr(layer, name) for name in ("name", "kernel_size", "strides", "padding")}
    if kind in DEPTHWISE:
        return kit.depthwise(depth_multiplier=layer.depth_multiplier, **options)
    series = len(layer.kernel_size) == 1
    return (kit.series if series else kit.convolution)(filters=layer.filters, **options)


def _activated(block: Block, bits: int, x: Any) -> Any:
    name, gamma = block.layer.name, keras.initializers.Constant(initial_gamma(bits))
    x = keras.layers.BatchNormalization(gamma_initializer=gamma, name=f"{name}_normalization")(x)
    return QActivation(f"quantized_relu({bits},{bits})", name=f"{name}_activation")(x)


def _shaped(block: Block, x: Any) -> Any:
    """Pools, Flatten and Reshape as they were; a maximum over the whole image as a pool."""
    for layer in block.shaping:
        if type(layer).__name__ in WHOLE:
            pool = WHOLE[type(layer).__name__]
            x = pool(tuple(x.shape[1:-1]), name=layer.name)(x)
            x = keras.layers.Flatten(name=f"{layer.name}_flatten")(x)
        else:
            x = type(layer).from_config(layer.get_config())(x)
    return x


def _take_weights(sparse: keras.Model, blocks: list[Block], threshold: float) -> None:
    for block in blocks:
        layer, sizes = sparse.get_layer(block.layer.name), np.abs(block.kernel)
        if isinstance(layer, SparseTernaryLayer):
            factor = threshold / (np.quantile(sizes, FIRST_ZEROS) or 1.0)
        else:
            factor = (1.0 - 2.0 ** (1 - kernel_quantizer(layer).bits)) / (sizes.max() or 1.0)
        shadow = np.clip(block.kernel * factor, -1.0, 1.0)
        kernel_of(layer).assign(shadow.astype(np.float32))
