"""Pipeline registers within a layer, so that no path takes longer than a delay target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hls_projects.families import Delays, Family
from hls_projects.logic.bits import CONSTANT
from hls_projects.logic.delays import cell_delay
from hls_projects.logic.netlist import DualLut, Lut, Netlist, Node
from hls_projects.rtl.pipeline.stages import RegisterStage


def pipelined(
    stage: RegisterStage, family: Family, stage_delay: float, start: float | None = None
) -> list[RegisterStage]:
    """A stage cut into stages of at most `stage_delay` ns, as each cell is ready earliest.

    A cell that alone takes longer has a stage of its own.

    Args:
        stage: what to cut.
        family: whose delays count.
        stage_delay: in ns, > 0.
        start: when its inputs are there, in ns of the first stage; by default those of registers.

    Raises:
        ValueError: if `stage_delay` is not above 0.
    """
    if not stage_delay > 0:
        raise ValueError(f"`stage_delay` must be > 0 ns. Received: {stage_delay!r}")
    cycles = _cycles(stage.netlist, family.delays, stage_delay, start)
    made = [signal for node in stage.netlist.nodes for signal in node.outputs]
    last = max((cycles[signal] for signal in made), default=0)
    parts: list[list[Node]] = [[] for _ in range(last + 1)]
    for node in stage.netlist.nodes:
        parts[cycles[node.outputs[0]]].append(node)
    stages = []
    names = {signal: signal for signal in range(stage.netlist.inputs)}
    inputs, width = stage.inputs, stage.netlist.inputs
    for number, nodes in enumerate(parts):
        live = _live(parts[number + 1 :], stage.registered, nodes, names)
        part = _part(nodes, names, width, live if number < last else stage.registered)
        clocked = number < last or stage.clocked
        placed = {"layer": stage.layer, "part": number, "clocked": clocked}
        stages.append(replace(part, inputs=list(inputs), **placed))
        names = {signal: place for place, signal in enumerate(live)}
        inputs, width = range(len(live)), len(live)
    return stages


def _cycles(
    netlist: Netlist, delays: Delays, stage_delay: float, start: float | None
) -> dict[int, int]:
    """The cycle in which each signal is ready, from 0."""
    begin = delays.register if start is None else start
    ready = dict.fromkeys(range(CONSTANT, netlist.inputs), (0, begin))
    for node in netlist.nodes:
        cycle, arrival = max((ready[signal] for signal in node.inputs), default=ready[CONSTANT])
        arrival += cell_delay(node, delays)
        if arrival > stage_delay and arrival > delays.register + cell_delay(node, delays):
            cycle, arrival = cycle + 1, delays.register + cell_delay(node, delays)
        ready.update(dict.fromkeys(node.outputs, (cycle, arrival)))
    return {signal: cycle for signal, (cycle, _) in ready.items()}


def _live(
    later: Sequence[Sequence[Node]],
    registered: Iterable[int],
    nodes: Sequence[Node],
    names: dict[int, int],
) -> list[int]:
    """Signals that are there after a part and that later parts or the next layer need."""
    needed = {signal for part in later for node in part for signal in node.inputs}
    needed.update(registered)
    there = [*names, *(signal for node in nodes for signal in node.outputs)]
    return [signal for signal in there if signal in needed]


def _part(
    nodes: Sequence[Node], names: dict[int, int], width: int, kept: Iterable[int]
) -> RegisterStage:
    """A stage of some nodes of a netlist, its signals numbered anew."""
    netlist = Netlist(width)
    numbers = dict(names)
    for node in nodes:
        depth = 1 + max((netlist.depth[numbers[signal]] for signal in node.inputs), default=0)
        for signal in node.outputs:
            numbers[signal] = len(netlist.depth) - 1
            netlist.depth[numbers[signal]] = depth
        netlist.nodes.append(_renumbered(node, numbers))
    return RegisterStage(netlist, registered=[numbers[signal] for signal in kept])


def _renumbered(node: Node, numbers: dict[int, int]) -> Node:
    def signals(old: Iterable[int]) -> tuple[int, ...]:
        return tuple(numbers[signal] for signal in old)

    if isinstance(node, Lut):
        return replace(node, output=numbers[node.output], inputs=signals(node.inputs))
    if isinstance(node, DualLut):
        return replace(node, outputs=signals(node.outputs), inputs=signals(node.inputs))
    return node.renumbered(numbers)
