"""Strategies of whole networks, fully connected and convolutional."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from hls_projects.families import FAMILIES, Goal
from qkeras_models.input_formats.fixed_point import FixedPoint
from tests.fuzz.images import ConvolutionPiece, FlattenPiece, PoolPiece, image_pieces
from tests.fuzz.pieces import (
    DensePiece,
    HeadPiece,
    InputPiece,
    Piece,
    head_pieces,
    hidden_pieces,
    input_pieces,
)
from tests.fuzz.plain_pieces import (
    BranchPiece,
    PlainHead,
    PlainInput,
    plain_heads,
    plain_inputs,
    plain_pieces,
)
from tests.fuzz.shape_pieces import GraphHead, ShapePiece, shape_networks

# What draws each kind of layer of an integer network.
DRAWN = {
    "add": BranchPiece,
    "concatenate": BranchPiece,
    "conv2d": ConvolutionPiece,
    "crop": ShapePiece,
    "dense": DensePiece,
    "depthwise": ShapePiece,
    "flatten": FlattenPiece,
    "head": HeadPiece,
    "maxpool": PoolPiece,
    "pad": ShapePiece,
    "permute": ShapePiece,
    "reshape": InputPiece,
    "select": GraphHead,
    "sumpool": ShapePiece,
    "thermometer": InputPiece,
    "threshold": DensePiece,
    "upsample": ShapePiece,
}


@dataclass(frozen=True)
class NetworkPiece:
    """A whole network, and what hardware is made of it.

    `strategy` and `io_type` are hls4ml's, `target`, `optimize`, `registers` and, where
    there is something to time-multiplex, `time_multiplex` are write_rtl's.
    """

    source: InputPiece | PlainInput
    hidden: tuple[Piece, ...]
    head: HeadPiece | PlainHead | GraphHead
    jit_compile: bool
    seed: int
    strategy: str
    io_type: str
    target: str
    optimize: str
    registers: dict[str, float]
    time_multiplex: bool

    def model(self) -> Any:
        """The Keras model, its weights set."""
        import keras

        rng = np.random.default_rng(self.seed)
        inputs = keras.Input(self.source.shape)
        x = self.source(inputs, rng)
        for piece in self.hidden:
            x = piece(x, rng)
        found = self.head(x, rng, self._step())
        extra, outputs = found if isinstance(found, tuple) else ([], found)
        model = keras.Model([inputs, *extra] if extra else inputs, outputs)
        model.jit_compile = self.jit_compile
        return model

    @property
    def given(self) -> FixedPoint | list[FixedPoint] | None:
        """What the converter is told of the inputs."""
        more = getattr(self.head, "more", ())
        return [self.source.given, *more] if more else self.source.given

    def _step(self) -> float:
        """Value of one integer of the activation before the last ternary layer."""
        activations = [piece.activation for piece in self.hidden if hasattr(piece, "activation")]
        if not activations or not activations[-1].startswith("quantized_relu"):
            return 1.0
        bits, integer = eval(activations[-1].removeprefix("quantized_relu"))
        return 2.0 ** (integer - bits)


@st.composite
def networks(draw: st.DrawFn) -> NetworkPiece:
    """Fully connected networks of no to four hidden blocks; two fifths of images or series.

    Half are of plain QKeras layers, with branches, several inputs and outputs.
    """
    styles = ["ours", "ours", "images", "plain", "shapes", "shapes"]
    style = draw(st.sampled_from(styles))
    convolutional = style in ("images", "shapes")
    head = draw(plain_heads() if style == "plain" else head_pieces())
    if style == "shapes":
        source, hidden, head = draw(shape_networks())
    elif convolutional:
        source, hidden = draw(image_pieces())
    elif style == "plain":
        source, hidden = draw(plain_inputs()), tuple(draw(st.lists(plain_pieces(), max_size=3)))
    else:
        source = draw(input_pieces())
        depth = draw(st.sampled_from([0, 1, 1, 2, 2, 2, 3, 3, 4]))
        hidden = draw(st.tuples(*[hidden_pieces()] * depth))
    return NetworkPiece(
        source,
        hidden,
        head=head,
        jit_compile=draw(st.sampled_from([False, False, False, True])),
        seed=draw(st.integers(0, 2**32 - 1)),
        strategy=draw(st.sampled_from(["Latency", "Latency", "distributed_arithmetic"])),
        io_type=draw(st.sampled_from(["io_parallel", "io_stream"] if convolutional
                                     else ["io_parallel", "io_parallel", "io_stream"])),
        target=draw(st.sampled_from(list(FAMILIES))),
        optimize=draw(st.sampled_from([goal.value for goal in Goal])),
        registers=draw(st.sampled_from([{}, {}, {"stage_delay": 2.0}, {"clock_period": 1.2},
                                        {"clock_period": 6.0}])),
        time_multiplex=draw(st.booleans()),
    )
