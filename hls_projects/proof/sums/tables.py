"""Truth tables: of variables, products and weighted sums, and of words of simulations."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations

import numpy as np


def subsets(nets: Iterable[int]) -> list[frozenset[int]]:
    """All but the empty one."""
    nets = sorted(nets)
    sizes = range(1, len(nets) + 1)
    return [frozenset(found) for size in sizes for found in combinations(nets, size)]


def product_table(factors: frozenset[int], nets: list[int]) -> np.ndarray:
    """Whether all factors are 1, at every assignment of the nets, bool."""
    rows = np.arange(1 << len(nets))
    return np.logical_and.reduce([rows >> nets.index(net) & 1 for net in factors])


def is_part(part: int, weight: int) -> bool:
    """Whether a part has a weight's sign and no more than its size, so that the rest has too."""
    return part * weight >= 0 and abs(part) <= abs(weight)


def table_of(word: int, count: int) -> np.ndarray:
    octets = word.to_bytes((count + 7) // 8, "little")
    return np.unpackbits(np.frombuffer(octets, np.uint8), count=count, bitorder="little") > 0


@lru_cache(None)
def columns(count: int) -> list[int]:
    """Of every variable, its values in all 2^count simulations."""
    rows = np.arange(1 << count)
    packed = (np.packbits((rows >> i & 1).astype(bool), bitorder="little") for i in range(count))
    return [int.from_bytes(octets.tobytes(), "little") for octets in packed]


@lru_cache(1 << 16)
def sums_table(weights: tuple[int, ...]) -> np.ndarray:
    """The weighted sum in all simulations."""
    rows = np.arange(1 << len(weights))
    return sum(w * (rows >> i & 1) for i, w in enumerate(weights))
