"""Feed-forward sparse ternary networks, fully connected or convolutional."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import keras
from qkeras import QActivation

from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.thermometer_input import ThermometerInput
from qkeras_models.networks.by_layer import activation_bits_after, check_layer_names
from qkeras_models.networks.hidden_layers import (
    DenseSpec,
    DepthwiseSpec,
    PoolSpec,
    SeriesSpec,
    Spec,
    hidden_layers,
)
from qkeras_models.networks.image_shape import LAYER_NAMES, check_windows
from qkeras_models.networks.kernels import kernel_of
from qkeras_models.networks.layer_kits import (
    CHANNELS_LAST,
    LayerKit,
    float_layers,
    quantized_layers,
    ternary_layers,
)
from qkeras_models.quantizers.sparse_ternary import SparseTernary

# What follows a layer of weights, given its number and name.
After = Callable[[int, str], tuple[keras.layers.Layer, ...]]


def feed_forward(
    input_shape: Sequence[int],
    hidden: Sequence[int | str],
    classes: int,
    *,
    width: int = 1,
    input_bits: int = 1,
    input_signed: bool = False,
    input_scale: float | Sequence[float] = 0.375,
    thermometer: Sequence[Sequence[float]] | None = None,
    train_thresholds: bool = False,
    activation_bits: int | Mapping[str, int] = 2,
    first_layer_bits: int | None = None,
    threshold: float = 0.3,
    window: float = 0.1,
    quantizer: Any = None,
    kernel_initializer: Any = None,
    name: str = "network",
) -> keras.Model:
    """A network ready for three-stage training.

    InputQuantizer → ThermometerInput, if asked for → [SparseTernaryConv2D, -DepthwiseConv2D or
    -Conv1D → BatchNormalization → quantized_relu, or a max pool]* → Flatten →
    [SparseTernaryDense → BatchNormalization →
    quantized_relu]* → SparseTernaryDense → IntegerHead.

    Args:
        input_shape: shape of one sample; images may lack the axis of their one channel, series are
            (steps, channels).
        hidden: the hidden layers, see hidden_layers; may be empty.
        classes: number of outputs, ≥ 1: one a class, or 1 for a decision by its sign.
        width: factor of every hidden layer's filters or neurons.
        input_bits, input_signed, input_scale: see InputQuantizer.
        thermometer: thresholds of each feature, in steps of the inputs; None for the inputs
            themselves.
        train_thresholds: whether they move.
        activation_bits: bits of the hidden activations, 1 to 4, or by name of the layer that they
            follow, 2 after others.
        first_layer_bits: bits of the first layer's weights, 2 to 8, none of which is ever pruned;
            None for ternary ones as in all others.
        threshold, window: see SparseTernary.
        quantizer: of the weights instead: MagnitudePruned, BinaryWeights or TernaryWeights.
        kernel_initializer: of the shadow weights; by default the layer's.
        name: the model's name.

    Raises:
        ValueError: if a layer or a number of bits is out of range, a convolution or pool is larger
            than its image or series, or images have their channels first.

    Example:
        >>> feed_forward((28, 28), ("6c5", "p2", 84), 10).output_shape
        (None, 10)
    """
    specs = hidden_layers(hidden, width)
    bits = activation_bits_after(activation_bits)
    kit = ternary_layers(
        quantizer or SparseTernary(threshold=threshold, window=window), kernel_initializer
    )
    first = kit if first_layer_bits is None else quantized_layers(first_layer_bits)
    if first is not kit and all(isinstance(spec, PoolSpec) for spec in specs):
        raise ValueError(
            "`first_layer_bits` needs a hidden layer of weights, since the last one is ternary. "
            f"Received: {[str(spec) for spec in specs]}"
        )
    source = _source(input_bits, input_signed, input_scale, thermometer, train_thresholds)
    inputs, x = _through_hidden(input_shape, specs, source, (first, kit), _quantized_after(bits))
    x = kit.dense(units=_checked_classes(classes), name=_last_dense(specs))(x)
    model = keras.Model(inputs, IntegerHead(name="logits")(x), name=name)
    names = (layer.name for layer in model.layers if kernel_of(layer) is not None)
    check_layer_names("activation_bits", activation_bits, names)
    return model


def _quantized_after(activation_bits: Callable[[str], int]) -> After:
    def after(number: int, layer: str) -> tuple[keras.layers.Layer, ...]:
        bits = activation_bits(layer)
        gamma = keras.initializers.Constant(initial_gamma(bits))
        name = f"normalization_{number}"
        return (
            keras.layers.BatchNormalization(momentum=0.99, gamma_initializer=gamma, name=name),
            QActivation(f"quantized_relu({bits},{bits})", name=f"activation_{number}"),
        )

    return after


def float_feed_forward(
    input_shape: Sequence[int],
    hidden: Sequence[int | str],
    classes: int,
    *,
    width: int = 1,
    input_bits: int = 1,
    input_signed: bool = False,
    input_scale: float | Sequence[float] = 0.375,
    thermometer: Sequence[Sequence[float]] | None = None,
    train_thresholds: bool = False,
    name: str = "float_network",
) -> keras.Model:
    """The same architecture and inputs with float weights and ReLU: no integer network.

    InputQuantizer → ThermometerInput, if asked for → [Conv2D, DepthwiseConv2D or Conv1D →
    BatchNormalization → ReLU, or a max pool]* → Flatten → [Dense → BatchNormalization → ReLU]* →
    Dense.

    Args and Raises: see feed_forward.
    """

    def after(number: int, layer: str) -> tuple[keras.layers.Layer, ...]:
        return (
            keras.layers.BatchNormalization(momentum=0.99, name=f"normalization_{number}"),
            keras.layers.ReLU(name=f"activation_{number}"),
        )

    specs = hidden_layers(hidden, width)
    kit = float_layers()
    source = _source(input_bits, input_signed, input_scale, thermometer, train_thresholds)
    inputs, x = _through_hidden(input_shape, specs, source, (kit, kit), after)
    logits = keras.layers.Dense(_checked_classes(classes), name=_last_dense(specs))(x)
    return keras.Model(inputs, logits, name=name)


def mlp(
    input_shape: Sequence[int], hidden: Sequence[int], classes: int, **options: Any
) -> keras.Model:
    """A fully connected network inputs-h₁-…-classes: feed_forward with dense layers alone.

    Args:
        input_shape, classes: see feed_forward.
        hidden: widths of the hidden layers; may be empty.
        **options: further arguments of feed_forward.

    Raises:
        ValueError: if a width or number of bits is out of range.

    Example:
        >>> mlp((28, 28), (256, 64), 10).output_shape
        (None, 10)
    """
    return feed_forward(input_shape, hidden, classes, **{"name": "mlp", **options})


def float_mlp(
    input_shape: Sequence[int], hidden: Sequence[int], classes: int, **options: Any
) -> keras.Model:
    """The fully connected network with float weights and ReLU; see float_feed_forward."""
    return float_feed_forward(input_shape, hidden, classes, **{"name": "float_mlp", **options})


def _source(
    bits: int,
    signed: bool,
    scale: float | Sequence[float],
    thermometer: Sequence[Sequence[float]] | None,
    trained: bool,
) -> tuple[keras.layers.Layer, ...]:
    """What makes bits of float inputs."""
    quantizer = InputQuantizer(bits, signed, scale, name="input_quantizer")
    if thermometer is None:
        if trained:
            raise ValueError("`train_thresholds` needs a `thermometer`. Received: None")
        return (quantizer,)
    return quantizer, ThermometerInput(thermometer, trained, name="thermometer")


def _through_hidden(
    input_shape: Sequence[int],
    specs: Sequence[Spec],
    source: Sequence[keras.layers.Layer],
    kits: tuple[LayerKit, LayerKit],
    after: After,
) -> tuple[Any, Any]:
    """The model's input, and what its last layer of weights takes.

    The first layer of weights is made by the first of the kits, the others by the second.
    """
    shape = tuple(input_shape)
    check_windows(shape, specs)
    inputs = keras.Input(shape, name="pixels" if len(shape) > 1 else "features")
    dense = [spec for spec in specs if isinstance(spec, DenseSpec)]
    images = specs[: len(specs) - len(dense)]
    x = _apply(source, inputs)
    series = any(isinstance(spec, SeriesSpec) for spec in images)
    if images and len(shape) == 2 and not series:
        x = keras.layers.Reshape((*shape, 1), name="channel")(x)
    seen: Counter[str] = Counter()
    kit, others = kits
    weighted = 0
    for spec in images:
        kind = LAYER_NAMES[type(spec)]
        seen[kind] += 1
        x = _windowed(kit, spec, series)(name=f"{kind}_{seen[kind]}")(x)
        if not isinstance(spec, PoolSpec):
            weighted, kit = weighted + 1, others
            x = _apply(after(weighted, f"{kind}_{seen[kind]}"), x)
    x = keras.layers.Flatten(name="flatten", **CHANNELS_LAST)(x)
    for number, spec in enumerate(dense, 1):
        x = kit.dense(units=spec.width, name=f"dense_{number}")(x)
        weighted, kit = weighted + 1, others
        x = _apply(after(weighted, f"dense_{number}"), x)
    return inputs, x


def _windowed(kit: LayerKit, spec: Spec, series: bool) -> Callable[..., keras.layers.Layer]:
    """What makes the layer of a convolution or pool, given its name."""
    if isinstance(spec, PoolSpec):
        pool = keras.layers.MaxPooling1D if series else keras.layers.MaxPooling2D
        return partial(pool, spec.size, **CHANNELS_LAST)
    size = {"kernel_size": spec.size, "padding": spec.padding}
    if isinstance(spec, DepthwiseSpec):
        return partial(kit.depthwise, **size)
    return partial(kit.series if series else kit.convolution, filters=spec.filters, **size)


def _apply(layers: Sequence[keras.layers.Layer], x: Any) -> Any:
    for layer in layers:
        x = layer(x)
    return x


def _last_dense(specs: Sequence[Spec]) -> str:
    return f"dense_{sum(isinstance(spec, DenseSpec) for spec in specs) + 1}"


def _checked_classes(classes: int) -> int:
    if not isinstance(classes, int) or classes < 1:
        raise ValueError(f"`classes` must be an integer >= 1. Received: {classes!r}")
    return classes


def initial_gamma(activation_bits: int) -> float:
    """Standard deviation before an activation of 0 … 2^bits − 1: about half its range.

    With 1 the upper levels of a 2-bit activation would hardly ever be reached.
    """
    return max(1.0, (2**activation_bits - 1) / 1.8)
