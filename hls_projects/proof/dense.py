"""Proof of a pipeline of dense layers: from the input's bits to the logits'."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.blocks import Block, make_blocks
from hls_projects.proof.circuit import Circuit, CircuitError
from hls_projects.proof.free_bits import FreeBits
from hls_projects.proof.matches import EqualNets, Matches, distinct
from hls_projects.proof.netlist.cuts import cut_wires
from hls_projects.proof.neuron import Result, Verdict
from hls_projects.proof.pipeline import Checked, Front
from hls_projects.proof.reading import read_circuit
from hls_projects.proof.result import Proof
from hls_projects.proof.vectors import block_vectors

# Vectors that are kept of those that earlier blocks make.
MOST_PROPAGATED = 4096
Codes = tuple[np.ndarray, ...]
# Kinds of layers whose Verilog is a pipeline without line buffers.
DENSE = frozenset({"dense", "threshold", "flatten", "reshape", "head", "thermometer"})


def prove_rtl(
    verilog: Path, network: IntegerNetwork, family: str = "xilinx", *, seconds: float = 1800.0
) -> Proof:
    """Reads Verilog of a dense network, written or synthesized, and compares it with the network.

    Args:
        verilog: the source file; its top module is `top`.
        network: of dense layers.
        family: of its primitives: xilinx, ecp5 or generic.
        seconds: time limit of Yosys, which reads it.

    Raises:
        ValueError: for another family, or a network of images, whose stream of pixels is
            simulated instead.
        YosysError: if Yosys cannot read it or reaches the limit.

    Example:
        >>> prove_rtl(write_rtl(network, folder).verilog, network).complete
        True
    """
    kinds = [layer.kind for layer in network.layers]
    if not DENSE.issuperset(kinds) or not network.is_sequence:
        allowed = ", ".join(sorted(DENSE))
        raise ValueError(
            f"`network` must hold {allowed} layers in a row. Received: {kinds}"
            + ("" if network.is_sequence else ", with branches")
        )
    started = time.monotonic()
    proof = Proof()
    try:
        proof = prove_pipeline(read_circuit(verilog, family, seconds=seconds), network)
    except CircuitError as error:
        proof.message = str(error)
    proof.seconds = time.monotonic() - started
    return proof


def prove_pipeline(circuit: Circuit, network: IntegerNetwork) -> Proof:
    """Compares every register that a logit depends on, and every logit, with the network.

    A register is taken for the bit of a neuron that it equals on test vectors, then proven equal
    for every input; nothing of the netlist's names or order is trusted.  Where stages are cut
    within a layer, the registers between are passed as wires.

    Args:
        circuit: with ports clk, in_valid, x, out_valid and y.
        network: of dense layers.
    """
    started = time.monotonic()
    proof = Proof()
    try:
        _Pipeline(circuit, network, proof).run()
    except CircuitError as error:
        proof.message = str(error)
    proof.seconds = time.monotonic() - started
    return proof


class _Pipeline:
    """The state of a proof."""

    def __init__(self, circuit: Circuit, network: IntegerNetwork, proof: Proof) -> None:
        self.circuit, self.network, self.proof = circuit, network, proof
        _check_names(circuit)
        begin = dict.fromkeys([*circuit.inputs["x"], *circuit.inputs["in_valid"]], 0)
        outputs = [*circuit.outputs["y"], *circuit.outputs["out_valid"]]
        self.latencies = circuit.latencies(outputs, begin)
        self.cone = set(circuit.in_order(circuit.outputs["y"]))

    def run(self) -> None:
        *hidden, last = make_blocks(
            self.network.layers, self.network.layer_names, self.network.input.shape
        )
        codes = self._check_input()
        latency = self._check_valid()
        front = None
        for left, block in zip(range(len(hidden), 0, -1), hidden, strict=True):
            known = replace(block, codes=codes)
            found = self._block(Checked(self.circuit, known, front or self._inputs(known)),
                                latency, left)
            if found is None:
                return
            front, codes = found
        known = replace(last, codes=codes)
        self._check_logits(known)
        self._logits(Checked(self.circuit, known, front or self._inputs(known)))

    def _check_input(self) -> tuple[np.ndarray, ...]:
        """Codes of every input; raises CircuitError where port x is of another width."""
        form, x = self.network.input, self.circuit.inputs["x"]
        values = int(np.prod(form.shape))
        if len(x) != values * form.bits:
            raise CircuitError(
                f"port x has {len(x)} bits, the network's input {values * form.bits}")
        return (np.arange(form.lowest, form.highest + 1),) * values

    def _check_logits(self, last: Block) -> None:
        """Raises CircuitError unless every logit fits port y."""
        y = self.circuit.outputs["y"]
        width, rest = divmod(len(y), last.neurons)
        ends = last.ranges()
        lowest, highest = int(ends[0].min()), int(ends[1].max())
        if rest or not -(1 << width - 1) <= lowest <= highest < 1 << width - 1:
            raise CircuitError(f"port y of {len(y)} bits cannot hold {last.neurons} logits "
                               f"from {lowest} to {highest}")

    def _check_valid(self) -> int:
        """Latency of all outputs, after checking that out_valid is in_valid so much later."""
        circuit = self.circuit
        (net,), (start,) = circuit.outputs["out_valid"], circuit.inputs["in_valid"]
        latency = self.latencies[net]
        cone = circuit.in_order([net], {start: None})
        if latency is None or any(n not in circuit.registers for n in cone):
            raise CircuitError("out_valid is not in_valid some clock cycles later")
        others = {self.latencies[n] for n in circuit.outputs["y"]} - {None, latency}
        if others:
            raise CircuitError(f"logits come {sorted(others)} cycles after x, out_valid {latency}")
        clocks = {register.clock for register in circuit.registers.values()}
        if clocks - set(circuit.inputs["clk"]):
            raise CircuitError("a register's clock is not port clk")
        return latency

    def _inputs(self, block: Block) -> Front:
        bits, x = self.network.input.bits, self.circuit.inputs["x"]
        literals = [
            tuple((net, False) for net in x[first : first + bits])
            for first in range(0, len(x), bits)
        ]
        none = np.zeros((0, len(literals)), np.int64)
        front = Front(literals, self.network.input.signed, none, none)
        front.values = front.x = block_vectors(block)[-MOST_PROPAGATED:]
        return front

    def _block(self, checked: Checked, last: int, left: int) -> tuple[Front, Codes] | None:
        """Proves what stands between a block and the next; None where it is not the network's.

        Args:
            last: latency of the logits.
            left: blocks that follow; registers may stand after each.

        Returns:
            What the next block begins with, and the codes of its values that occur.
        """
        first = checked.front.latency + 1
        nearest: tuple[list[int], Matches] | None = None
        for latency in range(first, last - left + 1):
            nets = [q for q in self.circuit.registers
                    if q in self.cone and self.latencies.get(q) == latency]
            matches = Matches(checked, nets)
            unlike = [net for net in nets if not matches.candidates(net)]
            if not unlike:
                return self._proven(checked, matches, latency)
            if nearest is None or len(unlike) < len(nearest[0]):
                nearest = unlike, matches
        for matches in cut_wires(checked, self.cone):
            unlike = [net for net in matches.nets if not matches.candidates(net)]
            found = {self.latencies[net] for net in matches.nets} - {None}
            if not unlike and len(found) == 1:
                return self._proven(checked, matches, found.pop())
            if unlike and (nearest is None or len(unlike) < len(nearest[0])):
                nearest = unlike, matches
        if nearest is None:
            raise CircuitError(f"no registers are left for {checked.block.name}")
        unlike, matches = nearest
        self.proof.outputs += len(matches.nets)
        self.proof.differences += [matches.difference(net) for net in unlike]
        return None

    def _proven(
        self, checked: Checked, matches: Matches, latency: int
    ) -> tuple[Front, Codes] | None:
        """Proves what the vectors suggest, and makes the values of the next block."""
        block, proof, bits = checked.block, self.proof, checked.block.threshold.bits
        produced = checked.front.produced(block)
        equal = EqualNets(produced, bits)
        verdicts: dict[int, Result] = {}
        for neuron, wanted in matches.by_neuron():
            for net, result in checked.prove(neuron, wanted).items():
                place, inverted = wanted[net]
                if result.verdict is Verdict.PROVEN:
                    equal.add((neuron, place), (net, inverted))
                if net not in verdicts or result.verdict is Verdict.PROVEN:
                    verdicts[net] = result
        self._count(checked, matches, verdicts)
        if proof.differences or proof.unknown:
            return None
        self.circuit.replace(equal.copies())
        proof.unused_codes += sum((1 << bits) - len(codes) for codes in produced)
        free = FreeBits(checked.front, block)
        all_literals = [
            tuple(equal.bit(n, p) or free.bit(n, p) for p in range(bits))
            for n in range(block.neurons)
        ]
        kept = min(checked.propagated, MOST_PROPAGATED)
        made = checked.results[:kept], checked.front.x[:kept]
        return Front(all_literals, False, *made, latency), tuple(produced)

    def _count(
        self, checked: Checked, matches: Matches, verdicts: dict[int, Result]
    ) -> None:
        proof = self.proof
        proof.outputs += len(matches.nets)
        for net in matches.nets:
            result = verdicts[net]
            if result.verdict is Verdict.PROVEN:
                proof.proven += 1
                proof.by_diagrams += result.by == "diagrams"
            elif result.verdict is Verdict.UNKNOWN:
                proof.unknown.append(self.circuit.name(net))
            else:
                proof.differences.append(matches.difference(net))

    def _logits(self, checked: Checked) -> None:
        """Proves port y, whose order is that of the classes."""
        y = self.circuit.outputs["y"]
        width = len(y) // checked.block.neurons
        words = checked.simulate(y)
        self.proof.outputs += len(y)
        for neuron in range(checked.block.neurons):
            nets = y[neuron * width : (neuron + 1) * width]
            for group in distinct(nets):
                self._logit(checked, neuron, group, words)

    def _logit(
        self, checked: Checked, neuron: int, group: dict[int, int], words: dict[int, int]
    ) -> None:
        wrong = {n for n, p in group.items() if words[n] != checked.word(neuron, p)}
        wanted = {n: (p, False) for n, p in group.items() if n not in wrong}
        results = checked.prove(neuron, wanted) if wanted else {}
        for net, place in group.items():
            verdict = results[net].verdict if net in results else Verdict.DIFFERS
            self.proof.proven += verdict is Verdict.PROVEN
            if verdict is Verdict.UNKNOWN:
                self.proof.unknown.append(self.circuit.name(net))
            elif verdict is Verdict.DIFFERS:
                self.proof.differences.append(
                    checked.difference(net, neuron, place, False, words[net]))


def _check_names(circuit: Circuit) -> None:
    """Raises CircuitError unless the top module has the ports of a pipeline."""
    ports = circuit.inputs | circuit.outputs
    for name, bits in {"clk": 1, "in_valid": 1, "x": 0, "out_valid": 1, "y": 0}.items():
        found = circuit.outputs if name in ("out_valid", "y") else circuit.inputs
        if name not in found or (bits and len(found[name]) != bits):
            raise CircuitError(f"the top module has no port {name} as expected, only "
                               + ", ".join(f"{p}[{len(nets)}]" for p, nets in ports.items()))
