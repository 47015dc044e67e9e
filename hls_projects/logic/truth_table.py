"""Truth tables over signals: made from functions of bits, and without inputs that do not matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hls_projects.logic.bits import CONSTANT, Bit

Function = Callable[[list[int]], tuple[int, ...]]
Table = tuple[int, ...]


def tabulate(bits: Sequence[Bit], function: Function) -> tuple[list[int], list[Table]]:
    """Distinct signals under `bits`, ascending, and a table over them for each output.

    Entry a of a table is the output where signal i holds bit i of a.

    Args:
        bits: arguments of the function.
        function: maps the list of their values, 0 or 1, to a tuple of outputs, 0 or 1.
    """
    signals = sorted({bit.signal for bit in bits if not bit.constant})
    rows = []
    for assignment in range(1 << len(signals)):
        value = {signal: assignment >> i & 1 for i, signal in enumerate(signals)}
        value[CONSTANT] = 0
        rows.append(function([value[signal] ^ inverted for signal, inverted in bits]))
    return signals, [tuple(int(value) for value in table) for table in zip(*rows, strict=True)]


def without_dead_inputs(signals: Sequence[int], table: Table) -> tuple[tuple[int, ...], Table]:
    """The same function over only those signals that influence it."""
    kept = list(signals)
    position = 0
    while position < len(kept):
        step = 1 << position
        low = [entry for a, entry in enumerate(table) if not a & step]
        high = [entry for a, entry in enumerate(table) if a & step]
        if low == high:
            table = tuple(low)
            del kept[position]
        else:
            position += 1
    return tuple(kept), table


def widen(table: Table, signals: Sequence[int], wanted: Sequence[int]) -> Table:
    """A table over `signals` as one over `wanted`, which holds them all."""
    places = [wanted.index(signal) for signal in signals]
    return tuple(
        table[sum((a >> place & 1) << i for i, place in enumerate(places))]
        for a in range(1 << len(wanted))
    )
