"""One of several inputs of a network: how many values of the vector are its, and which integers."""

from __future__ import annotations

from dataclasses import dataclass

from qkeras_models.input_formats.fixed_point import IntegerRange


@dataclass(frozen=True)
class InputPart(IntegerRange):
    """Consecutive values of a network's input whose integers have a width and sign of their own.

    Args:
        bits, signed: see IntegerRange.
        name: of the input.
        size: how many values it has, ≥ 1.

    Raises:
        ValueError: for other values.
    """

    name: str
    size: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.name, str) or type(self.size) is not int or self.size < 1:
            raise ValueError(
                "a part of the input must have a `name` and a `size` >= 1. "
                f"Received: {self.name!r}, {self.size!r}"
            )

    def __str__(self) -> str:
        return f"{self.bits} bits {'signed' if self.signed else 'unsigned'} of '{self.name}'"
