"""What proof is worth: faults in mnist-small's Verilog that test images miss.

    PYTHONPATH=. python benchmarks/proof_faults.py VERILOG [RECORD]

Flips single bits of LUT tables and swaps wires of two LUTs of a layer, decides each fault for every
input, and counts those that change a function and that no test image, or none of the vectors with
which networks are fuzzed, shows at the logits.
"""

from __future__ import annotations

import heapq
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.blocks import make_blocks
from hls_projects.proof.circuit import Circuit, CircuitError, Function
from hls_projects.proof.diagrams import Lanes
from hls_projects.proof.matches import Matches
from hls_projects.proof.neuron import Verdict
from hls_projects.proof.pipeline import Checked, to_word
from hls_projects.proof.reading import read_circuit
from hls_projects.proof.result import Proof
from hls_projects.proof.section import Section, Values
from qkeras_models import load_pretrained
from tests.fuzz.arrays import samples
from training.data import load

FLIPS, SWAPS = 1000, 200


class Layers(Section):
    """A proof that keeps what it compared each layer with."""

    def __init__(self, circuit: Circuit, network: IntegerNetwork) -> None:
        blocks = make_blocks(network.layers, network.layer_names, network.input.shape)
        super().__init__(circuit, blocks, Values.of_input(network.input), Proof())
        self.kept: list[tuple[Checked, Matches]] = []

    def _proven(self, checked: Checked, matches: Matches, latency: int):
        self.kept.append((checked, matches))
        return super()._proven(checked, matches, latency)


def flipped(function: Function, pins: int, address: int) -> Function:
    """The function with one entry of its table inverted."""
    gates = list(function.gates)
    last = 1
    for pin in range(pins):
        gates.append(("and" if address >> pin & 1 else "andnot", (last, 2 + pin)))
        last = 1 + pins + len(gates)
    gates.append(("xor", (function.result, last)))
    return Function(tuple(gates), 1 + pins + len(gates))


class Watched:
    """Simulation of a circuit on samples, again where functions have changed.

    Args:
        circuit: as it should be.
        x: samples (n, inputs), bits.
    """

    def __init__(self, circuit: Circuit, x: np.ndarray) -> None:
        self.circuit, self.lanes = circuit, Lanes(len(x))
        columns = zip(circuit.inputs["x"], x.T.astype(bool), strict=True)
        self.bits = {net: to_word(column) for net, column in columns}
        self.order = circuit.in_order(circuit.outputs["y"])
        self.good = circuit.evaluate(self.order, self.bits, self.lanes) | self.bits
        self.good |= {0: 0, 1: self.lanes.true}
        self.place = {net: i for i, net in enumerate(self.order)}
        self.readers: dict[int, list[int]] = {}
        for net in self.order:
            for source in set(circuit.sources(net)):
                self.readers.setdefault(source, []).append(net)

    def shown(self, nets: list[int]) -> bool:
        """Whether a sample gives other logits, once the functions of nets have changed."""
        if len(nets) > 1:  # wires have moved, so that the order of evaluation may be another
            y = self.circuit.outputs["y"]
            found = self.circuit.evaluate(y, self.bits, self.lanes)
            return any(found[net] != self.good[net] for net in y)
        new: dict[int, int] = {}
        waiting = [self.place[net] for net in nets]
        heapq.heapify(waiting)
        outputs = set(self.circuit.outputs["y"])
        while waiting:
            net = self.order[heapq.heappop(waiting)]
            known = {s: new.get(s, self.good[s]) for s in self.circuit.sources(net)}
            value = self.circuit.evaluate([net], known, self.lanes)[net]
            if net in new or value == self.good[net]:
                continue
            if net in outputs:
                return True
            new[net] = value
            for reader in self.readers.get(net, ()):
                heapq.heappush(waiting, self.place[reader])
        return False


class Study:
    """Faults of one circuit, decided for every input, and simulated on samples."""

    def __init__(
        self, circuit: Circuit, network: IntegerNetwork, samples: dict[str, np.ndarray]
    ) -> None:
        self.circuit = circuit
        proof = Layers(circuit, network)
        proof.run()
        if not proof.proof.complete and proof.proof.proven != proof.proof.outputs:
            raise SystemExit(f"the Verilog is not the network's: {proof.proof}")
        self.layers = proof.kept
        self.watched = {name: Watched(circuit, x) for name, x in samples.items()}

    def verdict(self, layer: int, nets: list[int]) -> Verdict:
        """PROVEN where no register of the layer changes its function, DIFFERS where one does."""
        checked, matches = self.layers[layer]
        targets = [t for t in matches.nets if any(n in self.cones(layer, t) for n in nets)]
        words = checked.simulate(targets)
        if any(words[t] != matches.words[t] for t in targets):
            return Verdict.DIFFERS
        for target in targets:
            found = set()
            for neuron, place, inverted in matches.candidates(target):
                result = checked.prove(neuron, {target: (place, inverted)})[target]
                found.add(result.verdict)
            if Verdict.PROVEN not in found:
                return Verdict.UNKNOWN if Verdict.UNKNOWN in found else Verdict.DIFFERS
        return Verdict.PROVEN

    def cones(self, layer: int, target: int) -> set[int]:
        checked, _ = self.layers[layer]
        cache = self.__dict__.setdefault("_cones", {})
        if target not in cache:
            cache[target] = set(self.circuit.in_order([target], dict(checked.words)))
        return cache[target]

    def luts(self, layer: int) -> list[int]:
        """LUT outputs of a layer."""
        nets = {n for t in self.layers[layer][1].nets for n in self.cones(layer, t)}
        found = self.circuit.functions
        return sorted(n for n in nets if n in found and len(found[n][1]) >= 2
                      and ".n" in self.circuit.name(n))


def flips(study: Study, rng: random.Random) -> Iterator[tuple[int, list[int], dict]]:
    """Layer, nets and their new functions."""
    everywhere = [(k, n) for k in range(len(study.layers)) for n in study.luts(k)]
    for layer, net in rng.choices(everywhere, k=FLIPS):
        function, pins = study.circuit.functions[net]
        address = rng.randrange(1 << len(pins))
        yield layer, [net], {net: (flipped(function, len(pins), address), pins)}


def swaps(study: Study, rng: random.Random) -> Iterator[tuple[int, list[int], dict]]:
    """One wire of a LUT exchanged with one of another LUT of the layer."""
    for _ in range(SWAPS):
        layer = rng.randrange(len(study.layers))
        a, b = rng.sample(study.luts(layer), 2)
        (f, pins_a), (g, pins_b) = study.circuit.functions[a], study.circuit.functions[b]
        i, j = rng.randrange(len(pins_a)), rng.randrange(len(pins_b))
        new_a = (*pins_a[:i], pins_b[j], *pins_a[i + 1 :])
        new_b = (*pins_b[:j], pins_a[i], *pins_b[j + 1 :])
        yield layer, [a, b], {a: (f, new_a), b: (g, new_b)}


def count(study: Study, faults: Iterator[tuple[int, list[int], dict]]) -> Counter:
    """Faults by verdict; of those that change a function, how many no sample shows."""
    found: Counter = Counter()
    for layer, nets, functions in faults:
        kept = {net: study.circuit.functions[net] for net in nets}
        study.circuit.functions.update(functions)
        try:
            verdict = study.verdict(layer, nets)
            found[verdict.value] += 1
            if verdict is Verdict.DIFFERS:
                missed = {name for name, w in study.watched.items() if not w.shown(nets)}
                found.update(f"missed by {name}" for name in missed)
                found["missed by both"] += len(missed) == len(study.watched)
        except CircuitError:
            found["loop or another clock cycle"] += 1
        study.circuit.functions.update(kept)
    return found


def main() -> None:
    started = time.monotonic()
    network = IntegerNetwork.from_keras(load_pretrained("mnist-small"))
    x = network.input.quantize(load("mnist").x_test).reshape(-1, 784)
    form = network.input
    vectors = samples(form.shape, form.scale, form.lowest, form.highest, seed=1)
    vectors = form.quantize(vectors).reshape(-1, 784)
    study = Study(read_circuit(Path(sys.argv[1])), network, {"images": x, "vectors": vectors})
    rng = random.Random(1)
    record = {
        "images": len(x),
        "vectors": len(vectors),
        "flipped bits": dict(count(study, flips(study, rng))),
        "swapped wires": dict(count(study, swaps(study, rng))),
        "seconds": round(time.monotonic() - started),
    }
    print(json.dumps(record, indent=1))
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
