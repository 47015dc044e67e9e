"""A row of blocks proved: from the bits of port x to those of port y."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.network.input_format import InputFormat
from hls_projects.proof.blocks import Block, identity
from hls_projects.proof.circuit import FALSE, Circuit, CircuitError, Function
from hls_projects.proof.graph.largest import LargestValues
from hls_projects.proof.graph.steps import Pool
from hls_projects.proof.matches import EqualNets, Matches, distinct
from hls_projects.proof.netlist.cuts import rows
from hls_projects.proof.neuron import Literal, Result, Verdict
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
        bits: of each number.
        signed: of each, whether the highest bit counts negative.
        codes: of each, those that occur, ascending.
    """

    bits: tuple[int, ...]
    signed: tuple[bool, ...]
    codes: Codes

    @classmethod
    def alike(cls, bits: int, signed: bool, codes: Codes) -> Values:
        """Numbers of equal width."""
        return cls((bits,) * len(codes), (signed,) * len(codes), codes)

    @classmethod
    def of_input(cls, form: InputFormat) -> Values:
        """Each element in the width and sign that it has of its own."""
        bits, signed = zip(*form.widths, strict=True)
        ends = zip(*(end.reshape(-1).tolist() for end in form.bounds()), strict=True)
        return cls(bits, signed, tuple(np.arange(low, high + 1) for low, high in ends))

    def __add__(self, other: Values) -> Values:
        """One after another."""
        codes = self.codes + other.codes
        return Values(self.bits + other.bits, self.signed + other.signed, codes)


class Section:
    """Blocks in a row, between registers or modules that are simulated.

    Args:
        circuit: with ports clk, in_valid, x, out_valid and y.
        steps: blocks of the network, without codes, and pools between them; the last one is a block
            whose results are port y.
        values: of port x.
        proof: what is found is added to it.
        of_network: whether port x is the network's input, or pixels of it, so that a difference
            can be shown there.
        signed_logits: whether sums at port y have a sign though none is negative.
    """

    def __init__(
        self,
        circuit: Circuit,
        steps: Iterable[Block | Pool],
        values: Values,
        proof: Proof,
        *,
        of_network: bool = True,
        signed_logits: bool = True,
    ) -> None:
        self.circuit, self.values, self.proof = circuit, values, proof
        self.of_network, self.signed_logits = of_network, signed_logits
        self.steps, self.missing = list(steps), 0
        self.literals = self._hold_constants()
        begin = dict.fromkeys((net for bits in self.literals for net, _ in bits if net != FALSE), 0)
        begin |= dict.fromkeys(circuit.inputs["in_valid"], 0)
        outputs = [*circuit.outputs["y"], *circuit.outputs["out_valid"]]
        self.latencies = circuit.latencies(outputs, begin)
        self.cone = set(circuit.in_order(circuit.outputs["y"]))

    def run(self) -> Values | None:
        """Proves block after block; the values of port y, None where that ended early."""
        made = self._run()
        if self.missing:
            # A difference may be one of values that were not found, if no input shows it.
            unsure = [d for d in self.proof.differences if d.x is None]
            self.proof.unknown += map(str, unsure)
            self.proof.differences = [d for d in self.proof.differences if d.x is not None]
        return made

    def _run(self) -> Values | None:
        *before, last = self.steps
        codes, latency = self.values.codes, self._check_valid()
        front = None
        left = sum(isinstance(step, Block) for step in before)
        for number, step in enumerate(before):
            if isinstance(step, Pool):
                front = front or self._inputs(identity(codes))
                found = self._pool(step, front, codes)
            else:
                known = replace(step, codes=codes)
                checked = Checked(self.circuit, known, front or self._inputs(known), number)
                found = self._block(checked, latency, left)
                left -= 1
            if found is None:
                return None
            front, codes = found
        known = replace(last, codes=codes)
        checked = Checked(self.circuit, known, front or self._inputs(known), len(before))
        made = self._made(checked)
        self._results(checked)
        return made

    def _pool(self, pool: Pool, front: Front, codes: Codes) -> tuple[Front, Codes]:
        """The values that go on past a pool, with its own."""
        largest = LargestValues(self.circuit, front, codes, self.cone, self.latencies)
        found = largest.prove(pool)
        self.missing += largest.missing
        self.proof.outputs += largest.proven
        self.proof.proven += largest.proven
        self.proof.by_diagrams += largest.proven
        return found

    def _hold_constants(self) -> list[tuple[Literal, ...]]:
        """Bits of port x; those that are the same in all codes are constants from now on."""
        x, expected = self.circuit.inputs["x"], sum(self.values.bits)
        if len(x) != expected:
            raise CircuitError(f"port x has {len(x)} bits, the network's input {expected}")
        nets, found = iter(x), []
        for bits, codes in zip(self.values.bits, self.values.codes, strict=True):
            literals = []
            for place in range(bits):
                net, seen = next(nets), np.unique(codes >> place & 1)
                if len(seen) == 1:
                    self.circuit.functions[net] = Function((("buffer", (int(seen[0]),)),), 2), ()
                literals.append((FALSE, bool(seen[0])) if len(seen) == 1 else (net, False))
            found.append(tuple(literals))
        return found

    def _made(self, checked: Checked) -> Values:
        """The values of port y; raises CircuitError unless every result fits."""
        y, block = self.circuit.outputs["y"], checked.block
        width, rest = divmod(len(y), block.neurons)
        codes = tuple(checked.produced())
        lowest, highest = min(int(c[0]) for c in codes), max(int(c[-1]) for c in codes)
        signed = block.threshold is None and (self.signed_logits or lowest < 0)
        fits = -(1 << width - 1) <= lowest <= highest < 1 << width - 1 if signed else (
            0 <= lowest <= highest < 1 << width)
        if rest or not fits:
            raise CircuitError(f"port y of {len(y)} bits cannot hold {block.neurons} logits "
                               f"from {lowest} to {highest}")
        return Values.alike(width, signed, codes)

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
        none = np.zeros((0, len(self.literals)), np.int64)
        front = Front(self.literals, self.values.signed, none, none)
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
        nearest: tuple[list[int], Matches] | None = None
        passing: tuple[Matches, int] | None = None
        for matches, latency in rows(checked, self.cone, self.latencies, last - left):
            unlike = [net for net in matches.nets if not matches.candidates(net)]
            fits = not unlike and latency is not None
            if fits and matches.own():
                return self._proven(checked, matches, latency)
            if fits:
                passing = passing or (matches, latency)
            elif unlike and (nearest is None or len(unlike) < len(nearest[0])):
                nearest = unlike, matches
        if passing is not None:
            return self._proven(checked, *passing)
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
        produced = checked.produced()
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
        unsigned = (False,) * len(all_literals)
        return Front(all_literals, unsigned, *made, latency), tuple(produced)

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
                proof.differences.append(matches.difference(net, result.counterexample))

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
                example = results[net].counterexample if net in results else None
                self.proof.differences.append(
                    checked.difference(net, neuron, place, False, words[net], example))
