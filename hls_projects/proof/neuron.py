"""One neuron: every output bit equals its function of the weighted sum, for every input."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from hls_projects.proof.circuit import FALSE, TRUE, Circuit
from hls_projects.proof.diagrams import (
    Diagrams,
    Table,
    TooManyNodes,
    WeightedSum,
    sum_diagram,
)
from hls_projects.proof.sums.counters import CounterCone

# Nodes of diagrams, above which a cone counts as too large.
MOST_NODES = 1_000_000
# Nets in the sum at which counters are left as they are: none; then some, where nets that are left
# have something in common that counts.
ENOUGH = (0, *range(24, 145, 12))
# Nets that counters left, above which no diagram over them is tried: one step may take minutes.
MOST_LEFT = 160
# Inputs of a cone, above which no diagram over all of them is tried.
MOST_VARIABLES = 64


# A net, and whether it is complemented; net 0 is the constant 0.
Literal = tuple[int, bool]
Code = tuple[Sequence[Literal], Sequence[int]]


class Verdict(Enum):
    """What is known of an output bit."""

    PROVEN = "proven"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Result:
    """Of one output.

    Attributes:
        verdict: PROVEN, or DIFFERS with a counterexample, or UNKNOWN.
        counterexample: values of nets at which the output differs; nets that are not named do
            not matter.
        by: how it was proven: "counters" or "diagrams".
    """

    verdict: Verdict
    counterexample: Mapping[int, bool] | None = None
    by: str = ""


def prove_neuron(
    circuit: Circuit,
    outputs: Mapping[int, Table],
    total: WeightedSum,
    occurs: Table,
    codes: Sequence[Code] = (),
    begin: Collection[int] = (),
    most_nodes: int = MOST_NODES,
) -> dict[int, Result]:
    """Compares outputs with functions of a sum.

    First counters are replaced by the digits of their sum (CounterCone), which leaves few bits;
    then the outputs are compared, as diagrams over those bits, wherever the sum is one that
    occurs.  A constant output needs neither: its function must be that at every sum that occurs.
    An output that differs there may only do so where no input leads.  So it is compared again
    with fewer counters replaced; in the end its diagram over the inputs decides, inside the codes
    that occur.

    Args:
        circuit: the netlist.
        outputs: of each net, its function of the sum.
        total: the sum over the nets at which the neuron begins.
        occurs: which sums occur.
        codes: of values whose codes do not all occur: literals of the bits, lowest first, and
            the codes that do.
        begin: all nets at which neurons begin, those without weight too.
        most_nodes: of a manager of diagrams, above which the verdict is UNKNOWN; so it is of a
            cone of more than MOST_VARIABLES inputs that counters do not decide.
    """
    results = {net: Result(Verdict.PROVEN, by="counters") for net in outputs}
    differing = {
        net: table for net, table in outputs.items()
        if not (net in (FALSE, TRUE) and _always(table, net == TRUE, occurs))
    }
    for enough in ENOUGH:
        if differing:
            cone = CounterCone(circuit, differing, total, begin)
            cone.reduce(enough)
            found = _compare(circuit, differing, cone, occurs, most_nodes)
            if found is None:  # more bits would make diagrams larger still
                break
            differing = {net: table for net, table in differing.items() if net in found}
    results |= dict.fromkeys(differing, Result(Verdict.UNKNOWN))
    for net, table in differing.items():
        results[net] = _by_diagrams(circuit, net, table, total, codes, begin, most_nodes)
        # The diagrams of a neuron's outputs are of one size.
        if results[net].verdict is Verdict.UNKNOWN:
            break
    return results


def _always(table: Table, bit: bool, occurs: Table) -> bool:
    """Whether a function of the sum is one bit at every sum that occurs."""
    sums = occurs.first + np.flatnonzero(occurs.bits)
    places = np.clip(sums - table.first, 0, len(table.bits) - 1)
    return bool((table.bits[places] == bit).all())


def _compare(
    circuit: Circuit,
    outputs: Mapping[int, Table],
    cone: CounterCone,
    occurs: Table,
    most_nodes: int,
) -> set[int] | None:
    """Outputs that differ from their function of the bits that are left; None if they are many."""
    order = _variable_order(circuit, outputs, {**cone.total.weights, **cone.aliases}, cone.total,
                            cone.aliases)
    if len(order) > MOST_LEFT:
        return None
    diagrams = Diagrams(len(order), most_nodes)
    try:
        values = cone.known(dict(zip(order, diagrams.variables, strict=True)), diagrams)
        found = circuit.evaluate(outputs, values, diagrams)
        care = _sum(diagrams, order, cone.total, occurs)
        return {
            net for net, table in outputs.items()
            if (diagrams.differ(found[net], _sum(diagrams, order, cone.total, table)) & care)
            != diagrams.false
        }
    except TooManyNodes:
        return None


def _by_diagrams(
    circuit: Circuit,
    net: int,
    table: Table,
    total: WeightedSum,
    codes: Sequence[Code],
    begin: Collection[int],
    most_nodes: int,
) -> Result:
    """Compares one output over the inputs themselves."""
    order = _variable_order(circuit, [net], {**dict.fromkeys(begin), **total.weights}, total)
    if len(order) > MOST_VARIABLES:
        return Result(Verdict.UNKNOWN)
    diagrams = Diagrams(len(order), most_nodes)
    try:
        values = dict(zip(order, diagrams.variables, strict=True))
        found = circuit.evaluate([net], dict(values), diagrams)[net]
        different = diagrams.differ(found, _sum(diagrams, order, total, table))
        values[FALSE] = diagrams.false
        for literals, allowed in codes:
            if all(n in values for n, _ in literals):
                bits = [~values[n] if inverted else values[n] for n, inverted in literals]
                different &= diagrams.one_of(bits, allowed)
    except TooManyNodes:
        return Result(Verdict.UNKNOWN)
    if different == diagrams.false:
        return Result(Verdict.PROVEN, by="diagrams")
    example = diagrams.smallest(different)
    return Result(Verdict.DIFFERS, {order[i]: bit for i, bit in example.items()})


def _sum(diagrams: Diagrams, order: Sequence[int], total: WeightedSum, table: Table) -> Any:
    terms = [(i, total.weights[n]) for i, n in enumerate(order) if total.weights.get(n)]
    more = diagrams.more_variables(len(total.products))
    terms += zip(more, total.products.values(), strict=True)
    found = sum_diagram(diagrams, terms, total.offset, table)
    place = {net: i for i, net in enumerate(order)}
    return diagrams.with_products(
        found,
        {i: [place[n] for n in nets] for i, nets in zip(more, total.products, strict=True)},
    )


def _variable_order(
    circuit: Circuit,
    targets: Any,
    begin: Mapping[int, Any],
    total: WeightedSum,
    aliases: Mapping[int, tuple[int, bool]] | None = None,
) -> list[int]:
    """Nets at which cones begin, in the order in which a walk from the outputs meets them.

    Bits that meet in a counter stand side by side then, which keeps diagrams small.
    """
    order: dict[int, None] = {}
    seen: set[int] = set()
    stack = list(targets)[::-1]
    while stack:
        net = stack.pop()
        if net in seen or net in (0, 1):
            continue
        seen.add(net)
        if aliases and net in aliases:
            net = aliases[net][0]
        sources = () if net in begin else circuit.sources(net)
        if net in begin or not circuit.driven(net):
            order[net] = None
        stack += reversed(sources)
    order.update(dict.fromkeys(total.weights))
    return list(order)
