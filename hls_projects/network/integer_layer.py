"""What every layer of an integer network is and can do."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

INT32 = np.iinfo(np.int32)

Interval = tuple[np.ndarray, np.ndarray]


def require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


class Layer:
    """One step of an integer network: ``forward`` maps integers (batch, ...) to integers.

    Subclasses are frozen dataclasses.  ``kind`` names them in the file format, ``arrays`` are
    what the file stores and ``options`` what its header says of them; both together rebuild the
    layer, ``cls(**options, **arrays)``.  ``computes`` is false where values stay as they are.
    """

    kind: ClassVar[str]
    computes: ClassVar[bool] = True
    array_fields: ClassVar[tuple[str, ...]] = ()
    option_fields: ClassVar[tuple[str, ...]] = ()

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in self.array_fields}

    @property
    def options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.option_fields}

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Integers (batch, *input shape) to integers (batch, *output shape), int32."""
        raise NotImplementedError

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of one output sample; raises ValueError if the layer cannot take the input."""
        raise NotImplementedError

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        """Smallest and largest output of each element, by interval arithmetic from its inputs'."""
        raise NotImplementedError


def describe(value: Any) -> str:
    """Type and shape of a value, for messages."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    return f"{type(value).__name__}"


def require_ternary(weights: Any, kind: str, axes: str) -> None:
    """Raises ValueError unless weights are a non-empty int8 array of −1, 0 and 1.

    Args:
        kind, axes: of the layer, for messages; as many axes as weights must have.
    """
    require(
        isinstance(weights, np.ndarray)
        and weights.dtype == np.int8
        and weights.ndim == axes.count(",") + 1
        and weights.size > 0,
        f"`weights` of a {kind} layer must be a non-empty int8 array ({axes}). "
        f"Received: {describe(weights)}",
    )
    require(
        bool((np.abs(weights.astype(np.int16)) <= 1).all()),
        f"`weights` must be -1, 0 or 1. Received values from {weights.min()} to {weights.max()}",
    )


def as_tuple(value: Any) -> Any:
    """A list, which is what JSON makes of a tuple, as a tuple again."""
    return tuple(value) if isinstance(value, list) else value


def column_sums(weights: np.ndarray) -> np.ndarray:
    """Sum of the weights (..., outputs) of each output, int64 (outputs,)."""
    return weights.reshape(-1, weights.shape[-1]).sum(axis=0, dtype=np.int64)
