"""Values that may be given for each layer of weights by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

MOST_ACTIVATION_BITS = 4
ACTIVATION_BITS = 2


def check_layer_names(argument: str, values: Any, names: Iterable[str]) -> None:
    """Raises ValueError, naming the argument, if a mapping names a layer that there is not."""
    names = list(names)
    unknown = set(values) - set(names) if isinstance(values, Mapping) else set()
    if unknown:
        raise ValueError(
            f"`{argument}` must name layers of {', '.join(names)}. Received: {min(unknown)}"
        )


def activation_bits_after(bits: int | Mapping[str, int]) -> Callable[[str], int]:
    """Bits of the activation after a layer, by its name; 2 after one that a mapping lacks.

    Raises:
        ValueError: if a number of bits is not 1, 2, 3 or 4.
    """
    named = isinstance(bits, Mapping)
    for value in bits.values() if named else (bits,):
        if value not in range(1, MOST_ACTIVATION_BITS + 1):
            raise ValueError(f"`activation_bits` must be 1, 2, 3 or 4. Received: {bits!r}")
    return lambda name: bits.get(name, ACTIVATION_BITS) if named else bits
