"""Convolutional parts of fuzzed networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from hls_projects.kinds.windows import Windows
from tests.fuzz.pieces import (
    DensePiece,
    InputPiece,
    Piece,
    add_activation,
    add_ternary,
    block_options,
    hidden_pieces,
    input_piece,
)

CONVOLUTION = ("SparseTernaryConv2D", "TernaryConv2D")


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
                   "padding": self.padding}
        x = add_ternary(x, CONVOLUTION, options, self.weights, self.fan_in, rng)
        return add_activation(x, self.normalization, self.activation, rng)


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
    """From images to dense layers."""

    def __call__(self, x: Any, rng: np.random.Generator) -> Any:
        import keras

        return keras.layers.Flatten()(x)


@st.composite
def image_pieces(draw: st.DrawFn) -> tuple[InputPiece, tuple[Piece, ...]]:
    """Input and hidden blocks of a convolutional network: images, Flatten, dense blocks."""
    image = (draw(st.integers(1, 7)), draw(st.integers(1, 7)), draw(st.integers(1, 3)))
    shapes = [image, (image[0], image[1] * image[2]), (int(np.prod(image)),)]
    shape = draw(st.sampled_from([image, *shapes]))
    bits = draw(st.sampled_from([1, 1, 2, 3, 4, 8]))
    source = input_piece(draw, bits, shape, image, each=True)
    pieces: list[Piece] = []
    sides, signs = image[:2], False
    kinds = ("convolution", "convolution", "pool", "dense")
    more = draw(st.lists(st.sampled_from(kinds), max_size=2))
    for kind in (draw(st.sampled_from(kinds[:3])), *more):
        if kind == "dense":
            pieces.append(draw(st.builds(DensePiece, units=st.integers(1, 4), **block_options())))
        else:
            # Zeros around activations of −1 and +1 would be neither; that is refused.
            same = kind == "convolution" and not signs and draw(st.booleans())
            piece, sides = draw(_window_pieces(kind, sides, same))
            pieces.append(piece)
        if kind != "pool":
            signs = pieces[-1].activation == "binary()"
    return source, (*pieces, FlattenPiece(), *draw(st.lists(hidden_pieces(), max_size=2)))


@st.composite
def _window_pieces(
    draw: st.DrawFn, kind: str, sides: tuple[int, int], same: bool
) -> tuple[Piece, tuple[int, int]]:
    """A convolution or pool on images of these sides, and the sides of what it makes."""
    size = draw(st.tuples(*(st.integers(1, 3 if same else min(side, 3)) for side in sides)))
    strides = draw(st.tuples(*[st.sampled_from([1, 1, 1, 2, 3])] * 2))
    windows = Windows(size, strides, "same" if same else "valid")
    piece = PoolPiece(size, strides)
    if kind == "convolution":
        fixed = {"size": size, "strides": strides, "padding": windows.padding}
        options = {name: st.just(value) for name, value in fixed.items()} | block_options()
        piece = draw(st.builds(ConvolutionPiece, filters=st.integers(1, 4), **options))
    return piece, windows.output_shape(sides)
