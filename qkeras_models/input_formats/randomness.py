"""Random numbers that depend on a key alone, and stay the same in every NumPy version.

NumPy promises stable streams for bit generators and seed sequences, not for the methods of
`Generator`, so everything here is made from raw 64-bit words.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What numbers are drawn for: keeps streams of one seed apart.  Never 0."""

    SPLIT = 1
    ORDER = 2
    MAPS = 3
    CHOICE = 4
    SAMPLE = 5
    SIDE = 6


def words(count: int, purpose: Purpose, *key: int) -> np.ndarray:
    """`count` uniform 64-bit words, uint64 (count,); `key` holds integers >= 0."""
    return np.random.PCG64(np.random.SeedSequence((*key, int(purpose)))).random_raw(count)


def permutation(count: int, purpose: Purpose, *key: int) -> np.ndarray:
    """The integers 0 … count − 1 in random order, int64 (count,)."""
    return np.argsort(words(count, purpose, *key), kind="stable")


def integers(count: int, below: int, purpose: Purpose, *key: int) -> np.ndarray:
    """Uniform integers from 0 to below − 1, int64 (count,)."""
    return (words(count, purpose, *key) % np.uint64(below)).astype(np.int64)


def uniform(shape: tuple[int, ...], purpose: Purpose, *key: int) -> np.ndarray:
    """Uniform numbers in [−1, 1), float64, of any shape."""
    unit = (words(int(np.prod(shape)), purpose, *key) >> np.uint64(11)) * 2.0**-53
    return (2.0 * unit - 1.0).reshape(shape)


def check_seed(name: str, seed: int) -> int:
    """The seed as a Python int.

    Raises:
        ValueError: if it is not an integer from 0 to 2^64 − 1.
    """
    is_integer = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if not is_integer or not 0 <= seed < 1 << 64:
        raise ValueError(f"`{name}` must be an integer from 0 to 2^64 - 1. Received: {seed!r}")
    return int(seed)
