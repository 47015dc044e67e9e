"""Fully connected sparse ternary networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from qkeras import QActivation

from qkeras_models.input_quantizer import InputQuantizer
from qkeras_models.integer_head import IntegerHead
from qkeras_models.sparse_ternary import SparseTernary
from qkeras_models.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.ternary_dense import TernaryDense


def mlp(
    input_shape: Sequence[int],
    hidden: Sequence[int],
    classes: int,
    *,
    input_bits: int = 1,
    input_signed: bool = False,
    input_scale: float | Sequence[float] = 0.375,
    activation_bits: int = 2,
    threshold: float = 0.3,
    window: float = 0.1,
    quantizer: Any = None,
    kernel_initializer: Any = None,
    name: str = "mlp",
) -> keras.Model:
    """A network inputs-h₁-…-classes, ready for three-stage training.

    InputQuantizer → Flatten → [SparseTernaryDense → BatchNormalization →
    quantized_relu]* → SparseTernaryDense → IntegerHead.

    Args:
        input_shape: shape of one sample.
        hidden: widths of the hidden layers; may be empty.
        classes: number of classes, ≥ 2.
        input_bits, input_signed, input_scale: see InputQuantizer.
        activation_bits: bits of the hidden activations, 1 to 4.
        threshold, window: see SparseTernary.
        quantizer: of the weights instead: MagnitudePruned, BinaryWeights or TernaryWeights.
        kernel_initializer: of the shadow weights; by default the layer's.
        name: the model's name.

    Raises:
        ValueError: if a width or number of bits is out of range.

    Example:
        >>> mlp((28, 28), (256, 64), 10).count_params()          # doctest: +SKIP
    """
    _check(hidden, classes, activation_bits)
    quantizer = quantizer or SparseTernary(threshold=threshold, window=window)
    layer = SparseTernaryDense if isinstance(quantizer, SparseTernary) else TernaryDense
    options = {"kernel_quantizer": quantizer, "kernel_initializer": kernel_initializer}
    inputs = keras.Input(tuple(input_shape), name="pixels" if len(input_shape) > 1 else "features")
    x = InputQuantizer(input_bits, input_signed, input_scale, name="input_quantizer")(inputs)
    x = keras.layers.Flatten(name="flatten")(x)
    for position, width in enumerate(hidden, start=1):
        x = layer(width, **options, name=f"dense_{position}")(x)
        x = keras.layers.BatchNormalization(
            momentum=0.99,
            gamma_initializer=keras.initializers.Constant(initial_gamma(activation_bits)),
            name=f"normalization_{position}",
        )(x)
        activation = f"quantized_relu({activation_bits},{activation_bits})"
        x = QActivation(activation, name=f"activation_{position}")(x)
    x = layer(classes, **options, name=f"dense_{len(hidden) + 1}")(x)
    logits = IntegerHead(name="logits")(x)
    return keras.Model(inputs, logits, name=name)


def float_mlp(
    input_shape: Sequence[int],
    hidden: Sequence[int],
    classes: int,
    *,
    input_bits: int = 1,
    input_signed: bool = False,
    input_scale: float | Sequence[float] = 0.375,
    name: str = "float_mlp",
) -> keras.Model:
    """The same architecture and inputs with float weights and ReLU: no integer network.

    InputQuantizer → Flatten → [Dense → BatchNormalization → ReLU]* → Dense.

    Args and Raises: see mlp.
    """
    _check(hidden, classes, 1)
    inputs = keras.Input(tuple(input_shape), name="pixels" if len(input_shape) > 1 else "features")
    x = InputQuantizer(input_bits, input_signed, input_scale, name="input_quantizer")(inputs)
    x = keras.layers.Flatten(name="flatten")(x)
    for position, width in enumerate(hidden, start=1):
        x = keras.layers.Dense(width, use_bias=False, name=f"dense_{position}")(x)
        x = keras.layers.BatchNormalization(momentum=0.99, name=f"normalization_{position}")(x)
        x = keras.layers.ReLU(name=f"activation_{position}")(x)
    logits = keras.layers.Dense(classes, name=f"dense_{len(hidden) + 1}")(x)
    return keras.Model(inputs, logits, name=name)


def _check(hidden: Sequence[int], classes: int, activation_bits: int) -> None:
    if any(not isinstance(width, int) or width < 1 for width in hidden):
        raise ValueError(f"`hidden` must hold integers >= 1. Received: {list(hidden)!r}")
    if not isinstance(classes, int) or classes < 2:
        raise ValueError(f"`classes` must be an integer >= 2. Received: {classes!r}")
    if activation_bits not in (1, 2, 3, 4):
        raise ValueError(f"`activation_bits` must be 1, 2, 3 or 4. Received: {activation_bits!r}")


def initial_gamma(activation_bits: int) -> float:
    """Standard deviation before an activation of 0 … 2^bits − 1: about half its range.

    With 1 the upper levels of a 2-bit activation would hardly ever be reached.
    """
    return max(1.0, (2**activation_bits - 1) / 1.8)
