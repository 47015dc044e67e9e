"""The class that a wrapper makes of the logits: the index of the largest, the first of equals."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hls_projects.proof.circuit import FALSE, Box, Circuit, CircuitError
from hls_projects.proof.counterexample.difference import Difference
from hls_projects.proof.diagrams import Diagrams, TooManyNodes
from hls_projects.proof.graph.largest import exceeds
from hls_projects.proof.reading import read_around
from hls_projects.proof.result import Proof

MOST_NODES = 4_000_000
LAYER = "class"


def prove_class(
    top: Path, wrapper: Path, classes: int, module: str = "timed_top", *, seconds: float = 1800.0
) -> Proof:
    """Compares a wrapper's `class` with the index of the largest logit, for all logits there are.

    It also proves that the wrapper gives its inputs to `top` as they are, all equally late, and
    that out_valid comes with the class.  Logits are any, whether or not the network makes them.

    Args:
        top: Verilog of the network.
        wrapper: Verilog of the module around it, with ports clk, in_valid, x, out_valid and class.
        classes: logits of port y of `top`, two's complement, all equally wide.
        module: the wrapper's name.
        seconds: time limit of Yosys.

    Raises:
        YosysError: if Yosys cannot read it or reaches the limit.
    """
    started = time.monotonic()
    proof = Proof()
    try:
        circuit = read_around(top, wrapper, module, seconds=seconds)
        box = _network(circuit)
        _check_inputs(circuit, box)
        _check_valid(circuit, box)
        _compare(circuit, _logits(box, classes), proof)
    except CircuitError as error:
        proof.message = str(error)
    except TooManyNodes:
        proof.unknown = [f"class of {classes} logits"]
    proof.seconds = time.monotonic() - started
    return proof


def _network(circuit: Circuit) -> Box:
    if [box.name for box in circuit.boxes] != ["top"]:
        raise CircuitError("the wrapper must hold one module top and nothing else of its kind")
    (clock,) = circuit.inputs["clk"]
    (box,) = circuit.boxes
    clocks = {register.clock for register in circuit.registers.values()} | {*box.inputs["clk"]}
    if clocks != {clock}:
        raise CircuitError("a register of the wrapper has another clock")
    return box


def _check_inputs(circuit: Circuit, box: Box) -> None:
    """Raises CircuitError unless `top` gets x and in_valid as they are, all equally late."""
    late = set()
    for port in ("in_valid", "x"):
        if len(box.inputs[port]) != len(circuit.inputs[port]):
            raise CircuitError(f"port {port} of top and of the wrapper are of different widths")
        for place, (net, wanted) in enumerate(
            zip(box.inputs[port], circuit.inputs[port], strict=True)
        ):
            cycles, source = _through_registers(circuit, net)
            if source != wanted:
                raise CircuitError(f"top does not get bit {place} of {port} as it is")
            late.add(cycles)
    if len(late) != 1:
        raise CircuitError("in_valid and bits of x reach top in different clock cycles")


def _check_valid(circuit: Circuit, box: Box) -> None:
    """Raises CircuitError unless out_valid comes with the class."""
    begin = dict.fromkeys(box.outputs["y"], 0)
    found = circuit.latencies(circuit.outputs["class"], begin)
    late = {found[net] for net in circuit.outputs["class"]} - {None}
    cycles, source = _through_registers(circuit, circuit.outputs["out_valid"][0])
    if [source] != box.outputs["out_valid"] or late != {cycles}:
        raise CircuitError("out_valid does not come with the class")


def _through_registers(circuit: Circuit, net: int) -> tuple[int, int]:
    """How many registers stand before a net, and what the first of them holds."""
    cycles = 0
    while net in circuit.registers:
        net, cycles = circuit.registers[net].data, cycles + 1
    return cycles, net


def _logits(box: Box, classes: int) -> list[list[int]]:
    y = box.outputs["y"]
    width = len(y) // classes
    if width * classes != len(y):
        raise CircuitError(f"port y has {len(y)} bits, which are no {classes} logits")
    return [y[i : i + width] for i in range(0, len(y), width)]


def _compare(circuit: Circuit, logits: Sequence[Sequence[int]], proof: Proof) -> None:
    # Bits of equal weight side by side, the highest first: as many nodes a bit as there are sets
    # of logits that may still be the largest.
    order = [net for place in zip(*logits, strict=True) for net in place][::-1]
    diagrams = Diagrams(len(order), MOST_NODES)
    values = dict(zip(order, diagrams.variables, strict=True))
    numbers = [[values[net] for net in logit] for logit in logits]
    wanted = _classes(diagrams, numbers)
    outputs = circuit.outputs["class"]
    found = circuit.evaluate(outputs, {FALSE: diagrams.false, **values}, diagrams)
    proof.outputs = len(outputs)
    for place, net in enumerate(outputs):
        is_one = diagrams.false
        for number, is_class in enumerate(wanted):
            if number >> place & 1:
                is_one |= is_class
        different = diagrams.differ(found[net], is_one)
        if different == diagrams.false:
            proof.proven += 1
        else:
            proof.differences.append(Difference(LAYER, 0, place, circuit.name(net)))


def _classes(diagrams: Diagrams, numbers: Sequence[Sequence[Any]]) -> list[Any]:
    """Of each class, when it is the one; of a single logit 0, then whether it is above 0."""
    if len(numbers) == 1:
        (bits,) = numbers
        above = diagrams.false
        for bit in bits:
            above |= bit
        above &= ~bits[-1]
        return [~above, above]
    found = []
    for number, own in enumerate(numbers):
        is_class = diagrams.true
        for other, bits in enumerate(numbers):
            if other != number:
                if other > number:
                    is_class &= ~exceeds(diagrams, bits, own, signed=True)
                else:
                    is_class &= exceeds(diagrams, own, bits, signed=True)
        found.append(is_class)
    return found
