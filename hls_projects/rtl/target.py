"""What a design is written for: the carry chains that it may use."""

from __future__ import annotations

from enum import Enum


class Target(Enum):
    """XILINX: LUT6_2 and CARRY4; ECP5: LUT4s and CCU2C; GENERIC: truth tables, no primitives."""

    XILINX = "xilinx"
    ECP5 = "ecp5"
    GENERIC = "generic"

    @classmethod
    def named(cls, name: str | Target) -> Target:
        """The target of a name; ValueError if there is none."""
        try:
            return cls(name)
        except ValueError:
            names = ", ".join(target.value for target in cls)
            raise ValueError(f"`target` must be one of {names}. Received: {name!r}") from None
