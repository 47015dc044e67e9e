"""A row of blocks proved: from the bits of port x to those of port y."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.network.input_format import InputFormat
from hls_projects.proof.blocks import Block
from hls_projects.proof.circuit import Circuit, CircuitError
from hls_projects.proof.matches import EqualNets, Matches, distinct
from hls_projects.proof.netlist.cuts import cut_wires
from hls_projects.proof.neuron import Result, Verdict
from hls_projects.proof.pipeline import Checked, Front
from hls_projects.proof.result import Proof
from hls_projects.proof.sums.free_bits import FreeBits
from hls_projects.proof.vectors import block_vectors

Codes = tuple[np.ndarray, ...]
# Vectors that are kept of those that earlier blocks make.
MOST_PROPAGATED = 4096


@dataclass(frozen=True)
class Values:
    """What enters or leaves a section: numbers side by side, the first one lowest.

    Attributes:
        bits: of a number.
        signed: whether the highest bit counts negative.
        codes: of each number, those that occur, ascending.
    """

    bits: int
    signed: bool
    codes: tuple[np.ndarray, ...]

    @classmethod
    def of_input(cls, form: InputFormat) -> Values:
        codes = np.arange(form.lowest, form.highest + 1)
        return cls(form.bits, form.signed, (codes,) * int(np.prod(form.shape)))


class Section:
    """Blocks in a row, between registers or modules that are simulated.

    Args:
        circuit: with ports clk, in_valid, x, out_valid and y.
        blocks: of the network, without codes; the last one's results are port y.
        values: of port x.
        proof: what is found is added to it.
        of_network: whether port x is the network's input, so that a difference can be shown there.
        signed_logits: whether sums at port y have a sign though none is negative.
    """

    def __init__(
        self,
        circuit: Circuit,
        blocks: Iterable[Block],
        values: Values,
        proof: Proof,
        *,
        of_network: bool = True,
        signed_logits: bool = True,
    ) -> None:
        self.circuit, self.values, self.proof = circuit, values, proof
        self.of_network, self.signed_logits = of_network, signed_logits
        self.blocks = list(blocks)
        begin = dict.fromkeys([*circuit.inputs["x"], *circuit.inputs["in_valid"]], 0)
        outputs = [*circuit.outputs["y"], *circuit.outputs["out_valid"]]
        self.latencies = circuit.latencies(outputs, begin)
        self.cone = set(circuit.in_order(circuit.outputs["y"]))

    def run(self) -> Values | None:
        """Proves block after block; the values of port y, None where that ended early."""
        *hidden, last = self.blocks
        codes, latency = self.values.codes, self.check_ports()
        front = None
        for left, block in zip(range(len(hidden), 0, -1), hidden, strict=True):
            known = replace(block, codes=codes)
            found = self._block(Checked(self.circuit, known, front or self._inputs(known)),
                                latency, left)
            if found is None:
                return None
            front, codes = found
        known = replace(last, codes=codes)
        checked = Checked(self.circuit, known, front or self._inputs(known))
        made = self._made(checked)
        self._results(checked)
        return made

    def check_ports(self) -> int:
        """Latency of port y; raises CircuitError unless out_valid has it, and x the right width."""
        x, expected = self.circuit.inputs["x"], len(self.values.codes) * self.values.bits
        if len(x) != expected:
            raise CircuitError(f"port x has {len(x)} bits, the network's input {expected}")
        return self._check_valid()

    def _made(self, checked: Checked) -> Values:
        """The values of port y; raises CircuitError unless every result fits."""
        y, block = self.circuit.outputs["y"], checked.block
        width, rest = divmod(len(y), block.neurons)
        codes = tuple(checked.front.produced(block))
        lowest, highest = min(int(c[0]) for c in codes), max(int(c[-1]) for c in codes)
        signed = block.threshold is None and (self.signed_logits or lowest < 0)
        fits = -(1 << width - 1) <= lowest <= highest < 1 << width - 1 if signed else (
            0 <= lowest <= highest < 1 << width)
        if rest or not fits:
            raise CircuitError(f"port y of {len(y)} bits cannot hold {block.neurons} logits "
                               f"from {lowest} to {highest}")
        return Values(width, signed, codes)

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
        bits, x = self.values.bits, self.circuit.inputs["x"]
        literals = [
            tuple((net, False) for net in x[first : first + bits])
            for first in range(0, len(x), bits)
        ]
        none = np.zeros((0, len(literals)), np.int64)
        front = Front(literals, self.values.signed, none, none)
        if self.of_network:
            front.values = front.x = block_vectors(block)[-MOST_PROPAGATED:]
        return front

    def _block(self, checked: Checked, last: int, left: int) -> tuple[Front, Codes] | None:
        """Proves what stands between a block and the next; None where it is not the network's.

        Args:
            last: latency of port y.
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

    def _results(self, checked: Checked) -> None:
        """Proves port y, whose order is that of the neurons."""
        y = self.circuit.outputs["y"]
        width = len(y) // checked.block.neurons
        words = checked.simulate(y)
        self.proof.outputs += len(y)
        for neuron in range(checked.block.neurons):
            nets = y[neuron * width : (neuron + 1) * width]
            for group in distinct(nets):
                self._result(checked, neuron, group, words)

    def _result(
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
