"""Golomb–Rice bitstream of ternary weights: runs of zeros, and a sign for each nonzero weight.

The stream holds one array of weights in {−1, 0, 1}, most significant bit of each byte first:

    header    1 byte     Rice parameter k, 0 to 31; the upper three bits are 0
    codes     variable   one code for each nonzero weight, in scan order
    tail      variable   ⌈t / 2^k⌉ bits '0' for the t zeros after the last nonzero weight
    padding   0-7 bits   '0' up to the next whole byte

A code stands for r zeros followed by one nonzero weight:

    ⌊r / 2^k⌋ bits '0' · one bit '1' · r mod 2^k in k bits, highest first · sign bit (1 means −1)

So a decoder needs one rule: '0' skips 2^k weights, '1' skips as many as the next k bits say and
then places a weight.  It stops when it has passed the last weight; only the skips of the tail may
reach beyond it.  The length of the codes is n · (k + 2) + Σ ⌊r / 2^k⌋ bits; k is the one that
makes codes and tail shortest together, the smallest such k if several do.

Scan order: output by output (the last axis is the slowest), within one output the remaining axes
in C order, so all weights of a neuron lie together and can be streamed into its accumulator.  Runs
go on from one neuron to the next, which costs nothing at a neuron's end.  On trained networks the
other order (input by input) differed by less than 1 %.

The shape is not in the stream: as for one bit a weight, the architecture gives it.

Reference: R. F. Rice, "Some practical universal noiseless coding techniques", JPL 79-22, 1979.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

HIGHEST_PARAMETER = 31


def encode(weights: np.ndarray) -> bytes:
    """Encodes ternary weights.

    Args:
        weights: int8 array of at least one axis, each −1, 0 or 1; the last axis is the outputs.

    Returns:
        The bitstream, header and padding included.

    Raises:
        ValueError: for another type, rank or value.

    Example:
        >>> stream = encode(np.array([[0, 1], [0, 0], [-1, 0]], np.int8))
        >>> decode(stream, (3, 2)).tolist()
        [[0, 1], [0, 0], [-1, 0]]
    """
    flat = _scan(_checked(weights))
    positions = np.flatnonzero(flat)
    runs = np.diff(positions, prepend=-1) - 1
    tail = flat.size - 1 - (int(positions[-1]) if positions.size else -1)
    k = _best_parameter(runs, tail)
    bits = _code_bits(runs, flat[positions] < 0, k, _skips(tail, k))
    return bytes([k]) + np.packbits(bits).tobytes()


def decode(stream: bytes, shape: Sequence[int]) -> np.ndarray:
    """Decodes a bitstream of ``encode``.

    Args:
        stream: the whole bitstream.
        shape: shape of the weights, at least one axis.

    Returns:
        int8 array of that shape, each −1, 0 or 1.

    Raises:
        ValueError: if the stream is truncated, has an invalid header, skips beyond the last
            weight or goes on after it.
    """
    count, shape = _checked_shape(shape)
    k, bits = _split(stream)
    runs, signs, end = _read_codes(bits, k)
    positions = np.cumsum(runs + 1) - 1
    if positions.size and positions[-1] >= count:
        raise ValueError(f"`stream` goes beyond the last of {count} weights, or is corrupt.")
    tail = count - 1 - (int(positions[-1]) if positions.size else -1)
    _check_length(len(stream), end + _skips(tail, k))
    flat = np.zeros(count, np.int8)
    flat[positions] = 1 - 2 * signs.astype(np.int8)
    return np.ascontiguousarray(np.moveaxis(flat.reshape(shape[-1:] + shape[:-1]), 0, -1))


def rice_parameter(stream: bytes) -> int:
    """The Rice parameter k that a bitstream states in its header; ValueError if it has none."""
    if not stream:
        raise ValueError("`stream` is truncated: it is empty.")
    if stream[0] > HIGHEST_PARAMETER:
        raise ValueError(
            f"`stream` must state a Rice parameter of 0 to {HIGHEST_PARAMETER} in its first byte. "
            f"Received: {stream[0]}"
        )
    return stream[0]


def _checked(weights: np.ndarray) -> np.ndarray:
    if not (isinstance(weights, np.ndarray) and weights.dtype == np.int8 and weights.ndim > 0):
        described = getattr(weights, "dtype", type(weights).__name__)
        raise ValueError(
            "`weights` must be an int8 array of at least one axis. "
            f"Received: {described}, shape {np.shape(weights)}"
        )
    if weights.size and not (weights.min() >= -1 and weights.max() <= 1):
        raise ValueError(
            f"`weights` must be -1, 0 or 1. Received: {weights.min()} to {weights.max()}"
        )
    return weights


def _checked_shape(shape: Sequence[int]) -> tuple[int, tuple[int, ...]]:
    sizes = tuple(int(n) for n in shape)
    if not sizes or min(sizes) < 0:
        raise ValueError(f"`shape` must hold at least one size, each >= 0. Received: {shape!r}")
    return math.prod(sizes), sizes


def _scan(weights: np.ndarray) -> np.ndarray:
    return np.moveaxis(weights, -1, 0).ravel()


def _skips(zeros: int, k: int) -> int:
    """Bits '0' that pass so many zeros, ⌈zeros / 2^k⌉."""
    return -(-zeros >> k)


def _best_parameter(runs: np.ndarray, tail: int) -> int:
    longest = max(int(runs.max(initial=0)), tail)
    candidates = range(min(longest.bit_length(), HIGHEST_PARAMETER) + 1)
    return min(
        candidates, key=lambda k: runs.size * (k + 2) + int((runs >> k).sum()) + _skips(tail, k)
    )


def _code_bits(runs: np.ndarray, negative: np.ndarray, k: int, skips: int) -> np.ndarray:
    ends = np.cumsum((runs >> k) + k + 2)
    bits = np.zeros((int(ends[-1]) if ends.size else 0) + skips, np.uint8)
    bits[ends - k - 2] = 1
    for place in range(k):
        bits[ends - 2 - place] = (runs >> place) & 1
    bits[ends - 1] = negative
    return bits


def _split(stream: bytes) -> tuple[int, np.ndarray]:
    k = rice_parameter(stream)
    return k, np.unpackbits(np.frombuffer(stream, np.uint8)[1:])


def _read_codes(bits: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Runs, sign bits, and where the codes end; padding and tail hold no '1'."""
    marks = _marks(bits, k)
    ends = marks + k + 2
    if ends.size and ends[-1] > bits.size:
        raise ValueError("`stream` is truncated: it ends within a code.")
    runs = np.diff(ends, prepend=0) - k - 2 << k
    for place in range(k):
        runs += bits[ends - 2 - place].astype(np.int64) << place
    return runs, bits[ends - 1], int(ends[-1]) if ends.size else 0


def _marks(bits: np.ndarray, k: int) -> np.ndarray:
    """Positions of the '1' that ends each unary part.

    Which '1' is such a mark depends on all codes before it, so they are followed one by one,
    along the precomputed step from each '1' to the first one after its remainder and sign.
    """
    ones = np.flatnonzero(bits)
    following = np.searchsorted(ones, ones + k + 2).tolist()
    chain, at = [], 0
    while at < len(following):
        chain.append(at)
        at = following[at]
    return ones[chain]


def _check_length(received: int, bits: int) -> None:
    expected = 1 + (bits + 7) // 8
    if received < expected:
        raise ValueError(f"`stream` is truncated: {expected} bytes expected. Received: {received}")
    if received > expected:
        raise ValueError(
            f"`stream` goes on after its last weight: {expected} bytes expected. "
            f"Received: {received}"
        )
