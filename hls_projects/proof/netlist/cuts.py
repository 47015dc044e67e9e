"""Where a block ends without registers: wires that equal its neurons, and that cut it off."""

from __future__ import annotations

from collections.abc import Iterator

from hls_projects.proof.circuit import FALSE, TRUE
from hls_projects.proof.matches import Matches
from hls_projects.proof.pipeline import Checked


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
