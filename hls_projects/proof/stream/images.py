"""Proof of a stream of pixels: what stands between the modules that move them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.blocks import Block, make_blocks
from hls_projects.proof.circuit import Box, Circuit, CircuitError
from hls_projects.proof.dense import check_names
from hls_projects.proof.reading import read_circuit
from hls_projects.proof.result import Proof
from hls_projects.proof.section import Section, Values
from hls_projects.proof.stream.pool import prove_pool
from hls_projects.proof.stream.windows import WindowStep, window_steps

# Modules that move pixels; their contents are simulated.
MOVERS = ("window_*", "collect")
PORTS = {"clk", "in_valid", "x"}, {"out_valid", "y"}


def prove_stream(
    verilog: Path, network: IntegerNetwork, family: str = "xilinx", *, seconds: float = 1800.0
) -> Proof:
    """Proves the filters, max pools and dense layers of a stream of pixels.

    Each stands between two modules that move pixels: line buffers, which make windows, and the
    collector of the last image.  These are taken to put out windows in order of rows, channels
    side by side, and zeros around the image; that and when results are valid is simulated.

    Args:
        verilog: as it was written, with its modules.
        network: of layers in a row.
        family: of its primitives: xilinx, ecp5 or generic.
        seconds: time limit of Yosys, which reads it.

    Raises:
        ValueError: for another family.
        YosysError: if Yosys cannot read it or reaches the limit.
    """
    started = time.monotonic()
    proof = Proof()
    try:
        _prove(read_circuit(verilog, family, whole=MOVERS, seconds=seconds), network, proof)
    except CircuitError as error:
        proof.message = str(error)
    proof.seconds = time.monotonic() - started
    return proof


def _prove(circuit: Circuit, network: IntegerNetwork, proof: Proof) -> None:
    check_names(circuit)
    if not network.is_sequence:
        raise CircuitError("branches are simulated")
    steps = list(window_steps(network))
    boxes = _in_a_row(circuit)
    if len(boxes) != len(steps):
        raise CircuitError(f"{len(boxes)} modules move pixels, where the network has {len(steps)}")
    form, first = network.input, boxes[0]
    if [*first.inputs["x"], *first.inputs["in_valid"]] != [
        *circuit.inputs["x"], *circuit.inputs["in_valid"]
    ]:
        raise CircuitError(f"{first.name} does not take the pixels that enter")
    pixel = Values(form.bits, form.signed, (np.arange(form.lowest, form.highest + 1),)
                   * (len(circuit.inputs["x"]) // form.bits))
    proof.simulated = [box.name for box in boxes]
    for number, (box, step) in enumerate(zip(boxes, steps, strict=True)):
        following = boxes[number + 1] if number + 1 < len(boxes) else None
        made = _step(_between(circuit, box, following), step, _windows(pixel, step), proof,
                     last=following is None)
        if made is None or proof.differences or proof.unknown:
            return
        pixel = made


def _in_a_row(circuit: Circuit) -> list[Box]:
    """The modules in the order in which pixels pass them."""
    for box in circuit.boxes:
        if (box.inputs.keys(), box.outputs.keys()) != PORTS or (
            box.inputs["clk"] != circuit.inputs["clk"]
        ):
            raise CircuitError(f"module {box.name} has other ports: it is simulated")
    of_net = {net: i for i, box in enumerate(circuit.boxes) for net in box.outputs["out_valid"]}
    before: dict[int, int] = {}
    for i, box in enumerate(circuit.boxes):
        taken = {of_net[net] for net in circuit.in_order(box.inputs["in_valid"]) if net in of_net}
        if len(taken) > 1 or (taken and taken & set(before)):
            raise CircuitError(f"module {box.name} joins or parts branches")
        before |= dict.fromkeys(taken, i)
    begins = set(range(len(circuit.boxes))) - set(before.values())
    if len(begins) != 1:
        raise CircuitError(f"{len(begins)} modules take the pixels that enter")
    found = [begins.pop()]
    while found[-1] in before:
        found.append(before[found[-1]])
    return [circuit.boxes[i] for i in found]


def _between(circuit: Circuit, box: Box, following: Box | None) -> Circuit:
    """The circuit from a module's outputs to the next one's inputs, or to the ports."""
    ends = circuit.outputs if following is None else {
        "y": following.inputs["x"], "out_valid": following.inputs["in_valid"]}
    begin = {"clk": circuit.inputs["clk"], "in_valid": box.outputs["out_valid"],
             "x": box.outputs["y"]}
    return replace(circuit, inputs=begin, outputs=ends)


def _windows(pixel: Values, step: WindowStep) -> Values:
    """The values of a window of such pixels."""
    codes = pixel.codes
    if len(codes) != step.channels:
        raise CircuitError(f"pixels of {len(codes)} numbers, where the network has {step.channels}")
    if step.padded:
        codes = tuple(np.union1d(own, [0]) for own in codes)
    return replace(pixel, codes=codes * (step.values // step.channels))


def _step(
    circuit: Circuit, step: WindowStep, values: Values, proof: Proof, last: bool
) -> Values | None:
    section = Section(circuit, _blocks(step, last), values, proof,
                      of_network=False, signed_logits=last)
    if not step.pools:
        return section.run()
    section.check_ports()
    return prove_pool(circuit, step.names[0], step.channels, values, proof)


def _blocks(step: WindowStep, last: bool) -> list[Block]:
    if step.pools:
        return []
    return list(make_blocks(step.layers, step.names, step.shape, open_end=not last))
