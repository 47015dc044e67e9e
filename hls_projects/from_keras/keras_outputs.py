"""The outputs of a Keras model: the layers that hardware ends with, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hls_projects.from_keras.graph_steps import GraphStep
from hls_projects.from_keras.keras_tail import Tail, check_tail, tail_kind
from qkeras_models.layers.integer_head import IntegerHead


@dataclass(frozen=True)
class KerasOutput:
    """One output of a model.

    Args:
        step: position of the last step that hardware has.
        layer: of that step.
        tail: the layers after it, which hardware leaves out.
        kinds: of the tail.
    """

    step: int
    layer: Any
    tail: tuple[Any, ...] = ()
    kinds: tuple[Tail, ...] = ()

    @property
    def head(self) -> IntegerHead | None:
        """The last layer, if it is an IntegerHead."""
        return self.layer if type(self.layer) is IntegerHead else None


def find_output(steps: list[GraphStep], end: int) -> KerasOutput:
    """The output that a step makes: hardware ends at an IntegerHead, or before a softmax.

    Raises:
        ValueError: naming the layer after an IntegerHead that may not follow it, or where hardware
            would have nothing to compute.
    """
    chain = [end] if end >= 0 else []
    while chain and len(taken := steps[chain[-1]].taken) == 1 and taken[0] >= 0:
        chain.append(taken[0])
    heads = [i for i in chain if type(steps[i].layer) is IntegerHead]
    computed = [i for i in chain if tail_kind(steps[i].layer) is None]
    if not computed:
        raise ValueError("every output of a model must have a layer that hardware can compute")
    last = heads[-1] if heads else computed[0]
    tail = [steps[i].layer for i in chain[: chain.index(last)]][::-1]
    layer = steps[last].layer
    return KerasOutput(last, layer, tuple(tail), tuple(check_tail(layer, tail)))


def kept_steps(
    steps: list[GraphStep], outputs: list[KerasOutput]
) -> tuple[list[GraphStep], tuple[KerasOutput, ...]]:
    """The steps that outputs depend on, and the outputs with their positions among these.

    Raises:
        ValueError: for an IntegerHead that is at no end.
    """
    needed = {output.step for output in outputs}
    for position in reversed(range(len(steps))):
        if position in needed:
            needed |= {source for source in steps[position].taken if source >= 0}
    order = {old: new for new, old in enumerate(sorted(needed))}
    kept = [
        GraphStep(steps[i].layer, tuple(order.get(s, s) for s in steps[i].taken)) for i in order
    ]
    ends = {order[output.step] for output in outputs}
    heads = {i: s.layer.name for i, s in enumerate(kept) if type(s.layer) is IntegerHead}
    if not heads.keys() <= ends:
        names = ", ".join(sorted(f"'{name}'" for name in heads.values()))
        raise ValueError(f"a model must have one IntegerHead, at its end. Received: {names}")
    moved = (
        KerasOutput(order[output.step], output.layer, output.tail, output.kinds)
        for output in outputs
    )
    return kept, tuple(moved)
