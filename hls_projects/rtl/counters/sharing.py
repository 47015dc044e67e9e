"""Which parts several sums have in common, so that hardware adds them once.

A sum is a row of terms: bits of weight 2^place, plain (1) or complemented (−1).  Two rows agree on
a set of terms if all have equal signs, or all opposite ones: Σ 2^p · (1 − b) = Σ 2^p − Σ 2^p · b.
The pair that agrees on the most bits beyond those of their sum goes first (greedy, in the manner of
Hosangadi, Fallah and Kastner, "Optimizing polynomial expressions by algebraic factorization and
common subexpression elimination", 2006); the set becomes a row of its own, a group, whose sum's
bits are new terms, and may itself share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Group:
    """A common part: the row that adds it, and the terms that the bits of its sum are.

    Attributes:
        row: of the plan's matrix.
        first, width: its sum's bits are the columns first … first + width − 1.
        highest: the sum where every term is 1.
    """

    row: int
    first: int
    width: int
    highest: int


@dataclass(frozen=True)
class SharingPlan:
    """Rows of terms after sharing.

    Attributes:
        signs: (rows, columns) int8, 0 where a row lacks a term: the given rows, then groups.
        offsets: (rows,), what complemented groups add to a row.
        groups: in the order in which they were found.
    """

    signs: np.ndarray
    offsets: np.ndarray
    groups: tuple[Group, ...]


def plan_sharing(
    signs: np.ndarray, places: Sequence[int], least: int, nested: bool = True
) -> SharingPlan:
    """Groups until no two rows agree on `least` bits more than their sum has.

    Args:
        signs: (rows, terms), 1, −1, or 0 where a row lacks a term.
        places: (terms,), the weight of each is 2^place.
        least: bits that a group must save, ≥ 1.
        nested: whether groups share too; else each adds terms that were given.

    Example:
        >>> rows = np.array([[1, 1, 1, 1, 0], [-1, -1, -1, 0, 1]])
        >>> plan_sharing(rows, [0, 0, 0, 0, 0], 1).groups
        (Group(row=2, first=5, width=2, highest=3),)
    """
    search = _Search(signs, places, nested)
    while search.step(least):
        pass
    return search.plan()


class _Search:
    """Rows and columns as they grow; for each row the best partner."""

    def __init__(self, signs: np.ndarray, places: Sequence[int], nested: bool) -> None:
        self.rows, self.columns = signs.shape
        self.given, self.terms, self.nested = self.rows, self.columns, nested
        self.signs = np.zeros((2 * self.rows + 16, 2 * self.columns + 64), np.int8)
        self.signs[: self.rows, : self.columns] = signs
        self.weights = np.zeros(self.signs.shape[1], np.float32)
        self.weights[: self.columns] = 2.0 ** np.asarray(places, np.float32)
        self.offsets = [0] * self.rows
        self.groups: list[Group] = []
        self.saved = np.zeros((len(self.signs), 2, len(self.signs)), np.int32)
        self.best = np.zeros(len(self.signs), np.int32)
        self.partner = np.zeros(len(self.signs), np.int64)
        if self.rows:
            self._score(range(self.rows))

    def plan(self) -> SharingPlan:
        return SharingPlan(
            self.signs[: self.rows, : self.columns], np.array(self.offsets), tuple(self.groups)
        )

    def step(self, least: int) -> bool:
        """Makes the group that saves most; False if that is less than `least`."""
        row = int(self.best.argmax())
        if self.best[row] < least:
            return False
        partner = self.partner[row]
        opposite = self.saved[row, 1, partner] == self.best[row]
        agreed = self.signs[row] * self.signs[partner] == (-1 if opposite else 1)
        common = np.flatnonzero(agreed[: self.columns if self.nested else self.terms])
        self._score([*self._take(common, row), self.rows - 1])
        return True

    def _take(self, common: np.ndarray, row: int) -> list[int]:
        """Makes a group of a row's terms; every row that has them all uses it."""
        # Powers of two are exact in float32, sums beyond 2^24 are not.
        highest = int(self.weights[common].sum(dtype=np.float64))
        # Of a group that is subtracted, offsets are there already.
        ones = int(self.weights[common[common < self.terms]].sum(dtype=np.float64))
        width = highest.bit_length()
        self._grow(width)
        agreement = self.signs[: self.rows, common] * self.signs[row, common]
        users = np.flatnonzero(abs(agreement.sum(axis=1)) == len(common))
        group = Group(self.rows, self.columns, width, highest)
        self.signs[group.row, common] = self.signs[row, common]
        self.weights[group.first : group.first + width] = 2.0 ** np.arange(width)
        for user in users:
            sign = agreement[user, 0]
            self.signs[user, common] = 0
            self.signs[user, group.first : group.first + width] = sign
            self.offsets[user] += ones if sign < 0 else 0
        self.groups.append(group)
        self.offsets.append(0)
        self.rows += 1
        self.columns += width
        return users.tolist()

    def _grow(self, width: int) -> None:
        """Room for one more row and `width` columns."""
        rows, columns = self.signs.shape
        more_rows = rows if self.rows == rows else 0
        more_columns = columns if self.columns + width > columns else 0
        if more_rows or more_columns:
            self.signs = np.pad(self.signs, ((0, more_rows), (0, more_columns)))
            self.weights = np.pad(self.weights, (0, more_columns))
            self.saved = np.pad(self.saved, ((0, more_rows), (0, 0), (0, more_rows)))
            self.best = np.pad(self.best, (0, more_rows))
            self.partner = np.pad(self.partner, (0, more_rows))

    def _score(self, changed: Sequence[int]) -> None:
        """Bits that each changed row would save with every other row."""
        rows, columns = (self.rows, self.columns) if self.nested else (self.given, self.terms)
        changed = [row for row in changed if row < rows]
        used = np.flatnonzero(self.signs[changed, :columns].any(axis=0))
        plain, flipped = _split(self.signs[np.ix_(changed, used)])
        others = _split(self.signs[:rows, used])
        weights = self.weights[used]
        for opposite, (a, b) in enumerate((others, others[::-1])):
            count = plain @ a.T + flipped @ b.T
            highest = (plain * weights) @ a.T + (flipped * weights) @ b.T
            saved = np.maximum(count - np.ceil(np.log2(highest + 1.0)), 0).astype(np.int32)
            saved[np.arange(len(changed)), changed] = 0
            self.saved[changed, opposite, :rows] = saved
            self.saved[:rows, opposite, changed] = saved.T
        self._choose(changed)

    def _choose(self, changed: list[int]) -> None:
        """Renews the best partner of rows whose savings changed."""
        rows = slice(self.rows)
        stale = np.isin(self.partner[rows], changed)
        stale |= self.saved[rows, :, changed].max(axis=(1, 2)) > self.best[rows]
        stale[changed] = True
        found = self.saved[: self.rows][stale, :, : self.rows].max(axis=1)
        self.partner[: self.rows][stale] = found.argmax(axis=1)
        self.best[: self.rows][stale] = found.max(axis=1)


def _split(signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where terms are plain, and where complemented."""
    return (signs > 0).astype(np.float32), (signs < 0).astype(np.float32)
