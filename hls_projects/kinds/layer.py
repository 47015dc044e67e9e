"""What every layer of an integer network is and can do."""

from __future__ import annotations

from enum import Enum
from typing import Any, ClassVar

import numpy as np

from hls_projects.kinds.windows import Windows

INT32 = np.iinfo(np.int32)

Interval = tuple[np.ndarray, np.ndarray]


def require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


class Role(Enum):
    """What a layer does to the values that pass it; all that other modules ask of a kind."""

    WEIGHTED = "sums of inputs by weights, attribute `weights`"
    ACTIVATION = "levels of a sum, attributes `levels`, `direction` and `bits`"
    ENCODER = "comparisons of values with constants, attributes `levels` and `feature`"
    POOL = "one value of every window"
    SUM = "sums of windows, without weights"
    SHAPE = "the same values in another shape"
    MOVE = "values in other places, and zeros"
    JOIN = "one value of several branches, attribute `places`"
    OUTPUT = "logits"


class Layer:
    """One step of an integer network: ``forward`` maps integers (batch, ...) to integers.

    Subclasses are frozen dataclasses, one a kind, each in a module of its own and in KINDS.
    Together they rebuild a layer from a file, ``cls(**options, **arrays)``.

    Attributes:
        kind: its name in the file format and in reports.
        role: what it does.
        hls_class: the layer of an hls4ml project that computes it.
        numbered: whether its name has a number even where it is the only one.
        array_fields: what the file stores as arrays, by the name of the field.
        optional_fields: those of them that may be None, and are left out then.
        option_fields: what the file's header says of it.
    """

    kind: ClassVar[str]
    role: ClassVar[Role]
    hls_class: ClassVar[str]
    numbered: ClassVar[bool] = True
    array_fields: ClassVar[tuple[str, ...]] = ()
    optional_fields: ClassVar[tuple[str, ...]] = ()
    option_fields: ClassVar[tuple[str, ...]] = ()

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        found = {name: getattr(self, name) for name in self.array_fields}
        return {name: array for name, array in found.items() if array is not None}

    @property
    def options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.option_fields}

    @property
    def hls_attributes(self) -> dict[str, Any]:
        """What describes it to hls4ml."""
        options = {n: list(v) if isinstance(v, tuple) else v for n, v in self.options.items()}
        return {**self.arrays, **options}

    @property
    def matrix(self) -> np.ndarray | None:
        """Weights (values that an output position sees, outputs); None if it is no such sum."""
        return None

    @property
    def flattens(self) -> bool:
        """Whether it does nothing but make a vector of its input."""
        return False

    @property
    def windows(self) -> Windows | None:
        """The windows of an image that it looks at; None if it has none."""
        return None

    # Those that join branches take what each branch has, one after another.

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Integers (batch, *input shape) to integers (batch, *output shape), int32."""
        raise NotImplementedError

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of one output sample; raises ValueError if the layer cannot take the input."""
        raise NotImplementedError

    def output_range(self, lowest: np.ndarray, highest: np.ndarray) -> Interval:
        """Smallest and largest output of each element, by interval arithmetic from its inputs'."""
        raise NotImplementedError

    def sums(self, values: np.ndarray) -> np.ndarray:
        """What it makes of sums of bits (*input shape), an array of BitSum (*output shape).

        Raises:
            ValueError: for a kind that is not linear.
        """
        raise ValueError(f"RTL cannot follow sums through a {self.kind} layer")


def describe(value: Any) -> str:
    """Type and shape of a value, for messages."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    return f"{type(value).__name__}"


def require_small_integers(weights: Any, kind: str, axes: str) -> None:
    """Raises ValueError unless weights are a non-empty int8 array.

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


def is_ternary(weights: np.ndarray) -> bool:
    """Whether every weight is −1, 0 or 1."""
    return bool(weights.min() >= -1 and weights.max() <= 1)


def signed_parts(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights as (positive, negative), float64, both ≥ 0: weights = positive − negative."""
    exact = weights.astype(np.float64)
    return np.maximum(exact, 0), np.maximum(-exact, 0)


def as_tuple(value: Any) -> Any:
    """A list, which is what JSON makes of a tuple, as a tuple again."""
    return tuple(value) if isinstance(value, list) else value


def column_sums(weights: np.ndarray) -> np.ndarray:
    """Sum of the weights (..., outputs) of each output, int64 (outputs,)."""
    return weights.reshape(-1, weights.shape[-1]).sum(axis=0, dtype=np.int64)
