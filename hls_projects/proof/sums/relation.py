"""Whether a weighted sum of bits is another one, of functions of them: a counter, of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hls_projects.proof.sums.reach import FALSE, Literal


@dataclass(frozen=True)
class Relation:
    """sum = offset + Σ weight · net + Σ rest · product.

    Attributes:
        weights: of the nets, nonzero.
        offset: an integer.
        aliases: nets that equal a net with a weight, its complement, or a constant.
        rest: of products of inputs, nonzero.
    """

    weights: Mapping[int, int]
    offset: int
    aliases: Mapping[int, Literal]
    rest: Mapping[frozenset[int], int]


def find_relation(
    tables: Mapping[int, np.ndarray],
    sums: np.ndarray,
    occurs: np.ndarray,
    left: Mapping[frozenset[int], np.ndarray],
) -> Relation | None:
    """Integer weights with which some nets have a given sum, wherever the inputs occur.

    Binary digits are one case; two carries of the same weight are another.

    Args:
        tables: of each net, its value at every assignment of the inputs, bool (assignments,).
        sums: int64 (assignments,).
        occurs: bool (assignments,), which of them count.
        left: products of inputs that something else needs too, bool (assignments,); the sum may
            hold any multiple of them.

    Returns:
        None where there are no weights, or a net without one.
    """
    roots: dict[bytes, tuple[int, bool]] = {}
    aliases: dict[int, Literal] = {}
    columns: dict[int, np.ndarray] = {}
    for net, table in tables.items():
        column = table[occurs]
        inverted = bool(column[0])
        key = (column ^ inverted).tobytes()
        if not any(key):
            aliases[net] = FALSE, inverted
        elif key in roots:
            root, root_inverted = roots[key]
            aliases[net] = root, inverted != root_inverted
        else:
            roots[key] = net, inverted
            columns[net] = column
    rest = [table[occurs] for table in left.values()]
    found = _solved(np.column_stack([*columns.values(), *rest, occurs[occurs]]), sums[occurs])
    if found is None or not columns or 0 in found[: len(columns)]:
        return None
    *several, offset = found
    weights = dict(zip(columns, several, strict=False))
    others = zip(left, several[len(columns) :], strict=True)
    return Relation(weights, offset, aliases, {product: w for product, w in others if w})


def _solved(columns: np.ndarray, wanted: np.ndarray) -> list[int] | None:
    """Integers with which the columns make what is wanted, if there are any; checked exactly."""
    matrix = columns.astype(np.int64)
    square, right = matrix.T @ matrix, matrix.T @ wanted
    try:
        found = np.linalg.solve(square.astype(float), right.astype(float))
    except np.linalg.LinAlgError:
        return None
    if not (np.abs(found) < 1 << 40).all():
        return None
    whole = np.rint(found).astype(np.int64)
    return whole.tolist() if np.array_equal(matrix @ whole, wanted) else None
