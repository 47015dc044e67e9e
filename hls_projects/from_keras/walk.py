"""Where the conversion of a Keras model stands, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hls_projects.from_keras.graph_steps import INPUT, GraphStep
from hls_projects.kinds import Interval, Layer
from hls_projects.network.input_format import InputFormat

Steps = float | np.ndarray


@dataclass(frozen=True, eq=False)
class Reached:
    """What the output of a Keras step is in integers: pending(offset + step · integer).

    Attributes:
        node: position of the layer of the integer network that puts the integers out.
        step, offset: numbers, or one for each element of the last axis.  A step of None: inputs
            that no format makes integers of yet.
        pending: what Keras does to those numbers next, in floats, until an activation takes it in.
        summed: name of the Keras layer of weights whose sums they are, empty if they are none.
    """

    node: int
    step: Steps | None
    offset: Steps = 0.0
    pending: tuple[Callable[[Any], Any], ...] = ()
    summed: str = ""


@dataclass(frozen=True, eq=False)
class Tap:
    """Which Keras output shows a layer's integers: that of `step` is offset + scale · integer."""

    step: int
    scale: Steps
    offset: Steps


@dataclass(frozen=True, eq=False)
class Weighted:
    """A layer of weights of the integer network, and what stands for it in Keras.

    Attributes:
        position: of the layer.
        step: what one integer of a weight stands for, or one for each output.
        shape: of a sample that it takes.
    """

    position: int
    step: Steps
    shape: tuple[int, ...]


@dataclass(eq=False)
class Walk:
    """What has been read of a Keras model.

    Args:
        steps: of the model.
        shapes_in: of one sample of each input.
        jit_compile: as the model has it.
        quantizer_names: of its InputQuantizers.

    Attributes:
        position: of the step that is being read.
        input: the network's input format, once it is known.
        layers, sources, names, taps: of the integer network, so far; see IntegerNetwork.
        joined: whether several inputs are parts of that of the network.
        output_steps: value of one integer of an output, where no IntegerHead has it, by its step.
        weighted: by Keras step, its layers of weights.
    """

    steps: list[GraphStep]
    shapes_in: tuple[tuple[int, ...], ...]
    jit_compile: Any
    quantizer_names: Sequence[str] = ()
    position: int = 0
    input: InputFormat | None = None
    layers: list[Layer] = field(default_factory=list)
    sources: list[tuple[int, ...]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    taps: list[Tap | None] = field(default_factory=list)
    joined: bool = False
    output_steps: dict[int, float] = field(default_factory=dict)
    weighted: dict[int, list[Weighted]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._shapes: dict[int, tuple[int, ...]] = {INPUT: self.shape_in}
        self._ranges: dict[int, Interval] = {}

    @property
    def shape_in(self) -> tuple[int, ...]:
        """Of the network's input: that of the model, or a vector of all of them."""
        if len(self.shapes_in) == 1:
            return self.shapes_in[0]
        return (sum(map(math.prod, self.shapes_in)),)

    def add(self, layer: Layer, name: str, *taken: Reached, tap: Tap | None = None) -> int:
        """Appends a layer to the network; returns its position.

        Args:
            name: of its Keras layer.
            taken: what it takes.
            tap: where Keras shows its integers, if it does.
        """
        sources = tuple(reached.node for reached in taken)
        self._shapes[len(self.layers)] = layer.output_shape(*(self._shapes[s] for s in sources))
        self.layers.append(layer)
        self.sources.append(sources)
        self.names.append(_unused(name, [*self.names, *self.quantizer_names]))
        self.taps.append(tap)
        return len(self.layers) - 1

    def moved(self, reached: Reached, layer: Layer, name: str) -> Reached:
        """The same numbers in other places: what `layer` makes of them."""
        tap = None if reached.step is None else Tap(self.position, reached.step, reached.offset)
        return replace(reached, node=self.add(layer, name, reached, tap=tap))

    def shape(self, reached: Reached) -> tuple[int, ...]:
        """Of one sample."""
        return self._shapes[reached.node]

    def range(self, reached: Reached) -> Interval:
        """Lowest and highest integer of each element."""
        return self._node_range(reached.node)

    def _node_range(self, node: int) -> Interval:
        if node not in self._ranges:
            for known in range(INPUT, node + 1):
                if known not in self._ranges:
                    self._ranges[known] = self._next_range(known)
        return self._ranges[node]

    def _next_range(self, node: int) -> Interval:
        if node == INPUT:
            return self.input.bounds()
        bounds = (bound for source in self.sources[node] for bound in self._ranges[source])
        return self.layers[node].output_range(*bounds)


@dataclass(frozen=True)
class Reader:
    """How layers of one Keras class become layers of the integer network.

    Args:
        read: takes the walk, the layer and what it takes; appends to the walk's layers and returns
            what its output is.
        weighted: whether it is a layer of weights.
        before_input: whether it may stand before the InputQuantizer.
        floats: whether it may take what is pending, in floats.
        joins: whether it takes several.
    """

    read: Callable[..., Reached]
    weighted: bool = False
    before_input: bool = False
    floats: bool = False
    joins: bool = False


def _unused(name: str, used: list[str | None]) -> str:
    numbers = (f"{name}_{number}" for number in range(1, len(used) + 2))
    return name if name not in used else next(n for n in numbers if n not in used)
