"""Strategies of whole networks, as pieces that each add their layers to a Keras model.

A piece is a frozen value that Hypothesis draws; its arrays come from the network's seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from hypothesis import strategies as st

from tests.fuzz.arrays import FAN_INS, NORMALIZATIONS, bias, kernel, normalization

ACTIVATIONS = [
    *(f"quantized_relu({bits},{integer})" for bits in (1, 2, 3, 4) for integer in range(bits + 2)),
    "binary()",
    "binary(use_01=True)",
]
WEIGHTS = ("sparse ternary", "sparse ternary", "binary", "ternary")


class Piece(Protocol):
    """Part of a network; called with a tensor and the network's random numbers."""

    def __call__(self, x: Any, rng: np.random.Generator) -> Any: ...


@dataclass(frozen=True)
class InputPiece:
    """Input format, shape of a sample, and what gives it another one, before or after."""

    bits: int
    signed: bool
    scale: float | tuple[float, ...]
    shape: tuple[int, ...]
    reshaped: tuple[int, ...]
    reshape_first: bool

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        import keras

        from qkeras_models import InputQuantizer

        scale = list(self.scale) if isinstance(self.scale, tuple) else self.scale
        layers = [InputQuantizer(self.bits, self.signed, scale)]
        if self.reshaped != self.shape:
            flat = keras.layers.Flatten()
            other = flat if len(self.reshaped) == 1 else keras.layers.Reshape(self.reshaped)
            layers.insert(0 if self.reshape_first else 1, other)
        for layer in layers:
            x = layer(x)
        return x


@dataclass(frozen=True)
class DensePiece:
    """Ternary dense layer, batch normalization, activation."""

    units: int
    weights: str
    fan_in: str
    normalization: str
    activation: str

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        x = _ternary(x, DENSE, {"units": self.units}, self.weights, self.fan_in, rng)
        return _activated(x, self.normalization, self.activation, rng)


@dataclass(frozen=True)
class ConvolutionPiece:
    """Ternary convolution, batch normalization, activation."""

    filters: int
    size: tuple[int, int]
    strides: tuple[int, int]
    padding: str
    weights: str
    fan_in: str
    normalization: str
    activation: str

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        options = {"filters": self.filters, "kernel_size": self.size, "strides": self.strides,
                   "padding": self.padding}  # fmt: skip
        x = _ternary(x, CONVOLUTION, options, self.weights, self.fan_in, rng)
        return _activated(x, self.normalization, self.activation, rng)


@dataclass(frozen=True)
class PoolPiece:
    """Max pooling."""

    size: tuple[int, int]
    strides: tuple[int, int]

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        import keras

        return keras.layers.MaxPooling2D(self.size, strides=self.strides)(x)


@dataclass(frozen=True)
class FlattenPiece:
    """From pictures to dense layers."""

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        import keras

        return keras.layers.Flatten()(x)


@dataclass(frozen=True)
class HeadPiece:
    """The last dense layer and the integer head."""

    classes: int
    weights: str
    fan_in: str
    bias: str
    log_scale: float

    def __call__(self, x: Any, rng: np.random.Generator, step: float = 1.0) -> Any:
        from qkeras_models import IntegerHead

        x = _ternary(x, DENSE, {"units": self.classes}, self.weights, self.fan_in, rng)
        head = IntegerHead(step=step)
        x = head(x)
        head.set_weights([bias(self.bias, self.classes, rng), np.float32(self.log_scale)])
        return x


DENSE = ("SparseTernaryDense", "TernaryDense")
CONVOLUTION = ("SparseTernaryConv2D", "TernaryConv2D")


def _ternary(
    x: Any,
    kinds: tuple[str, str],
    options: dict[str, Any],
    weights: str,
    fan_in: str,
    rng: np.random.Generator,
) -> Any:
    import qkeras_models

    sparse, plain = (getattr(qkeras_models, kind) for kind in kinds)
    if weights == "sparse ternary":
        layer = sparse(**options)
        x = layer(x)
        shape = (int(np.prod(layer.kernel.shape[:-1])), layer.kernel.shape[-1])
        values = kernel(fan_in, shape, float(layer.threshold), rng)
        layer.kernel.assign(values.reshape(layer.kernel.shape))
        return x
    binary = weights == "binary"
    quantizer = qkeras_models.BinaryWeights() if binary else qkeras_models.TernaryWeights()
    layer = plain(**options, kernel_quantizer=quantizer)
    x = layer(x)
    layer.kernel.assign(rng.uniform(-1, 1, layer.kernel.shape))
    return x


def _activated(x: Any, kind: str, activation: str, rng: np.random.Generator) -> Any:
    import keras
    from qkeras import QActivation

    layer = keras.layers.BatchNormalization(epsilon=float(rng.choice([1e-3, 1e-6])))
    x = layer(x)
    layer.set_weights(normalization(kind, x.shape[-1], rng))
    return QActivation(activation)(x)


@dataclass(frozen=True)
class NetworkPiece:
    """A whole network, and what hardware is made of it.

    `strategy` and `io_type` are hls4ml's, `target` and `stage_delay` are write_rtl's.
    """

    source: InputPiece
    hidden: tuple[Piece, ...]
    head: HeadPiece
    jit_compile: bool
    seed: int
    strategy: str
    io_type: str
    target: str
    stage_delay: float | None

    def model(self) -> Any:
        """The Keras model, its weights set."""
        import keras

        rng = np.random.default_rng(self.seed)
        inputs = keras.Input(self.source.shape)
        x = self.source(inputs, rng)
        for piece in self.hidden:
            x = piece(x, rng)
        model = keras.Model(inputs, self.head(x, rng, self._step()))
        model.jit_compile = self.jit_compile
        return model

    def _step(self) -> float:
        """Value of one integer of the activation before the last ternary layer."""
        activations = [piece.activation for piece in self.hidden if hasattr(piece, "activation")]
        if not activations or not activations[-1].startswith("quantized_relu"):
            return 1.0
        bits, integer = eval(activations[-1].removeprefix("quantized_relu"))
        return 2.0 ** (integer - bits)


def scales() -> st.SearchStrategy[float]:
    """Usual steps, awkward ones, and those at both ends of the usable range."""
    usual = st.sampled_from([0.375, 1 / 256, 1.0, 0.3, 96.5])
    return st.one_of(usual, st.floats(1e-6, 1e6), st.sampled_from([1e-30, 1e30]))


@st.composite
def input_pieces(draw: st.DrawFn) -> InputPiece:
    """Inputs of fully connected networks."""
    bits = draw(st.integers(1, 8))
    # A compiler's and a synthesizer's time is what bounds the size of a network here.
    wide = draw(st.sampled_from([False] * 9 + [True])) and bits == 1
    shape = (draw(st.integers(100, 300) if wide else st.integers(1, 20)),)
    if not wide and draw(st.booleans()):
        shape = (draw(st.integers(1, 4)), draw(st.integers(1, 6)))
    return _input_piece(draw, bits, shape, (int(np.prod(shape)),), each=not wide)


def _input_piece(
    draw: st.DrawFn, bits: int, shape: tuple[int, ...], reshaped: tuple[int, ...], each: bool
) -> InputPiece:
    reshape_first = draw(st.booleans())
    # After Flatten features are no longer the last axis, which scales belong to.
    each = each and draw(st.booleans()) and not (shape != reshaped and reshape_first)
    own = st.lists(scales(), min_size=shape[-1], max_size=shape[-1]).map(tuple)
    scale = draw(own if each else scales())
    return InputPiece(bits, draw(st.booleans()), scale, shape, reshaped, reshape_first)


def hidden_pieces() -> st.SearchStrategy[DensePiece]:
    """One hidden block of a fully connected network."""
    return st.builds(DensePiece, units=st.integers(1, 10), **_block(ACTIVATIONS))


def _block(activations: list[str]) -> dict[str, st.SearchStrategy[str]]:
    return {
        "weights": st.sampled_from(WEIGHTS),
        "fan_in": st.sampled_from(FAN_INS),
        "normalization": st.sampled_from(NORMALIZATIONS),
        "activation": st.sampled_from(activations),
    }


@st.composite
def picture_pieces(draw: st.DrawFn) -> tuple[InputPiece, tuple[Piece, ...]]:
    """Input and hidden blocks of a convolutional network: pictures, Flatten, dense blocks."""
    picture = (draw(st.integers(2, 7)), draw(st.integers(2, 7)), draw(st.integers(1, 3)))
    shapes = [picture, (picture[0], picture[1] * picture[2]), (int(np.prod(picture)),)]
    shape = draw(st.sampled_from([picture, *shapes]))
    source = _input_piece(draw, draw(st.integers(1, 4)), shape, picture, each=True)
    pieces: list[Piece] = []
    rows, columns, signs = picture[0], picture[1], False
    for _ in range(draw(st.integers(1, 3))):
        size = draw(st.tuples(st.integers(1, min(rows, 3)), st.integers(1, min(columns, 3))))
        strides = draw(st.sampled_from([(1, 1), (1, 1), (2, 1), (1, 2), (2, 2), (3, 2)]))
        # Zeros around activations of −1 and +1 would be neither; that is refused.
        padding = "valid" if signs else draw(st.sampled_from(["valid", "same"]))
        if draw(st.sampled_from([True, False, False])):
            pieces.append(PoolPiece(size, strides))
            padding = "valid"
        else:
            options = {"size": st.just(size), "strides": st.just(strides),
                       "padding": st.just(padding)}  # fmt: skip
            pieces.append(draw(st.builds(
                ConvolutionPiece, filters=st.integers(1, 4), **options, **_block(ACTIVATIONS)
            )))  # fmt: skip
            signs = pieces[-1].activation == "binary()"
        over = (0, 0) if padding == "same" else (size[0] - 1, size[1] - 1)
        rows, columns = -(-(rows - over[0]) // strides[0]), -(-(columns - over[1]) // strides[1])
    return source, (*pieces, FlattenPiece(), *draw(st.lists(hidden_pieces(), max_size=1)))


def head_pieces() -> st.SearchStrategy[HeadPiece]:
    return st.builds(
        HeadPiece,
        classes=st.integers(1, 10),
        weights=st.sampled_from(WEIGHTS),
        fan_in=st.sampled_from(FAN_INS),
        bias=st.sampled_from([*["small"] * 5, "halves", "halves", "huge", "huge", "beyond"]),
        log_scale=st.floats(-30, 10),
    )


@st.composite
def networks(draw: st.DrawFn) -> NetworkPiece:
    """Fully connected networks of no to four hidden blocks; one in four convolutional."""
    convolutional = draw(st.sampled_from([False, False, False, True]))
    if convolutional:
        source, hidden = draw(picture_pieces())
    else:
        source = draw(input_pieces())
        depth = draw(st.sampled_from([0, 1, 1, 2, 2, 2, 3, 3, 4]))
        hidden = draw(st.tuples(*[hidden_pieces()] * depth))
    return NetworkPiece(
        source,
        hidden,
        head=draw(head_pieces()),
        jit_compile=draw(st.sampled_from([False, False, False, True])),
        seed=draw(st.integers(0, 2**32 - 1)),
        strategy=draw(st.sampled_from(["Latency", "Latency", "distributed_arithmetic"])),
        io_type=draw(st.sampled_from(["io_parallel", "io_stream"] if convolutional
                                     else ["io_parallel", "io_parallel", "io_stream"])),
        target=draw(st.sampled_from(["xilinx", "ecp5", "generic"])),
        stage_delay=draw(st.sampled_from([None, None, 2.0])),
    )
