"""A project's layers in order, each compared with the integer network's."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hls_projects.kinds import Layer, Role
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.parts import input_parts
from hls_projects.network.sources import INPUT
from hls_projects.proof.cpp import meaning
from hls_projects.proof.cpp.reading.machine import Call, Machine, Output
from hls_projects.proof.cpp.reading.memory import Array, Stream, row
from hls_projects.proof.cpp.reading.text import Firmware, UnreadError
from hls_projects.proof.cpp.reading.types import WidthError
from hls_projects.proof.cpp.reading.values import First, Place
from hls_projects.proof.cpp.result import CppProof
from hls_projects.proof.cpp.run import Run, element_of, is_output, linear_forms

# hls4ml's own functions, which hand on what they are given.
COPIES = frozenset({"clone_stream", "repack_stream"})
ARGMAX = "integer_argmax"


@dataclass(frozen=True, eq=False)
class Tensor:
    """What a variable of the top function holds.

    Attributes:
        position: of the network's layer that it is the output of.
        low, high: int64 (values,), between which each lies.
    """

    position: int
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, eq=False)
class Kernel:
    """A layer's function of one position, as it was read.

    Attributes:
        layer: its place in the network.
        call: one of its calls.
        low, high: int64 (inputs,), between which its inputs lie.
    """

    layer: int
    call: Call
    low: np.ndarray
    high: np.ndarray


class Project:
    """Reads a project and compares each of its layers with a network.

    Args:
        firmware: its C++.
        top: name of its top function.
        network: what it must compute.
        proof: where what was found is noted.

    Attributes:
        kernels: those that were read.
    """

    def __init__(
        self, firmware: Firmware, top: str, network: IntegerNetwork, proof: CppProof
    ) -> None:
        self.machine, self.network, self.proof = Machine(firmware), network, proof
        self.top = firmware.top_functions(top)
        self.kernels: list[Kernel] = []
        self._shapes = {INPUT: network.input.shape, **dict(enumerate(network.shapes()))}
        self._held: dict[int, Tensor] = {}
        self._variables: list[Any] = []
        self._parts = input_parts(network)
        self._waiting = [
            i for i, layer in enumerate(network.layers)
            if layer.role is not Role.SHAPE and i not in self._parts
        ]

    def compare(self) -> None:
        """Follows the top function from its inputs to its outputs.

        Raises:
            UnreadError: if it cannot be read.
        """
        if len(self.top) != 1:
            raise UnreadError(f"{len(self.top)} top functions")
        (top,) = self.top
        if self.machine.firmware.declared(top.name) != [top.parameters]:
            raise UnreadError("a top function that its header declares otherwise")
        arguments = tuple(self._parameter(p.type, p.size) for p in top.parameters)
        inputs, first = list(self._parts or [INPUT]), 0
        bounds = [end.reshape(-1) for end in self.network.input.bounds()]
        for position, variable in zip(inputs, arguments, strict=False):
            size = math.prod(self._shapes[position])
            low, high = (end[first : first + size] for end in bounds)
            first += size
            self._check_type(variable, low, high, "input")
            self._hold(variable, Tensor(position, low, high))
        self.machine.layer = self._layer
        self.machine.run(top, {}, arguments)
        self.machine.layer = None
        heads = [self._held.pop(id(a), None) for a in arguments[len(inputs) :]]
        positions = [None if tensor is None else tensor.position for tensor in heads]
        left = [v for v in self._variables if isinstance(v, Stream) and id(v) in self._held]
        if left:
            self.proof.differences.append(f"{len(left)} streams that nobody reads")
        if self._waiting:
            names = [self.network.layer_names[i] for i in self._waiting]
            self.proof.differences.append(f"{', '.join(names)} is missing")
        elif positions != self.network.heads:
            self.proof.differences.append("the outputs are not the logits in order")

    def _parameter(self, kind: tuple[str, ...], size: int | None) -> Any:
        if kind[:4] == ("hls", "::", "stream", "<"):
            return Stream(self._own_type(kind[4]))
        if size is None:
            raise UnreadError("a top function whose parameters are no arrays or streams")
        return Array(row(self._own_type(kind[0]), size), [None] * size)

    def _own_type(self, name: str) -> Any:
        if name not in self.machine.types:
            raise UnreadError(f"a type {name}")
        return self.machine.types[name]

    def _hold(self, variable: Any, tensor: Tensor) -> None:
        if isinstance(variable, Array) and variable.kind.size != len(tensor.low):
            raise UnreadError(f"an array of {variable.kind.size} for {len(tensor.low)} values")
        self._variables.append(variable)  # so that its id stays its own
        self._held[id(variable)] = tensor

    def _layer(self, name: str, given: tuple[Any, ...], arguments: tuple[Any, ...]) -> None:
        """What stands for the call of a layer in the top function."""
        sources = [self._held[id(a)] for a in arguments if id(a) in self._held]
        results = arguments[len(sources) :]
        if not sources or not results or any(id(a) in self._held for a in results):
            raise UnreadError(f"{name} of variables that are not there yet")
        for variable in arguments[: len(sources)]:
            if isinstance(variable, Stream):
                del self._held[id(variable)]  # What was read is gone.
        run = Run(self.machine, name, given, arguments, [(s.low, s.high) for s in sources])
        if name in COPIES:
            run.execute()
            self._copied(name, run, sources[0], results)
            return
        if not self._waiting:
            self._after(name, run, sources[0], results)
            return
        position = self._waiting.pop(0)
        taken = tuple(self._source(source) for source in self.network.taken[position])
        own = self.network.layer_names[position]
        if taken != tuple(source.position for source in sources) or len(results) != 1:
            self.proof.differences.append(f"{own} takes other values")
        low = high = None
        try:
            run.execute()
            low, high = self._compared(position, run)
        except WidthError as error:
            self.proof.differences.append(f"{own}: {error}")
        except (UnreadError, TypeError) as error:
            self.proof.unread[own] = str(error)
        else:
            self._check_type(results[0], low, high, own)
        if low is None:  # What follows is compared for what the network's own text would give.
            low, high = list(self.network.ranges())[position]
        self._hold(results[0], Tensor(position, low.reshape(-1), high.reshape(-1)))

    def _source(self, position: int) -> int:
        """The layer whose values a layer takes, whatever their shape."""
        while position != INPUT and self.network.layers[position].role is Role.SHAPE:
            (position,) = self.network.taken[position]
        return position

    def _copied(self, name: str, run: Run, source: Tensor, results: tuple[Any, ...]) -> None:
        for variable, values in zip(results, run.outputs, strict=True):
            places = [(0, i) for i in range(len(source.low))]
            if len(values) != len(places) or not all(map(is_output, values, places)):
                self.proof.differences.append(f"{name} changes what it hands on")
            self._hold(variable, source)

    def _after(self, name: str, run: Run, source: Tensor, results: tuple[Any, ...]) -> None:
        """What follows the logits: the index of the largest."""
        run.execute()
        if len(run.calls) != 1 or len(results) != 1 or not name.startswith(ARGMAX):
            raise UnreadError(f"{name} after the logits")
        outputs = self.machine.run_kernel(run.calls[0], list(zip(
            source.low.tolist(), source.high.tolist(), strict=True)))
        own = np.arange(len(source.low))
        seen = np.array_equal(run.windows()[0], own[None])
        if not seen or outputs != [First(tuple(own.tolist()))]:
            self.proof.differences.append("the index is not that of the first largest logit")
        self._check_type(results[0], own[:1], own[-1:], "argmax")
        self._hold(results[0], Tensor(source.position, own[:1], own[-1:]))

    def _compared(self, position: int, run: Run) -> tuple[np.ndarray, np.ndarray]:
        """Compares a layer; returns between which its outputs lie."""
        if self.network.layers[position].role in meaning.KERNELS:
            return self._compare_kernel(position, run)
        return self._compare_values(position, run)

    def _compare_kernel(self, position: int, run: Run) -> tuple[np.ndarray, np.ndarray]:
        layer, own = self.network.layers[position], self.network.layer_names[position]
        kernels = {id(call.kernel) for call in run.calls}
        if len(kernels) != 1 or len({call.types for call in run.calls}) != 1:
            raise UnreadError(f"{len(kernels)} functions of a position")
        places, constants = run.windows()
        shape = self._shapes[self.network.taken[position][0]]
        wanted = meaning.positions_of(layer, shape)
        inside = places >= 0
        low, high = (np.where(inside, end[places], constants) for end in run.sources[0])
        if not np.array_equal(places, wanted):
            self.proof.differences.append(f"{own} sees other values than the network's windows")
        elif not inside.all():
            self._check_outside(layer, own, low, constants, inside)
        hull = low.min(axis=0), high.max(axis=0)
        self.kernels.append(Kernel(position, run.calls[0], *hull))
        outputs = self.machine.run_kernel(
            run.calls[0], list(zip(hull[0].tolist(), hull[1].tolist(), strict=True)))
        if any(value is None for value in outputs):
            raise UnreadError("outputs that are not assigned")
        order = [Output(call, k) for call in range(len(run.calls)) for k in range(len(outputs))]
        if (len(order) != math.prod(self._shapes[position]) or len(run.outputs[0]) != len(order)
                or not all(map(is_output, run.outputs[0], order))):
            self.proof.differences.append(f"{own} puts its values out in another order")
        wrong = list(meaning.wrong_outputs(layer, outputs, *hull))
        self.proof.differences += [f"{own}, neuron {k} {text}" for k, text in wrong]
        if layer.role in (Role.WEIGHTED, Role.SUM):
            self.proof.neurons += len(outputs)
        return meaning.ranges(outputs, low, high)

    def _check_outside(
        self, layer: Any, own: str, low: np.ndarray, constants: np.ndarray, inside: np.ndarray
    ) -> None:
        """What stands around an image: 0, or what is never the largest of a window."""
        if layer.role is not Role.POOL:
            wrong = constants[~inside].any()
        else:
            taps = layer.windows.size[0] * layer.windows.size[1]
            shape = (len(low), taps, -1)
            most = np.where(inside, low, np.iinfo(np.int64).min).reshape(shape).max(axis=1)
            around = np.where(inside, np.iinfo(np.int64).min, constants).reshape(shape)
            wrong = (around.max(axis=1) > most).any()
        if wrong:
            self.proof.differences.append(f"{own} sees other values around the image")

    def _compare_values(self, position: int, run: Run) -> tuple[np.ndarray, np.ndarray]:
        """A layer that moves values or joins branches, value by value."""
        layer, own = self.network.layers[position], self.network.layer_names[position]
        forms = linear_forms(run.outputs[0])
        shapes = [self._shapes[source] for source in self.network.taken[position]]
        if layer.role is Role.MOVE:
            places = layer.sources(shapes[0]).reshape(-1).tolist()
            wanted = [{(0, i): 1} if i >= 0 else {} for i in places]
        else:
            wanted = _joined(layer, shapes)
        terms = [{place: f for place, f in form.terms.items() if f} for form in forms]
        if terms != wanted or any(form.constant for form in forms):
            self.proof.differences.append(f"{own} makes other values")
        ends = [
            [sorted((run.sources[b][0][i] * f, run.sources[b][1][i] * f))
             for (b, i), f in factors.items()] for factors in terms
        ]
        low, high = (np.array([sum(pair[e] for pair in pairs) for pairs in ends], np.int64)
                     for e in (0, 1))
        return low, high

    def _check_type(
        self, variable: Any, low: np.ndarray, high: np.ndarray, own: str
    ) -> None:
        kind = element_of(variable)
        try:
            kind.check(int(low.min()), int(high.max()))
        except WidthError as error:
            self.proof.differences.append(f"{own}: {error}")


def _joined(layer: Layer, shapes: list[tuple[int, ...]]) -> list[dict[Place, int]]:
    """For each value of joined branches what it adds of which."""
    branches = [
        np.array([{(b, i): 1 << layer.places[b]} for i in range(math.prod(shape))], object)
        .reshape(shape) for b, shape in enumerate(shapes)
    ]
    if layer.kind == "concatenate":
        return list(np.concatenate(branches, axis=-1).reshape(-1))
    return [
        {place: sign * factor for term, sign in zip(terms, layer.signs, strict=True)
         for place, factor in term.items()}
        for terms in zip(*(branch.reshape(-1) for branch in branches), strict=True)
    ]
