"""The exact meaning of a trained model: integers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.kinds import Interval, Layer, Role
from hls_projects.network import network_file
from hls_projects.network.input_format import InputFormat

if TYPE_CHECKING:
    import keras

BATCH = 1024


@dataclass(frozen=True, eq=False)
class IntegerNetwork:
    """A feed-forward network of integers: what Keras, C-simulation and RTL must all compute.

    Args:
        input: how float inputs become integers.
        layers: the layers in order of execution; the last one is a Head.
        provenance: where the network comes from, JSON values (model name, versions, …).

    Raises:
        ValueError: if there are no layers, the last one is no Head, or shapes do not fit.

    Example:
        >>> network = IntegerNetwork.load("network.npz")
        >>> network.predict(x_train).shape
        (64, 10)
    """

    input: InputFormat
    layers: tuple[Layer, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.layers or self.layers[-1].role is not Role.OUTPUT:
            kinds = [layer.kind for layer in self.layers]
            raise ValueError(f"`layers` must end with a head. Received kinds: {kinds}")
        for _ in self.shapes():
            pass

    @property
    def classes(self) -> int:
        return len(self.layers[-1].bias)

    @property
    def weight_layers(self) -> tuple[Layer, ...]:
        """The layers that hold ternary weights, in order."""
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
        shape = self.input.shape
        for position, layer in enumerate(self.layers):
            try:
                shape = layer.output_shape(shape)
            except ValueError as error:
                raise ValueError(f"layer {position} ({layer.kind}): {error}") from None
            yield shape

    def trace(self, x_int: np.ndarray) -> Iterator[np.ndarray]:
        """Every layer's output, int32 (batch, *shape), for integer inputs (batch, *shape)."""
        for layer in self.layers:
            x_int = layer.forward(x_int)
            yield x_int

    def predict_integers(self, x_int: np.ndarray) -> np.ndarray:
        """Integer inputs (batch, *shape) to integer logits (batch, classes), int32.

        Raises:
            ValueError: for inputs that InputFormat.check_integers refuses.
        """
        x_int = self.input.check_integers(x_int)
        logits = np.empty((len(x_int), self.classes), np.int32)
        for start in range(0, len(x_int), BATCH):
            chunk = slice(start, start + BATCH)
            *_, logits[chunk] = self.trace(x_int[chunk])
        return logits

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Float inputs (batch, *shape) to integer logits (batch, classes), int32."""
        return self.predict_integers(self.input.quantize(x))

    def ranges(self) -> Iterator[Interval]:
        """Lowest and highest value of each element of every layer's output, int64.

        Interval arithmetic over all integers that the input format can hold, so no input
        whatever leaves these ranges and hardware sized by them cannot overflow.
        """
        lowest = np.full(self.input.shape, self.input.lowest, np.int64)
        highest = np.full(self.input.shape, self.input.highest, np.int64)
        for layer in self.layers:
            lowest, highest = layer.output_range(lowest, highest)
            yield lowest, highest

    def save(self, path: str | Path) -> None:
        """Writes ``network.npz`` (format 1, docs/network-format.md), atomically."""
        network_file.save(path, self.input, self.layers, self.provenance)

    @classmethod
    def load(cls, path: str | Path) -> IntegerNetwork:
        """Reads ``network.npz``, checking every array; ValueError names what is wrong."""
        return network_file.load(path, cls)

    @classmethod
    def from_keras(cls, model: keras.Model) -> IntegerNetwork:
        """The integer network of a trained Keras model; ValueError names a layer that has none."""
        from hls_projects.from_keras.converter import convert

        return cls(*convert(model))
