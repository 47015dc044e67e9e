"""What may follow an IntegerHead: layers that hardware leaves out, since its integers decide."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np


class Tail(Enum):
    """A layer after the head, by what remains of it when only integers are known."""

    SOFTMAX = "the largest logit stays the largest"
    SIGMOID = "a sigmoid's 0.5 is logit 0"
    ARGMAX = "the index of the largest logit is left to what reads them"


# Layers and operations of Keras, by class or by the function of an Activation.
_KINDS = {
    "Softmax": Tail.SOFTMAX,
    "softmax": Tail.SOFTMAX,
    "Sigmoid": Tail.SIGMOID,
    "sigmoid": Tail.SIGMOID,
    "Argmax": Tail.ARGMAX,
}
# A probability may still be looked up for its largest, and nothing else follows.
_ORDERS = (
    [],
    [Tail.SOFTMAX],
    [Tail.SIGMOID],
    [Tail.ARGMAX],
    [Tail.SOFTMAX, Tail.ARGMAX],
    [Tail.SIGMOID, Tail.ARGMAX],
)


def tail_kind(layer: Any) -> Tail | None:
    """Which of these a Keras layer or operation over the last axis is, None if none."""
    kind = type(layer)
    if not kind.__module__.startswith("keras.") or getattr(layer, "axis", -1) not in (-1, 1):
        return None
    name = kind.__name__
    if name == "Activation":
        name = getattr(layer.activation, "__name__", "")
    return _KINDS.get(name)


def check_tail(head: Any, layers: list[Any]) -> list[Tail]:
    """The kinds of the layers after a head.

    Raises:
        ValueError: naming the first layer that may not follow it.
    """
    kinds: list[Tail] = []
    for layer in layers:
        kind = tail_kind(layer)
        if kind is None or [*kinds, kind] not in _ORDERS:
            raise ValueError(
                f"layer '{layer.name}' ({type(layer).__name__}) cannot follow '{head.name}' "
                f"({type(head).__name__}), whose integers are the outputs of hardware: only a "
                "softmax, sigmoid or argmax over the last axis may, and is left out"
            )
        kinds.append(kind)
    return kinds


def left_out(layers: list[Any], argmax: bool = False) -> str:
    """One sentence on the layers after a head, empty if there are none.

    Args:
        layers: after the head.
        argmax: whether hardware outputs the index of the largest logit.
    """
    if not layers:
        return ""
    names = ", ".join(f"'{layer.name}' ({type(layer).__name__})" for layer in layers)
    if argmax:
        return f"hardware leaves out {names} and outputs the index of the largest logit"
    kind = tail_kind(layers[0])
    sentence = f"hardware leaves out {names} and outputs integer logits: {kind.value}"
    if kind is Tail.SIGMOID:
        return sentence
    return (
        f"{sentence}; `convert.py --argmax`, or build_hls_model(..., argmax=True) of "
        "hls_projects.hls4ml_front_end, makes it output the index of the largest"
    )


def decides_otherwise(kinds: list[Tail], outputs: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Whether Keras's outputs after the head decide otherwise than the integers do, by sample.

    Args:
        kinds: of the layers after the head, at least one.
        outputs: of the whole model: (samples, classes), or indices of classes.
        logits: integers (samples, classes).
    """
    if kinds[-1] is Tail.ARGMAX:
        return outputs.reshape(len(logits)) != logits.argmax(axis=-1)
    if kinds == [Tail.SIGMOID]:
        return ((outputs > 0.5) != (logits > 0)).any(axis=-1)
    return outputs.argmax(axis=-1) != logits.argmax(axis=-1)
