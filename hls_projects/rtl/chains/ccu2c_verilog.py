"""CCU2C cells of the counters of a stage: several counters to a physical carry chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hls_projects.logic.bits import ONE, ZERO, Bit
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl.chains.ccu2c_counters import LutChain, LutPosition

# Most positions of a physical chain.  nextpnr spends two CCU2Cs on the ends of each; longer chains
# are harder to place, and timing counts paths through all their counters.
CHAIN_POSITIONS = 48


@dataclass(frozen=True)
class Half:
    """Half a CCU2C: a position, and the signal that its sum is; None if nothing reads it."""

    position: LutPosition
    output: int | None


def physical_chains(
    netlist: Netlist, longest: int = CHAIN_POSITIONS
) -> Iterator[list[LutChain]]:
    """Counters that share a chain of `longest` positions: of one depth, so none feeds another."""
    levels: dict[int, list[LutChain]] = {}
    for node in netlist.nodes:
        if isinstance(node, LutChain):
            levels.setdefault(netlist.depth[node.outputs[0]], []).append(node)
    for counters in levels.values():
        chain: list[LutChain] = []
        for counter in counters:
            if chain and len(halves([*chain, counter])) > longest:
                yield chain
                chain = []
            chain.append(counter)
        yield chain


def halves(chain: Sequence[LutChain]) -> list[Half]:
    """Positions of a physical chain; those between counters pass one carry out, the next one in."""
    made = []
    carry: int | None = None
    for counter in chain:
        made.append(Half(carry_position(counter.carry_in), carry))
        made += [Half(*pair) for pair in zip(counter.positions, counter.outputs, strict=False)]
        carry = counter.outputs[-1]
    return [*made, Half(carry_position(ZERO), carry)]


def ccu2c_cells(netlist: Netlist) -> int:
    """Number of CCU2C cells of a netlist."""
    return sum(-(-len(halves(chain)) // 2) for chain in physical_chains(netlist))


def ccu2c_lines(netlist: Netlist, names: dict[int, str]) -> list[str]:
    """Verilog of all counters of a netlist."""
    lines = []
    for number, chain in enumerate(physical_chains(netlist)):
        parts = halves(chain)
        if len(parts) % 2:
            parts.append(Half(carry_position(ZERO), None))
        lines.append(f"wire [{len(parts) // 2 - 1}:0] c{number};")
        for cell in range(len(parts) // 2):
            entering = f"c{number}[{cell - 1}]" if cell else "1'b0"
            pins = [f".CIN({entering})", f".COUT(c{number}[{cell}])"]
            inits = []
            for side, half in enumerate(parts[2 * cell : 2 * cell + 2]):
                pins += _pins(half, side, names)
                init = sum(entry << address for address, entry in enumerate(half.position.table))
                inits.append(f".INIT{side}(16'h{init:04x}), .INJECT1_{side}(\"NO\")")
            name = f"k{number}_{cell}"
            lines.append(f"CCU2C #({', '.join(inits)}) {name} ({', '.join(pins)});")
    return lines


def carry_position(bit: Bit) -> LutPosition:
    """p = 0 and g = bit: the sum is the carry of before, the carry is the bit."""
    generate = tuple((address & 1) ^ bit.inverted for address in range(4))
    return LutPosition((Bit(bit.signal), ZERO, ZERO, ONE), (*generate, *generate, *[0] * 8))


def _pins(half: Half, side: int, names: dict[int, str]) -> list[str]:
    pins = []
    for pin, bit in zip("ABCD", half.position.pins, strict=True):
        wire = f"1'b{bit.inverted:d}" if bit.constant else names[bit.signal]
        pins.append(f".{pin}{side}({wire})")
    return pins + ([f".S{side}({names[half.output]})"] if half.output is not None else [])
