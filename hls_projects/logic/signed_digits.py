"""Integers as sums and differences of powers of two, as few as there can be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def signed_digits(value: int) -> Iterator[tuple[int, int]]:
    """The nonzero digits of value = Σ sign · 2^place, no two of them next to each other.

    No sum of signed powers of two has fewer terms (the non-adjacent form, Reitwiesner 1960).

    Args:
        value: any integer.

    Yields:
        (place ≥ 0, sign 1 or −1), the lowest place first.

    Example:
        >>> list(signed_digits(7)), list(signed_digits(-1))
        ([(0, -1), (3, 1)], [(0, -1)])
    """
    place = 0
    while value:
        if value & 1:
            sign = 2 - value % 4
            yield place, sign
            value -= sign
        value >>= 1
        place += 1


def digit_counts(weights: np.ndarray) -> np.ndarray:
    """How many nonzero signed digits each of some integers has, int64 of their shape."""
    values, places = np.unique(weights, return_inverse=True)
    # A bit in which n and 3n differ is a digit of n that is not 0.
    counts = [(abs(n) ^ 3 * abs(n)).bit_count() for n in values.tolist()]
    return np.array(counts, np.int64)[places].reshape(np.shape(weights))


def places_of(weights: np.ndarray) -> int:
    """Powers of two that divide every one of some integers; 0 if all are 0."""
    found = int(np.bitwise_or.reduce(np.abs(np.asarray(weights, np.int64)), axis=None))
    return (found & -found).bit_length() - 1 if found else 0
