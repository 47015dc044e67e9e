"""One of several inputs of a network: how many values of the vector are its, and which integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qkeras_models.input_formats.fixed_point import check_bits


@dataclass(frozen=True)
class InputPart:
    """Consecutive values of a network's input whose integers have a width and sign of their own.

    Args:
        name: of the input.
        size: how many values it has, ≥ 1.
        bits, signed: as in FixedPoint.

    Raises:
        ValueError: for other values.
    """

    name: str
    size: int
    bits: int
    signed: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "bits", check_bits(self.bits))
        if not isinstance(self.name, str) or type(self.size) is not int or self.size < 1:
            raise ValueError(
                "a part of the input must have a `name` and a `size` >= 1. "
                f"Received: {self.name!r}, {self.size!r}"
            )
        if not isinstance(self.signed, (bool, np.bool_)):
            raise ValueError(f"`signed` must be True or False. Received: {self.signed!r}")
        object.__setattr__(self, "signed", bool(self.signed))

    @property
    def lowest(self) -> int:
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def highest(self) -> int:
        return self.lowest + (1 << self.bits) - 1

    def __str__(self) -> str:
        return f"{self.bits} bits {'signed' if self.signed else 'unsigned'} of '{self.name}'"
