"""LUTs of at most two inputs that stand before GateMate's full adders."""

from __future__ import annotations

from collections.abc import Sequence

from hls_projects.logic.bits import Bit


def lut2(
    name: str, bits: Sequence[Bit], table: Sequence[int], names: dict[int, str]
) -> tuple[list[str], str]:
    """Verilog of a function of two bits' signals, and what has its value."""
    signals = [bit.signal for bit in bits if not bit.constant]
    values = []
    for address in range(1 << len(signals)):
        raw = {signal: address >> i & 1 for i, signal in enumerate(signals)}
        given = [raw.get(bit.signal, 0) if not bit.constant else int(bit.inverted) for bit in bits]
        values.append(table[given[0] | given[1] << 1])
    if len(set(values)) == 1:
        return [], f"1'b{values[0]}"
    if values == [0, 1]:
        return [], names[signals[0]]
    init = sum(value << address for address, value in enumerate(values))
    size = len(signals)
    pins = ", ".join(f".I{i}({names[signal]})" for i, signal in enumerate(signals))
    cell = f"CC_LUT{size} #(.INIT({len(values)}'h{init:x})) {name} (.O({name}_o), {pins});"
    return [f"wire {name}_o;", cell], f"{name}_o"
