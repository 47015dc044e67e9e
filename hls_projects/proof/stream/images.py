"""Proof of a stream of pixels: what stands between the modules that move them."""

from __future__ import annotations

import fnmatch
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.sources import INPUT
from hls_projects.proof.blocks import Block
from hls_projects.proof.circuit import Box, Circuit, CircuitError
from hls_projects.proof.counterexample.difference import Difference
from hls_projects.proof.counterexample.found import Counterexample
from hls_projects.proof.counterexample.search import smallest_first
from hls_projects.proof.counterexample.watched import Watched
from hls_projects.proof.dense import check_names
from hls_projects.proof.graph.steps import Pool
from hls_projects.proof.reading import read_circuit
from hls_projects.proof.result import Proof
from hls_projects.proof.section import Section, Values
from hls_projects.proof.stream.arrivals import Misplaced, check_arrivals
from hls_projects.proof.stream.moved import Moved
from hls_projects.proof.stream.moved_bits import MovedBits
from hls_projects.proof.stream.movers import Mover, Movers

# Modules that move pixels.
MODULES = ("window_*", "join_*", "order_*", "collect")
# Of these, such as take pixels in any clock cycle; others hold as many as come in this network.
NEVER_WAIT = ("window", "collect")
WINDOW = "values of a window, not of an image,"
# Places of a window at which a simulation looks whether a logit shows it, and images that are
# random elsewhere.
MOST_PLACES = 64
BACKGROUNDS = 192


def prove_stream(
    verilog: Path, network: IntegerNetwork, family: str = "xilinx", *, seconds: float = 1800.0
) -> Proof:
    """Proves the filters, pools, sums of branches and dense layers of a stream of pixels.

    Each stands between two modules that move pixels: line buffers, which make windows, FIFOs, in
    which pixels of branches wait for each other, memories, which put pixels in another order, and
    the collector of the last image.  Line buffers and the collector are proved to put out all
    windows in order of rows, channels side by side, zeros around the image, in whichever clock
    cycles pixels arrive.  The others are taken to put out pixels of branches side by side, or in
    the network's order; that is simulated, as are the clock cycles in which results are valid.

    Args:
        verilog: as it was written, with its modules.
        network: of images.
        family: of its primitives: xilinx, ecp5, gatemate or generic.
        seconds: time limit of Yosys, which reads it.

    Raises:
        ValueError: for another family.
        YosysError: if Yosys cannot read it or reaches the limit.
    """
    started = time.monotonic()
    proof = Proof()
    try:
        circuit = read_circuit(verilog, family, whole=MODULES, seconds=seconds)
        check_names(circuit)
        _Stream(circuit, network, proof).prove()
    except CircuitError as error:
        proof.message = str(error)
    proof.seconds = time.monotonic() - started
    return proof


@dataclass
class _Port:
    """Pixels at the output of a module that moves them, or at the ports of the top module."""

    nets: list[int]
    valid: list[int]
    values: Values


@dataclass
class _Stream:
    """A circuit and its network.

    Attributes:
        found: the module of each mover, by the position of its layer.
        after: the pixels that a mover puts out.
    """

    circuit: Circuit
    network: IntegerNetwork
    proof: Proof
    found: dict[int, Box] = field(default_factory=dict)
    after: dict[int, _Port] = field(default_factory=dict)

    def prove(self) -> None:
        """Adds what is found to the proof."""
        self.movers = Movers(self.network)
        form, ports = self.network.input, self.circuit.inputs
        pixel = np.arange(form.lowest, form.highest + 1)
        values = Values.alike(form.bits, form.signed, (pixel,) * (len(ports["x"]) // form.bits))
        self.after[INPUT] = _Port(ports["x"], ports["in_valid"], values)
        boxes = {box.name: box for box in self.circuit.boxes}
        if len(boxes) != len(self.movers.of):
            raise CircuitError(f"{len(boxes)} modules move pixels, where the network has "
                               f"{len(self.movers.of)}")
        self.proof.simulated = sorted(boxes, key=_number)
        for position, mover in self.movers.of.items():
            box = self._box(mover)
            made = [
                self._between(source, box.inputs[x], box.inputs[valid])
                for source, (x, valid) in zip(mover.sources, _inputs(box), strict=True)
            ]
            if None in made or self.proof.differences or self.proof.unknown:
                return
            self.found[position] = box
            self.after[position] = _Port(
                box.outputs["y"], box.outputs["out_valid"], self._moved(mover, made))
            if mover.kind in NEVER_WAIT:
                self._prove_moved(mover, box, *made)
        self._tail()

    def _prove_moved(self, mover: Mover, box: Box, values: Values) -> None:
        """Proves a module that moves pixels, whenever these arrive; what cannot be is simulated."""
        try:
            moved = Moved.by(mover, self.movers, values)
            check_arrivals(MovedBits(box.inside()), moved)
        except Misplaced as error:
            self.proof.misplaced = self.proof.misplaced or f"{box.name}: {error}"
        except CircuitError:
            return
        else:
            self.proof.moved.append(box.name)
        self.proof.simulated.remove(box.name)

    def _box(self, mover: Mover) -> Box:
        """The first module, by its number, that takes pixels from where a mover does."""
        left = [box for box in self.circuit.boxes if box not in self.found.values()]
        for box in sorted(left, key=lambda box: _number(box.name)):
            inputs = _inputs(box)
            if not fnmatch.fnmatch(box.name, f"{mover.kind}*") or len(inputs) != len(mover.sources):
                continue
            if box.inputs["clk"] != self.circuit.inputs["clk"]:
                raise CircuitError(f"the clock of {box.name} is not port clk")
            origins = [self.movers.chain(source)[0] for source in mover.sources]
            if all(self._leads(origin, box.inputs[valid])
                   for origin, (_, valid) in zip(origins, inputs, strict=True)):
                return box
        name = self.network.layer_names[mover.position]
        raise CircuitError(f"no module moves the pixels of {name}")

    def _leads(self, origin: int, valid: list[int]) -> bool:
        """Whether a valid signal comes from that of a mover, through registers alone."""
        begin = set(self.after[origin].valid)
        nets = self.circuit.in_order(valid, dict.fromkeys(begin))
        return all(net in self.circuit.registers for net in nets) and bool(
            begin & {source for net in nets for source in self.circuit.sources(net)}
            or begin & set(valid)
        )

    def _between(self, source: int, nets: list[int], valid: list[int]) -> Values | None:
        """What reaches a module's port; None where it is not the network's."""
        origin, chain = self.movers.chain(source)
        before = self.after[origin]
        moved = origin != INPUT and chain == [origin] and self.movers.of[origin].kind == "order"
        if not chain or moved:
            if [*nets, *valid] != [*before.nets, *before.valid]:
                raise CircuitError("a module does not take the pixels of the one before")
            return before.values
        return self._section(origin, {"y": nets, "out_valid": valid},
                             self.movers.steps(origin, chain), signed_logits=False)

    def _section(
        self, origin: int, ends: dict[str, list[int]], steps: Iterable[Block | Pool],
        signed_logits: bool,
    ) -> Values | None:
        """Proves what stands after a mover; what differs is shown in an image where it can be."""
        before, steps, seen = self.after[origin], list(steps), self.movers.of_input(origin)
        begin = {"clk": self.circuit.inputs["clk"], "in_valid": before.valid, "x": before.nets}
        circuit = replace(self.circuit, inputs=begin, outputs=ends)
        watched = Watched(circuit, steps, before.values)
        earlier, self.proof.differences = self.proof.differences, []
        made = Section(circuit, steps, before.values, self.proof, of_network=seen is not None,
                       signed_logits=signed_logits).run()
        found = self.proof.differences
        if seen is not None:
            found = self._shown(smallest_first(found, watched), seen)
        elif self.movers.of[origin].kind == "window":
            found = [replace(d, values_of=WINDOW) if d.spot.step == 0 else d for d in found]
        self.proof.differences = earlier + found
        return made

    def _shown(self, differences: list[Difference], seen: np.ndarray) -> list[Difference]:
        """Those at pixels in an image that is 0 elsewhere; the first one is the counterexample.

        It has more images, of which a simulation may show one.

        Args:
            differences: at pixels that stand side by side, or at other values.
            seen: where these pixels may stand in an image, (times, pixels).
        """
        seen = seen[:MOST_PLACES]
        places = seen[np.arange(len(seen) + BACKGROUNDS) % len(seen)]
        placed = [
            d if d.x is None
            else replace(d, x=self._images(d.x, places)[0].astype(np.int64), vectors=None)
            for d in differences
        ]
        if placed and placed[0].x is not None and self.proof.counterexample is None:
            inputs = self._images(differences[0].x, places).reshape(-1, *self.network.input.shape)
            expected = self.network.predict_integers(inputs)
            self.proof.counterexample = Counterexample(
                placed[0], inputs, expected, window=places)
        return placed

    def _images(self, pixels: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Images with pixels at given places, int32 (images, values): 0 elsewhere, or random."""
        form, rng = self.network.input, np.random.default_rng(1)
        share = np.zeros(len(places))
        share[-BACKGROUNDS:] = np.linspace(0.02, 1.0, BACKGROUNDS)
        size = len(places), math.prod(form.shape)
        found = rng.integers(form.lowest, form.highest + 1, size, np.int32)
        found *= rng.random(size) < share[:, None]
        found[np.arange(len(places))[:, None], places] = pixels
        return found

    def _moved(self, mover: Mover, made: list[Values]) -> Values:
        """The pixels of a window, or of all branches, or of the whole image."""
        for source, values in zip(mover.sources, made, strict=True):
            if len(values.codes) != (channels := self.movers.channels(source)):
                raise CircuitError(
                    f"pixels of {len(values.codes)} numbers, where the network has {channels}")
        found = sum(made[1:], made[0])
        if self.movers.outside(mover):
            found = self._with_outside(found, self.movers.of_lowest(mover))
        count = self.movers.pixels(mover)
        return Values(found.bits * count, found.signed * count, found.codes * count)

    def _with_outside(self, values: Values, lowest: bool) -> Values:
        """Values, each of which may be 0 instead, or the lowest of its bits."""
        others = [-(1 << bits - 1) if lowest and signed else 0
                  for bits, signed in zip(values.bits, values.signed, strict=True)]
        codes = zip(values.codes, others, strict=True)
        return replace(values, codes=tuple(np.union1d(own, [other]) for own, other in codes))

    def _tail(self) -> None:
        """Proves the layers after the collected image."""
        before = self.after[self.movers.collector.position]
        values = before.values
        form = InputFormat(values.bits[0], values.signed[0], 1.0, (len(values.codes),))
        self._section(self.movers.collector.position, self.circuit.outputs,
                      self.movers.tail(form), signed_logits=True)


def _inputs(box: Box) -> list[tuple[str, str]]:
    """Names of the ports of pixels that enter, and of those that say when."""
    names = sorted(name for name in box.inputs if name == "x" or name.startswith("x_"))
    pairs = [(name, f"in_valid{name[1:]}") for name in names]
    expected = {"clk", *(name for pair in pairs for name in pair)}
    if set(box.inputs) != expected or set(box.outputs) != {"out_valid", "y"}:
        raise CircuitError(f"module {box.name} has other ports: it is simulated")
    return pairs


def _number(name: str) -> tuple[int, str]:
    digits = "".join(c for c in name if c.isdigit())
    return int(digits) if digits else 1 << 30, name
