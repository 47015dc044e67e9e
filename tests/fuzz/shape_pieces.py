"""Parts of fuzzed networks of images and series: plain QKeras layers, moves, branches, heads.

Hypothesis draws which layers stand in which order; their sizes come from the network's seed, since
they depend on the shape that is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from qkeras_models.input_formats.fixed_point import FixedPoint
from tests.fuzz.arrays import normalization
from tests.fuzz.plain_pieces import BIAS, KERNELS, TAME, PlainInput, QDensePiece

# Whose lowest level is 0, as zeros around an image must be.
ACTIVATIONS = [
    "quantized_relu(1,0)", "quantized_relu(2,2)", "quantized_relu(4,1)", "quantized_relu(5,3)",
    "quantized_sigmoid(3)", "binary(use_01=True)",
]
# Without those of a scale for each channel, of which a sum of two is none.
PLAIN = [kernel for kernel in KERNELS if "auto" not in kernel]


@dataclass(frozen=True)
class ShapePiece:
    """One layer, by its name in LAYERS, and an activation where it leaves sums."""

    layer: str
    kernel: str
    normalization: str | None
    activation: str

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        x, summed = LAYERS[self.layer](x, rng, self)
        return _activated(x, self, rng) if summed else x


def _activated(x: Any, piece: ShapePiece, rng: np.random.Generator) -> Any:
    import keras
    from qkeras import QActivation

    if piece.normalization is not None:
        layer = keras.layers.BatchNormalization()
        x = layer(x)
        layer.set_weights(normalization(piece.normalization, x.shape[-1], rng))
    return QActivation(piece.activation)(x)


def _filled(layer: Any, x: Any, rng: np.random.Generator) -> Any:
    """A layer's output, its weights of every size."""
    y = layer(x)
    for weight in layer.weights:
        values = rng.normal(0, 0.6, weight.shape)
        if "variance" in weight.name:
            values = np.abs(values) + 0.3
        if weight.dtype == "float32":
            weight.assign(values)
    return y


def _windows(x: Any, rng: np.random.Generator, least: int = 1) -> dict[str, Any]:
    """Size, strides and padding that fit; strides are the same along all axes."""
    padding = str(rng.choice(["same", "valid"]))
    size = tuple(int(rng.integers(least, min(n, 3) + 1)) if n > least else n for n in x.shape[1:-1])
    stride = int(rng.choice([1, 1, 2]))
    return {"padding": padding, "size": size, "strides": (stride,) * len(size)}


def _kernel(x: Any, rng: np.random.Generator) -> dict[str, Any]:
    found = _windows(x, rng)
    return {"kernel_size": found.pop("size"), **found}


def _convolution(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import qkeras

    kind = qkeras.QConv1D if len(x.shape) == 3 else qkeras.QConv2D
    options = {"use_bias": bool(rng.integers(2)), "bias_quantizer": BIAS}
    layer = kind(
        int(rng.integers(1, 4)), kernel_quantizer=piece.kernel, **options, **_kernel(x, rng)
    )
    return _filled(layer, x, rng), True


def _depthwise(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import qkeras

    if len(x.shape) == 3:
        return _convolution(x, rng, piece)
    layer = qkeras.QDepthwiseConv2D(
        depthwise_quantizer=piece.kernel, use_bias=False, **_kernel(x, rng),
        depth_multiplier=int(rng.integers(1, 3)),
    )
    return _filled(layer, x, rng), True


def _separable(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import qkeras

    kind = qkeras.QSeparableConv1D if len(x.shape) == 3 else qkeras.QSeparableConv2D
    layer = kind(
        int(rng.integers(1, 4)), depthwise_quantizer=str(rng.choice(PLAIN)), use_bias=False,
        pointwise_quantizer="ternary(alpha=1.0, threshold=0.3)", **_kernel(x, rng),
    )
    return _filled(layer, x, rng), True


def _folded(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import qkeras

    if len(x.shape) == 3:
        return _convolution(x, rng, piece)
    options = {"kernel_quantizer": piece.kernel, "bias_quantizer": BIAS}
    layer = qkeras.QConv2DBatchnorm(int(rng.integers(1, 4)), **options, **_kernel(x, rng))
    return _filled(layer, x, rng), True


def _pairs(x: Any, rng: np.random.Generator, most: Callable[[int], int]) -> Any:
    pairs = [tuple(int(v) for v in rng.integers(0, most(n) + 1, 2)) for n in x.shape[1:-1]]
    return pairs[0] if len(pairs) == 1 else tuple(pairs)


def _pad(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import keras

    series = len(x.shape) == 3
    kind = keras.layers.ZeroPadding1D if series else keras.layers.ZeroPadding2D
    return kind(_pairs(x, rng, lambda _: 2))(x), False


def _crop(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import keras

    series = len(x.shape) == 3
    kind = keras.layers.Cropping1D if series else keras.layers.Cropping2D
    return kind(_pairs(x, rng, lambda n: min((n - 1) // 2, 1)))(x), False


def _upsample(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import keras

    if max(x.shape[1:-1]) > 6:
        return x, False
    if len(x.shape) == 3:
        return keras.layers.UpSampling1D(2)(x), False
    return keras.layers.UpSampling2D(tuple(int(n) for n in rng.integers(1, 3, 2)))(x), False


def _permute(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import keras

    order = rng.permutation(len(x.shape) - 1) + 1
    return keras.layers.Permute(tuple(int(n) for n in order))(x), False


def _max_pool(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import keras

    kind = keras.layers.MaxPooling1D if len(x.shape) == 3 else keras.layers.MaxPooling2D
    found = _windows(x, rng)
    return kind(found.pop("size"), **found)(x), False


def _average_pool(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    import keras

    kind = keras.layers.AveragePooling1D if len(x.shape) == 3 else keras.layers.AveragePooling2D
    found = {**_windows(x, rng), "padding": "valid"}
    return kind(found.pop("size"), **found)(x), True


def _branch(x: Any, rng: np.random.Generator, piece: ShapePiece) -> tuple[Any, bool]:
    """The input beside its convolution: added, subtracted, or side by side."""
    import keras
    import qkeras

    kind = qkeras.QConv1D if len(x.shape) == 3 else qkeras.QConv2D
    join = str(rng.choice(["Add", "Subtract", "Concatenate"]))
    filters = int(rng.integers(1, 3)) if join == "Concatenate" else x.shape[-1]
    kernel = piece.kernel if piece.kernel in PLAIN else PLAIN[0]
    layer = kind(
        filters, int(rng.integers(1, 4)), padding="same", use_bias=False, kernel_quantizer=kernel
    )
    y = _filled(layer, x, rng)
    if rng.integers(2):
        y = _activated(y, piece, rng)
    both = [y, x] if rng.integers(2) else [x, y]
    return getattr(keras.layers, join)()(both), True


LAYERS: dict[str, Callable[..., tuple[Any, bool]]] = {
    "average pool": _average_pool, "branch": _branch, "convolution": _convolution, "crop": _crop,
    "depthwise": _depthwise, "folded": _folded, "max pool": _max_pool, "pad": _pad,
    "permute": _permute, "separable": _separable, "upsample": _upsample,
}  # fmt: skip


@dataclass(frozen=True)
class GraphHead:
    """One output or two, of an image and, if there is a second input, a vector.

    `global_average` takes the average of the image in place of all its values.
    """

    classes: tuple[int, ...]
    kernel: str
    bias: bool
    global_average: bool
    beside: PlainInput | None

    @property
    def more(self) -> tuple[FixedPoint, ...]:
        """Formats of further inputs."""
        return () if self.beside is None else (self.beside.given,)

    def __call__(self, x: Any, rng: np.random.Generator, step: float) -> tuple[list, list]:
        import keras
        from qkeras import QActivation

        if self.global_average:
            series = len(x.shape) == 3
            pool = keras.layers.GlobalAveragePooling1D if series else (
                keras.layers.GlobalAveragePooling2D)
            x = QActivation("quantized_relu(5,2)")(pool()(x))
        else:
            x = keras.layers.Flatten()(x)
        extra = []
        if self.beside is not None:
            extra = [keras.Input(self.beside.shape)]
            x = keras.layers.Concatenate()([x, *extra])
        heads = [QDensePiece(n, self.kernel, self.bias, None, None)(x, rng) for n in self.classes]
        return extra, heads


@st.composite
def shape_networks(
    draw: st.DrawFn,
) -> tuple[PlainInput, tuple[ShapePiece, ...], GraphHead]:
    """Images or series, up to four layers, and what ends the network."""
    bits, signed = draw(st.integers(1, 4)), draw(st.booleans())
    sizes, channels = st.integers(2, 6), draw(st.integers(1, 3))
    image = draw(st.tuples(sizes, sizes) | st.tuples(st.integers(3, 12)))
    scale = st.sampled_from([1.0, 0.25, 2.0**-7])
    source = PlainInput(bits, signed, draw(scale), (*image, channels))
    piece = st.builds(
        ShapePiece,
        layer=st.sampled_from(sorted(LAYERS)),
        kernel=st.sampled_from(KERNELS),
        normalization=st.sampled_from([None, None, *TAME]),
        activation=st.sampled_from(ACTIVATIONS),
    )
    hidden = tuple(draw(st.lists(piece, min_size=1, max_size=4)))
    beside = None
    if draw(st.booleans()):
        beside = PlainInput(
            draw(st.integers(1, 4)), draw(st.booleans()), draw(scale), (draw(st.integers(1, 4)),)
        )
    head = GraphHead(
        draw(st.tuples(st.integers(1, 4)) | st.tuples(st.integers(1, 3), st.integers(1, 3))),
        draw(st.sampled_from(PLAIN)), draw(st.booleans()), draw(st.booleans()), beside,
    )  # fmt: skip
    return source, hidden, head
