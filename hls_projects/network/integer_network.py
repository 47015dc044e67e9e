"""The exact meaning of a trained model: integers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.kinds import Interval, Layer, Role
from hls_projects.kinds.layer import INT32
from hls_projects.network import network_file
from hls_projects.network.input_format import InputFormat
from hls_projects.network.parts import joined
from hls_projects.network.sources import INPUT, check_sources, last_uses

if TYPE_CHECKING:
    import keras

    from qkeras_models.input_formats.fixed_point import FixedPoint

BATCH = 1024


@dataclass(frozen=True, eq=False)
class IntegerNetwork:
    """A feed-forward network of integers: what Keras, C-simulation and RTL must all compute.

    Args:
        input: how float inputs become integers.
        layers: the layers in order of execution; the last one is a Head.  Other heads are further
            outputs, whose logits stand before its.
        provenance: where the network comes from, JSON values (model name, versions, …).
        sources: for each layer the positions in `layers` of what it takes, INPUT for the network's
            input; None where every layer takes what the one before puts out.

    Raises:
        ValueError: if there are no layers, the last one is no Head, a layer takes what comes later
            or a head, nothing takes a layer that is none, shapes do not fit, or values that some
            input can reach do not fit 32 bits.

    Example:
        >>> network = IntegerNetwork.load("network.npz")
        >>> network.predict(x_train).shape
        (64, 10)
    """

    input: InputFormat
    layers: tuple[Layer, ...]
    provenance: dict[str, Any] = field(default_factory=dict)
    sources: tuple[tuple[int, ...], ...] | None = None

    def __post_init__(self) -> None:
        if not self.layers or self.layers[-1].role is not Role.OUTPUT:
            kinds = [layer.kind for layer in self.layers]
            raise ValueError(f"`layers` must end with a head. Received kinds: {kinds}")
        check_sources(self.taken, len(self.layers), self.heads)
        if self.sources is not None and self.is_sequence:
            object.__setattr__(self, "sources", None)
        for _ in self.shapes():
            pass
        for _ in self.ranges():
            pass

    @property
    def taken(self) -> tuple[tuple[int, ...], ...]:
        """`sources`, those of a sequence written out."""
        if self.sources is not None:
            return self.sources
        return tuple((position - 1,) for position in range(len(self.layers)))

    @property
    def is_sequence(self) -> bool:
        """Whether every layer takes what the one before puts out."""
        return all(s == (i - 1,) for i, s in enumerate(self.taken))

    @property
    def heads(self) -> list[int]:
        """Positions of the layers that put out logits, in order."""
        return [i for i, layer in enumerate(self.layers) if layer.role is Role.OUTPUT]

    @property
    def classes(self) -> int:
        """How many logits there are, of all heads together."""
        return sum(len(self.layers[head].bias) for head in self.heads)

    @property
    def weight_layers(self) -> tuple[Layer, ...]:
        """The layers that hold weights, in order."""
        return tuple(layer for layer in self.layers if layer.role is Role.WEIGHTED)

    @property
    def layer_names(self) -> list[str]:
        """A name for each layer: dense_1, threshold_1, dense_2, …, head."""
        seen: Counter[str] = Counter()
        names = []
        for layer in self.layers:
            seen[layer.kind] += 1
            number = f"_{seen[layer.kind]}" if layer.numbered or seen[layer.kind] > 1 else ""
            names.append(f"{layer.kind}{number}")
        return names

    @property
    def weights(self) -> int:
        return sum(layer.weights.size for layer in self.weight_layers)

    @property
    def nonzeros(self) -> int:
        return sum(layer.nonzeros for layer in self.weight_layers)

    @property
    def sparsity(self) -> float:
        """Share of all weights that are 0."""
        return 1.0 - self.nonzeros / self.weights

    def shapes(self) -> Iterator[tuple[int, ...]]:
        """Output shape of every layer, without the batch."""
        return self._follow(self.input.shape, _checked_shape)

    def trace(self, x_int: np.ndarray) -> Iterator[np.ndarray]:
        """Every layer's output, int32 (batch, *shape), for integer inputs (batch, *shape)."""
        return self._follow(x_int, lambda _, layer, *x: layer.forward(*x))

    def _follow(self, first: Any, step: Callable[..., Any]) -> Iterator[Any]:
        """What `step(position, layer, *taken)` makes of every layer; `first` is the input's."""
        found: dict[int, Any] = {INPUT: first}
        last = last_uses(self.taken)
        for position, (layer, taken) in enumerate(zip(self.layers, self.taken, strict=True)):
            found[position] = step(position, layer, *(found[source] for source in taken))
            yield found[position]
            for source in {*taken, position}:
                if last.get(source, -1) <= position:
                    del found[source]

    def predict_integers(self, x_int: np.ndarray) -> np.ndarray:
        """Integer inputs (batch, *shape) to integer logits (batch, classes), int32.

        Args:
            x_int: of several inputs a list of arrays, or each sample one vector.

        Raises:
            ValueError: for inputs that InputFormat.check_integers refuses.
        """
        x_int = joined(self, x_int)
        x_int = self.input.check_integers(x_int)
        logits = np.empty((len(x_int), self.classes), np.int32)
        for start in range(0, len(x_int), BATCH):
            chunk = slice(start, start + BATCH)
            traced = enumerate(self.trace(x_int[chunk]))
            ends = [out for i, out in traced if self.layers[i].role is Role.OUTPUT]
            logits[chunk] = np.concatenate(ends, axis=1)
        return logits

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Float inputs (batch, *shape) to integer logits (batch, classes), int32."""
        return self.predict_integers(self.input.quantize(joined(self, x)))

    def ranges(self) -> Iterator[Interval]:
        """Lowest and highest value of each element of every layer's output, int64, within int32.

        Interval arithmetic over all integers that the input format can hold, so no input
        whatever leaves these ranges and hardware sized by them cannot overflow.
        """
        return self._follow(self.input.bounds(), _range)

    def save(self, path: str | Path) -> None:
        """Writes ``network.npz`` (docs/network-format.md), atomically."""
        network_file.save(self, path)

    @classmethod
    def load(cls, path: str | Path) -> IntegerNetwork:
        """Reads ``network.npz``, checking every array; ValueError names what is wrong."""
        return network_file.load(path, cls)

    @classmethod
    def from_keras(
        cls, model: keras.Model, input_format: FixedPoint | Sequence[FixedPoint] | None = None
    ) -> IntegerNetwork:
        """The integer network of a trained Keras model.

        Args:
            model: see docs/networks.md for what it may consist of.
            input_format: how inputs become integers, of a model without an InputQuantizer, with a
                scale that is a power of two; one format, or one for each of several inputs, whose
                widths and signs may differ.

        Raises:
            ValueError: naming the layer that has no exact integers, and what to use instead.
        """
        from hls_projects.from_keras.converter import convert

        return cls(*convert(model, input_format).parts)


def _checked_shape(position: int, layer: Layer, *shapes: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return layer.output_shape(*shapes)
    except ValueError as error:
        raise ValueError(f"layer {position} ({layer.kind}): {error}") from None


def _range(position: int, layer: Layer, *taken: Interval) -> Interval:
    lowest, highest = layer.output_range(*(bound for interval in taken for bound in interval))
    if lowest.min() < INT32.min or highest.max() > INT32.max:
        raise ValueError(
            f"layer {position} ({layer.kind}): its values must fit 32 bits on every input. They "
            f"can reach {int(lowest.min()):,} to {int(highest.max()):,}: give the inputs fewer "
            "bits, or the layer fewer or smaller weights, biases and shifts"
        )
    return lowest, highest
