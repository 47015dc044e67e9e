"""Parts of fuzzed networks, frozen values that Hypothesis draws and that add layers to a model.

Their arrays come from the network's seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    # Thresholds of each feature in front of the network, at most; 0: the integers themselves.
    levels: int = 0

    @property
    def given(self) -> None:
        """Its InputQuantizer has the format."""

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
        return thermometer(x, self.levels, 1 << self.bits, rng) if self.levels else x


def thermometer(x: Any, most: int, reach: int, rng: np.random.Generator) -> Any:
    """Codes of the last axis, with thresholds inside and outside the range of the integers."""
    from qkeras_models import ThermometerInput

    counts = rng.integers(0, most + 1, x.shape[-1])
    counts[0] = max(counts[0], 1)
    inside = (np.unique(np.float32(rng.uniform(-reach, 1.2 * reach, n))) for n in counts)
    layer = ThermometerInput([own.tolist() for own in inside], trainable=bool(rng.random() < 0.5))
    x = layer(x)
    layer.move.assign(rng.uniform(-0.5, 0.5, layer.move.shape) * (rng.random() < 0.7))
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
        x = add_ternary(x, DENSE, {"units": self.units}, self.weights, self.fan_in, rng)
        return add_activation(x, self.normalization, self.activation, rng)


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

        x = add_ternary(x, DENSE, {"units": self.classes}, self.weights, self.fan_in, rng)
        head = IntegerHead(step=step)
        x = head(x)
        head.set_weights([bias(self.bias, self.classes, rng), np.float32(self.log_scale)])
        return x


DENSE = ("SparseTernaryDense", "TernaryDense")


def add_ternary(
    x: Any,
    kinds: tuple[str, str],
    options: dict[str, Any],
    weights: str,
    fan_in: str,
    rng: np.random.Generator,
) -> Any:
    """A layer of weights, of the sparse or the plain one of two kinds."""
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


def add_activation(x: Any, kind: str, activation: str, rng: np.random.Generator) -> Any:
    """Batch normalization and a quantized activation."""
    import keras
    from qkeras import QActivation

    layer = keras.layers.BatchNormalization(epsilon=float(rng.choice([1e-3, 1e-6])))
    x = layer(x)
    layer.set_weights(normalization(kind, x.shape[-1], rng))
    return QActivation(activation)(x)


def scales() -> st.SearchStrategy[float]:
    """Usual steps, awkward ones, and those at both ends of the usable range."""
    usual = st.sampled_from([0.375, 1 / 256, 1.0, 0.3, 96.5])
    return st.one_of(usual, st.floats(1e-6, 1e6), st.sampled_from([1e-30, 1e30]))


@st.composite
def input_pieces(draw: st.DrawFn) -> InputPiece:
    """Inputs of fully connected networks."""
    bits = draw(st.sampled_from([*range(1, 9), 12, 16]))
    # A compiler's and a synthesizer's time is what bounds the size of a network here.
    wide = draw(st.sampled_from([False] * 9 + [True])) and bits == 1
    shape = (draw(st.integers(100, 300) if wide else st.integers(1, 20)),)
    if not wide and draw(st.booleans()):
        shape = (draw(st.integers(1, 4)), draw(st.integers(1, 6)))
    piece = input_piece(draw, bits, shape, (int(np.prod(shape)),), each=not wide)
    return replace(piece, levels=0 if wide else draw(st.sampled_from([0, 0, 0, 1, 3])))


def input_piece(
    draw: st.DrawFn, bits: int, shape: tuple[int, ...], reshaped: tuple[int, ...], each: bool
) -> InputPiece:
    """Inputs of one shape that become another; `each` allows a scale for each feature."""
    reshape_first = draw(st.booleans())
    # After Flatten features are no longer the last axis, which scales belong to.
    each = each and draw(st.booleans()) and not (shape != reshaped and reshape_first)
    own = st.lists(scales(), min_size=shape[-1], max_size=shape[-1]).map(tuple)
    scale = draw(own if each else scales())
    return InputPiece(bits, draw(st.booleans()), scale, shape, reshaped, reshape_first)


def hidden_pieces() -> st.SearchStrategy[DensePiece]:
    """One hidden block of a fully connected network."""
    return st.builds(DensePiece, units=st.integers(1, 10), **block_options())


def block_options() -> dict[str, st.SearchStrategy[str]]:
    """What blocks of weights, normalization and activation have in common."""
    return {
        "weights": st.sampled_from(WEIGHTS),
        "fan_in": st.sampled_from(FAN_INS),
        "normalization": st.sampled_from(NORMALIZATIONS),
        "activation": st.sampled_from(ACTIVATIONS),
    }


def head_pieces() -> st.SearchStrategy[HeadPiece]:
    return st.builds(
        HeadPiece,
        classes=st.integers(1, 10),
        weights=st.sampled_from(WEIGHTS),
        fan_in=st.sampled_from(FAN_INS),
        bias=st.sampled_from([*["small"] * 5, "halves", "halves", "huge", "huge", "beyond"]),
        log_scale=st.floats(-30, 10),
    )
