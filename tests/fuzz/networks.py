"""Strategies of whole networks, as pieces that each add their layers to a Keras model.

A piece is a frozen value that Hypothesis draws; its arrays come from the network's seed.  Further
kinds of layers become further pieces beside DensePiece, drawn by `hidden_pieces`.
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
    """Input format, shape of a sample, and whether Flatten stands before the quantizer."""

    bits: int
    signed: bool
    scale: float | tuple[float, ...]
    shape: tuple[int, ...]
    flatten_first: bool

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        import keras

        from qkeras_models import InputQuantizer

        scale = list(self.scale) if isinstance(self.scale, tuple) else self.scale
        layers = [InputQuantizer(self.bits, self.signed, scale)]
        if len(self.shape) > 1:
            layers.insert(0 if self.flatten_first else 1, keras.layers.Flatten())
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
        import keras
        from qkeras import QActivation

        x = _dense(x, self.units, self.weights, self.fan_in, rng)
        layer = keras.layers.BatchNormalization(epsilon=float(rng.choice([1e-3, 1e-6])))
        x = layer(x)
        layer.set_weights(normalization(self.normalization, self.units, rng))
        return QActivation(self.activation)(x)


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

        x = _dense(x, self.classes, self.weights, self.fan_in, rng)
        head = IntegerHead(step=step)
        x = head(x)
        head.set_weights([bias(self.bias, self.classes, rng), np.float32(self.log_scale)])
        return x


def _dense(x: Any, units: int, weights: str, fan_in: str, rng: np.random.Generator) -> Any:
    from qkeras_models import BinaryWeights, SparseTernaryDense, TernaryDense, TernaryWeights

    if weights == "sparse ternary":
        layer = SparseTernaryDense(units)
        x = layer(x)
        layer.kernel.assign(kernel(fan_in, layer.kernel.shape, float(layer.threshold), rng))
        return x
    layer = TernaryDense(units, BinaryWeights() if weights == "binary" else TernaryWeights())
    x = layer(x)
    layer.kernel.assign(rng.uniform(-1, 1, layer.kernel.shape))
    return x


@dataclass(frozen=True)
class NetworkPiece:
    """A whole network, and what hardware is made of it.

    `strategy` is hls4ml's, `target` and `stage_delay` are write_rtl's.
    """

    source: InputPiece
    hidden: tuple[Piece, ...]
    head: HeadPiece
    jit_compile: bool
    seed: int
    strategy: str
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
        if not self.hidden or not self.hidden[-1].activation.startswith("quantized_relu"):
            return 1.0
        bits, integer = eval(self.hidden[-1].activation.removeprefix("quantized_relu"))
        return 2.0 ** (integer - bits)


def scales() -> st.SearchStrategy[float]:
    """Usual steps, awkward ones, and those at both ends of the usable range."""
    usual = st.sampled_from([0.375, 1 / 256, 1.0, 0.3, 96.5])
    return st.one_of(usual, st.floats(1e-6, 1e6), st.sampled_from([1e-30, 1e30]))


@st.composite
def input_pieces(draw: st.DrawFn) -> InputPiece:
    bits = draw(st.integers(1, 8))
    # A compiler's and a synthesizer's time is what bounds the size of a network here.
    wide = draw(st.sampled_from([False] * 9 + [True])) and bits == 1
    shape = (draw(st.integers(100, 300) if wide else st.integers(1, 20)),)
    if not wide and draw(st.booleans()):
        shape = (draw(st.integers(1, 4)), draw(st.integers(1, 6)))
    elements = shape[-1]
    flatten_first = draw(st.booleans())
    one_each = draw(st.booleans()) and not wide and not (len(shape) > 1 and flatten_first)
    each = st.lists(scales(), min_size=elements, max_size=elements).map(tuple)
    return InputPiece(
        bits, draw(st.booleans()), draw(each if one_each else scales()), shape, flatten_first
    )


def hidden_pieces() -> st.SearchStrategy[Piece]:
    """One hidden block."""
    return st.builds(
        DensePiece,
        units=st.integers(1, 10),
        weights=st.sampled_from(WEIGHTS),
        fan_in=st.sampled_from(FAN_INS),
        normalization=st.sampled_from(NORMALIZATIONS),
        activation=st.sampled_from(ACTIVATIONS),
    )


def head_pieces() -> st.SearchStrategy[HeadPiece]:
    return st.builds(
        HeadPiece,
        classes=st.integers(1, 10),
        weights=st.sampled_from(WEIGHTS),
        fan_in=st.sampled_from(FAN_INS),
        bias=st.sampled_from([*["small"] * 5, "halves", "halves", "huge", "huge", "beyond"]),
        log_scale=st.floats(-30, 10),
    )


def networks() -> st.SearchStrategy[NetworkPiece]:
    """Networks of no to four hidden blocks."""
    return st.builds(
        NetworkPiece,
        source=input_pieces(),
        hidden=st.lists(hidden_pieces(), max_size=4).map(tuple),
        head=head_pieces(),
        jit_compile=st.sampled_from([False, False, False, True]),
        seed=st.integers(0, 2**32 - 1),
        strategy=st.sampled_from(["Latency", "Latency", "distributed_arithmetic"]),
        target=st.sampled_from(["xilinx", "ecp5", "generic"]),
        stage_delay=st.sampled_from([None, None, 2.0]),
    )
