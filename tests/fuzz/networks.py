"""Strategies of whole networks, fully connected and convolutional."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from hls_projects.families import FAMILIES, Goal
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

# What draws each kind of layer of an integer network.
DRAWN = {
    "add": BranchPiece,
    "concatenate": BranchPiece,
    "conv2d": ConvolutionPiece,
    "dense": DensePiece,
    "flatten": FlattenPiece,
    "head": HeadPiece,
    "maxpool": PoolPiece,
    "reshape": InputPiece,
    "thermometer": InputPiece,
    "threshold": DensePiece,
}


@dataclass(frozen=True)
class NetworkPiece:
    """A whole network, and what hardware is made of it.

    `strategy` and `io_type` are hls4ml's, `target`, `optimize`, `stage_delay` and, where
    there is something to time-multiplex, `time_multiplex` are write_rtl's.
    """

    source: InputPiece | PlainInput
    hidden: tuple[Piece, ...]
    head: HeadPiece | PlainHead
    jit_compile: bool
    seed: int
    strategy: str
    io_type: str
    target: str
    optimize: str
    stage_delay: float | None
    time_multiplex: bool

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


@st.composite
def networks(draw: st.DrawFn) -> NetworkPiece:
    """Fully connected networks of no to four hidden blocks; about a fifth convolutional.

    About a third are of plain QKeras layers and branches.
    """
    style = draw(st.sampled_from(["ours", "ours", "ours", "images", "plain", "plain"]))
    convolutional = style == "images"
    head = draw(plain_heads() if style == "plain" else head_pieces())
    if convolutional:
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
        stage_delay=draw(st.sampled_from([None, None, 2.0])),
        time_multiplex=draw(st.booleans()),
    )
