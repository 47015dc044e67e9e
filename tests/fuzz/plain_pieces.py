"""Parts of fuzzed networks of plain QKeras layers: no InputQuantizer, no IntegerHead, branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from qkeras_models.input_formats.fixed_point import FixedPoint
from tests.fuzz.arrays import normalization
from tests.fuzz.pieces import Piece

KERNELS = [
    "ternary(alpha=1.0, threshold=0.3)", "ternary(alpha=1.0, threshold=0.3)",
    "ternary(alpha='auto_po2')", "binary(alpha=1)", "quantized_bits(3,0,alpha=1)",
    "quantized_bits(6,1,alpha=1)", "quantized_bits(8,0,alpha=1)", "quantized_po2(3,1)",
]
ACTIVATIONS = [
    "quantized_relu(1,0)", "quantized_relu(2,2)", "quantized_relu(4,1)", "quantized_relu(6,3)",
    "quantized_bits(1,0)", "quantized_bits(3,1)", "quantized_bits(6,2)", "quantized_tanh(4)",
    "quantized_sigmoid(3)", "binary()", "binary(use_01=True)", "ternary(alpha=1, threshold=0.5)",
]
# x + (level - x), as QKeras passes gradients, is no level where x is beyond 2^24 of them.
TAME = ("trained", "negative", "ties")
BIAS = "quantized_bits(5,1,alpha=1)"


@dataclass(frozen=True)
class PlainInput:
    """Inputs whose format is given to the converter."""

    bits: int
    signed: bool
    scale: float
    shape: tuple[int, ...]

    @property
    def given(self) -> FixedPoint:
        return FixedPoint(self.bits, self.signed, self.scale)

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        return x


@dataclass(frozen=True)
class QDensePiece:
    """QDense, a bias, a normalization and an activation, each where it is drawn."""

    units: int
    kernel: str
    bias: bool
    normalization: str | None
    activation: str | None

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        import keras
        from qkeras import QActivation, QDense

        layer = QDense(
            self.units, kernel_quantizer=self.kernel, use_bias=self.bias, bias_quantizer=BIAS
        )
        x = layer(x)
        weights = [rng.normal(0, 0.6, weight.shape) for weight in layer.weights]
        weights[0] *= rng.random(weights[0].shape) < rng.choice([0.0, 0.3, 1.0])
        layer.set_weights(weights)
        if self.activation is None:
            return x
        if self.normalization is not None:
            layer = keras.layers.BatchNormalization()
            x = layer(x)
            layer.set_weights(normalization(self.normalization, self.units, rng))
        return QActivation(self.activation)(x)


@dataclass(frozen=True)
class BranchPiece:
    """Two blocks of one input, joined; the second one may be the input itself."""

    join: str
    first: QDensePiece
    second: QDensePiece

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        import keras

        return getattr(keras.layers, self.join)()([self.first(x, rng), self.second(x, rng)])


@dataclass(frozen=True)
class PlainHead:
    """The last QDense, whose sums are the outputs."""

    classes: int
    kernel: str
    bias: bool

    def __call__(self, x: Any, rng: np.random.Generator, step: float) -> Any:
        piece = QDensePiece(self.classes, self.kernel, self.bias, None, None)
        return piece(x, rng)


def plain_inputs() -> st.SearchStrategy[PlainInput]:
    """Vectors of a few integers times a power of two."""
    scale = st.sampled_from([1.0, 0.25, 2.0**-7, 4.0])
    shape = st.integers(1, 9).map(lambda n: (n,))
    return st.builds(PlainInput, st.integers(1, 6), st.booleans(), scale, shape)


def _blocks(units: st.SearchStrategy[int]) -> st.SearchStrategy[QDensePiece]:
    return st.builds(
        QDensePiece,
        units=units,
        kernel=st.sampled_from(KERNELS),
        bias=st.booleans(),
        normalization=st.sampled_from([None, None, *TAME]),
        activation=st.sampled_from(ACTIVATIONS),
    )


@st.composite
def _branches(draw: st.DrawFn) -> BranchPiece:
    join = draw(st.sampled_from(["Add", "Subtract", "Concatenate"]))
    first = draw(_blocks(st.integers(1, 5)))
    units = st.integers(1, 5) if join == "Concatenate" else st.just(first.units)
    return BranchPiece(join, first, draw(_blocks(units)))


def plain_pieces() -> st.SearchStrategy[Piece]:
    """Blocks, and pairs of them."""
    return st.one_of(_blocks(st.integers(1, 7)), _branches())


def plain_heads() -> st.SearchStrategy[PlainHead]:
    return st.builds(PlainHead, st.integers(1, 5), st.sampled_from(KERNELS), st.booleans())
