"""Whether a weighted sum of bits is another one, of functions of them: a counter, of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hls_projects.proof.sums.reach import FALSE, Literal


@dataclass(frozen=True)
class Relation:
    """sum = offset + Σ weight · net.

    Attributes:
        weights: of the nets, nonzero.
        offset: an integer.
        aliases: nets that equal a net with a weight, its complement, or a constant.
    """

    weights: Mapping[int, int]
    offset: int
    aliases: Mapping[int, Literal]


def find_relation(
    tables: Mapping[int, np.ndarray], sums: np.ndarray, occurs: np.ndarray
) -> Relation | None:
    """Integer weights with which some nets have a given sum, wherever the inputs occur.

    Binary digits are one case; bits of 3 and 3 of one weight, as two carries have, are another.

    Args:
        tables: of each net, its value at every assignment of the inputs, bool (assignments,).
        sums: int64 (assignments,).
        occurs: bool (assignments,), which of them count.

    Returns:
        None where there are no weights, more than one choice, or a net without a weight.
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
    wanted = sums[occurs]
    matrix = np.column_stack([np.ones(len(wanted), bool), *columns.values()]).astype(np.int64)
    found, _, rank, _ = np.linalg.lstsq(matrix.astype(float), wanted.astype(float), rcond=None)
    whole = np.rint(found).astype(np.int64)
    if rank < matrix.shape[1] or not whole[1:].all() or (matrix @ whole != wanted).any():
        return None
    weights = dict(zip(columns, whole[1:].tolist(), strict=True))
    return Relation(weights, int(whole[0]), aliases)
