"""Values of linear layers as integer sums of what registers, pools and the input hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.kinds import Layer, Role
from hls_projects.kinds.windows import windows_of

# Roles whose values are sums of the values that they take.
LINEAR = (Role.WEIGHTED, Role.SUM, Role.SHAPE, Role.MOVE, Role.JOIN, Role.OUTPUT)
ONE = np.ones((1, 1), np.int64)


@dataclass(frozen=True, eq=False)
class Terms:
    """value[rows[i]] = Σ factors[i] · atom[atoms[i]]; an atom is a number that is no such sum.

    Attributes:
        shape: of the values.
        rows, atoms, factors: int64 (terms,); rows ascend, each pair of row and atom is there once,
            factors are not 0.
        bits: of the widest atom that any value can take, with a weight or without.
        fan_in: inputs that each sum of weights sees; 0 where no layer of weights is among them.
    """

    shape: tuple[int, ...]
    rows: np.ndarray
    atoms: np.ndarray
    factors: np.ndarray
    bits: int
    fan_in: int = 0

    @classmethod
    def of_atoms(cls, atoms: np.ndarray, shape: tuple[int, ...], bits: int) -> Terms:
        """Values that are one atom each."""
        return cls(shape, np.arange(atoms.size), atoms, np.ones_like(atoms), bits)

    @property
    def size(self) -> int:
        """How many values there are."""
        return math.prod(self.shape)

    @property
    def lengths(self) -> np.ndarray:
        """(values,) how many terms each has."""
        return np.bincount(self.rows, minlength=self.size)

    def atoms_of(self, kept: np.ndarray) -> np.ndarray:
        """Atoms of the values that are kept, bool (values,), some of them more than once."""
        return self.atoms[kept[self.rows]]


def linear(layer: Layer, taken: Sequence[Terms], shape: tuple[int, ...]) -> Terms:
    """What a layer with a role of LINEAR makes of values, in its output's shape."""
    if layer.role is Role.JOIN:
        return _joined(layer, taken, shape)
    (values,) = taken
    places = np.arange(values.size).reshape(values.shape)
    if layer.role is Role.OUTPUT:
        shift = np.zeros(shape, np.int64) if layer.shift is None else layer.shift
        return replace(values, factors=values.factors << shift[values.rows])
    if layer.role in (Role.SHAPE, Role.MOVE):
        moved = layer.sources(values.shape) if layer.role is Role.MOVE else places
        return _weighted(values, moved.reshape(-1, 1), ONE, shape, values.fan_in)
    matrix = layer.matrix
    if layer.windows is not None:
        places = windows_of(layer.windows, values.shape).swapaxes(-1, -2)
    # Windows of a sum have nothing in common, unlike neurons that see the same inputs.
    fan_in = len(matrix) * max(values.fan_in, 1) if layer.role is Role.WEIGHTED else 0
    return _weighted(values, places.reshape(-1, len(matrix)), matrix, shape, fan_in)


def _joined(layer: Layer, taken: Sequence[Terms], shape: tuple[int, ...]) -> Terms:
    adds = hasattr(layer, "signs")
    signs = layer.signs if adds else (1,) * len(taken)
    starts = np.cumsum([0, *(value.size for value in taken)])[:-1]
    branches = list(zip(starts, taken, layer.places, signs, strict=True))
    fan_ins = [value.fan_in for value in taken]
    values = Terms(
        shape=(sum(value.size for value in taken),),
        rows=np.concatenate([start + value.rows for start, value, _, _ in branches]),
        atoms=np.concatenate([value.atoms for value in taken]),
        factors=np.concatenate([sign * (v.factors << place) for _, v, place, sign in branches]),
        bits=max(value.bits for value in taken),
    )
    places = [start + np.arange(value.size).reshape(value.shape) for start, value, _, _ in branches]
    if adds:
        seen = np.stack(places, axis=-1).reshape(-1, len(taken))
        return _weighted(values, seen, np.repeat(ONE, len(taken), axis=0), shape, sum(fan_ins))
    seen = np.concatenate(places, axis=-1).reshape(-1, 1)
    return _weighted(values, seen, ONE, shape, max(fan_ins))


def _weighted(
    values: Terms, seen: np.ndarray, matrix: np.ndarray, shape: tuple[int, ...], fan_in: int
) -> Terms:
    """Σ_i matrix[i, output] · value[seen[position, i]], for each position and output.

    Args:
        seen: (positions, inputs) of values, −1 for a 0.
        matrix: integers (inputs, outputs).
        shape, fan_in: of the result.
    """
    inputs, outputs = np.nonzero(matrix)
    sources = seen[:, inputs]
    positions, weights = np.nonzero(sources >= 0)
    sources = sources[positions, weights]
    lengths = values.lengths
    counts = lengths[sources]
    starts = (np.cumsum(lengths) - lengths)[sources]
    before = np.cumsum(counts) - counts
    terms = np.repeat(starts - before, counts) + np.arange(counts.sum())
    rows = np.repeat(positions * matrix.shape[1] + outputs[weights], counts)
    factors = matrix[inputs, outputs].astype(np.int64)[weights]
    factors = np.repeat(factors, counts) * values.factors[terms]
    return Terms(shape, *_summed(rows, values.atoms[terms], factors), values.bits, fan_in)


def _summed(
    rows: np.ndarray, atoms: np.ndarray, factors: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Terms in order, those of one row and atom added up, without those that are 0 then."""
    keys = rows * (atoms.max(initial=0) + 1) + atoms
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    sums = np.add.reduceat(factors[order], first) if len(first) else factors
    kept = order[first][sums != 0]
    return rows[kept], atoms[kept], sums[sums != 0]
