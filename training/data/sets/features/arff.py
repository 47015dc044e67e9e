"""ARFF, the text format of OpenML: numeric columns and one column of names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

NUMERIC = {"real", "numeric", "integer"}
ATTRIBUTE = re.compile(r"@attribute\s+('[^']*'|\"[^\"]*\"|\S+)\s+(.+)", re.IGNORECASE)
QUOTES = "'\""
CHUNK = 50_000
LONGEST_HEADER = 10_000  # lines
LONGEST_NAME = 16  # of a class


@dataclass(frozen=True, eq=False)
class Table:
    """What such a file holds.

    Args:
        names: of the numeric columns.
        values: float64 (rows, columns).
        classes: names (rows,) of the one other column.
    """

    names: tuple[str, ...]
    values: np.ndarray
    classes: np.ndarray


def read_arff(lines: Iterable[str]) -> Table:
    """The table of an ARFF file's lines.

    Raises:
        ValueError: for anything but finite numbers in all columns and names in one, saying where.
    """
    lines = iter(lines)
    names, kinds = _header(lines)
    places = [i for i, kind in enumerate(kinds) if kind in NUMERIC]
    (label,) = set(range(len(kinds))) - set(places)
    rows = (line for line in lines if line.strip() and not line.startswith("%"))
    values, classes = [np.empty((0, len(places)))], [np.empty(0, f"U{LONGEST_NAME}")]
    while chunk := list(itertools.islice(rows, CHUNK)):
        cells = [row.split(",") for row in chunk]
        start = sum(map(len, classes))
        wrong = [i for i, row in enumerate(cells) if len(row) != len(kinds)]
        if wrong:
            raise ValueError(
                f"row {start + wrong[0] + 1} must hold {len(kinds)} values. "
                f"Received: {len(cells[wrong[0]])}"
            )
        try:
            numbers = np.array([[row[i] for i in places] for row in cells]).astype(np.float64)
        except ValueError as error:
            raise ValueError(f"rows from {start + 1} must hold numbers: {error}") from None
        if not np.isfinite(numbers).all():
            raise ValueError(f"rows from {start + 1} must hold finite numbers")
        values.append(numbers)
        classes.append(np.array([row[label].strip().strip(QUOTES)[:LONGEST_NAME] for row in cells]))
    return Table(tuple(names[i] for i in places), np.concatenate(values), np.concatenate(classes))


def _header(lines: Iterator[str]) -> tuple[list[str], list[str]]:
    """Names and types of the columns; takes the lines up to @data."""
    names, kinds = [], []
    for line in itertools.islice(lines, LONGEST_HEADER):
        line = line.strip()
        if line.lower().startswith("@data"):
            if sum(kind not in NUMERIC for kind in kinds) != 1 or len(kinds) < 2:
                raise ValueError(
                    "an ARFF file must declare numeric columns and one of names. "
                    f"Received: {', '.join(kinds) or 'no columns'}"
                )
            return names, kinds
        if found := ATTRIBUTE.match(line):
            names.append(found[1].strip(QUOTES))
            kinds.append(found[2].strip().lower())
    raise ValueError("an ARFF file must have a line @data after the declaration of its columns")
