"""Where a block may end: rows of registers, or wires that cut it off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hls_projects.proof.circuit import FALSE, TRUE
from hls_projects.proof.matches import Matches
from hls_projects.proof.pipeline import Checked


def rows(
    checked: Checked, cone: set[int], latencies: Mapping[int, int | None], last: int
) -> Iterator[tuple[Matches, int | None]]:
    """Registers that are equally late, then wires that all paths pass, and how late these are.

    Args:
        checked: the block.
        cone: nets that the circuit's outputs depend on.
        latencies: registers that each net is behind, None for constants.
        last: most registers that the block's results may be behind.

    Yields:
        Its bits that the nets equal, and the nets' latency; None where they have several.
    """
    for latency in range(checked.front.latency + 1, last + 1):
        registers = checked.circuit.registers
        nets = [q for q in registers if q in cone and latencies.get(q) == latency]
        yield Matches(checked, nets), latency
    for matches in cut_wires(checked, cone):
        found = {latencies[net] for net in matches.nets} - {None} or {checked.front.latency}
        yield matches, found.pop() if len(found) == 1 else None


def cut_wires(checked: Checked, cone: set[int]) -> Iterator[Matches]:
    """Each of the circuit's wires that all paths from the block's inputs to the logits pass.

    Which wires of the top module to look at is read off the netlist.  Whether their nets equal the
    block's neurons is yet to be seen.

    Args:
        checked: the block.
        cone: nets that the circuit's outputs depend on.
    """
    circuit = checked.circuit
    for wire in circuit.wires.values():
        nets = [net for net in dict.fromkeys(wire) if net in cone and net not in (FALSE, TRUE)]
        if nets and _leads(checked, set(nets)):
            yield Matches(checked, nets)
    if _leads(checked, set()):  # nothing depends on the block
        yield Matches(checked, [])


def _leads(checked: Checked, cut: set[int]) -> bool:
    """Whether the cut is behind the block's inputs, and every path to the outputs passes it."""
    circuit, known = checked.circuit, checked.words
    seen: set[int] = set()
    waiting = list(circuit.outputs["y"])
    while waiting:
        net = waiting.pop()
        if net in seen or net in cut:
            continue
        seen.add(net)
        if net in known and net != FALSE:
            return False
        waiting += circuit.sources(net)
    sources = circuit.in_order(cut, known)
    return all(circuit.driven(net) or net in known or net in (FALSE, TRUE) for net in sources)
