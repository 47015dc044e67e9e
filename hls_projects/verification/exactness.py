"""Keras, integer network and C-simulation on the same samples."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.kinds import Role
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.parts import input_parts, joined, parted
from hls_projects.verification.mismatch import (
    ExactnessError,
    LayerOutputs,
    describe,
    differing_samples,
    first_difference,
    write_mismatch,
)

if TYPE_CHECKING:
    import keras

    from hls_projects.verification.csim import CSimulation

__all__ = ["ExactnessError", "compare"]

# {}: the distance, in steps.
REORDERED = (
    "TensorFlow's graph optimizer adds in another order than the model states, so that outputs of "
    "predict are up to {:.1g} steps from their integers; Keras was compared without that pass of it"
)

Trace = Callable[[np.ndarray], Iterable[LayerOutputs]]


def compare(
    network: IntegerNetwork,
    x: np.ndarray,
    *,
    model: keras.Model | None = None,
    csim: CSimulation | None = None,
    folder: str | Path | None = None,
) -> dict[str, Any]:
    """Compares integer logits of all samples, exactly, with those of the integer network.

    Args:
        network: the exact meaning that the others must have.
        x: float inputs (samples, *shape), at least one sample; of several inputs a list of arrays.
        model: the Keras model behind it.
        csim: the C-simulation of the project made from it.
        folder: where ``mismatch.json`` goes if something differs.

    Returns:
        ``samples``, ``logits`` and ``mismatches``, which is 0; ``executions``, names of those that
        agree; ``images_per_second`` of the C-simulation, None without it; ``note``, what to know
        of Keras's floats, "" if nothing.

    Raises:
        ExactnessError: naming the first layer, channel and sample that differ; so too if Keras
            computed what no integers stand for.
        ValueError: if `x` does not fit the network's input, or nothing is given to compare.
    """
    if model is None and csim is None:
        raise ValueError("`model` or `csim` must be given. Received: neither")
    x = joined(network, x)
    if not len(x):
        raise ValueError("`x` must hold at least one sample. Received: none")
    check = _Check(network, x.astype(np.float32), network.input.quantize(x), folder)
    executions, speed, note = ["integer network"], None, ""
    if model is not None:
        executions.insert(0, "Keras")
        note = check.keras(model)
    if csim is not None:
        executions.append("argmax in C-simulation" if csim.argmax else "C-simulation")
        speed = len(x) / check.simulation(csim)
    return {
        "samples": len(x),
        "logits": check.expected.size,
        "mismatches": 0,
        "executions": executions,
        "images_per_second": speed,
        "note": note,
    }


class _Check:
    """Logits of one network on some samples, and how to compare others with them."""

    def __init__(
        self,
        network: IntegerNetwork,
        x: np.ndarray,
        x_int: np.ndarray,
        folder: str | Path | None,
    ) -> None:
        self.network, self.x, self.x_int, self.folder = network, x, x_int, folder
        self.expected = network.predict_integers(x_int)

    @property
    def _hidden(self) -> set[int]:
        """Positions of layers that compute nothing: reshapes, and those that take one input."""
        shapes = (i for i, layer in enumerate(self.network.layers) if layer.role is Role.SHAPE)
        return {*shapes, *input_parts(self.network)}

    def keras(self, model: keras.Model) -> str:
        """A note where Keras was run with sums in the model's own order."""
        from hls_projects.from_keras.reference.keras_trace import (
            KerasLogits,
            keras_integer_logits,
            keras_trace,
        )
        from qkeras_models.layers.integer_head import NoIntegersError

        def trace(samples: np.ndarray) -> Iterator[LayerOutputs]:
            names, received = keras_trace(model, self.network, self.x[samples])
            own = [i for i in range(len(self.network.layers)) if i not in self._hidden]
            yield from self._outputs(samples, [names[i] for i in own], [received[i] for i in own])

        try:
            said, reason = keras_integer_logits(model, self.x, self.network), ""
        except NoIntegersError as error:
            said, reason = KerasLogits(error.steps), str(error)
        self._compare("Keras", said.integers, trace, self.expected, reason)
        return "" if said.residue is None else REORDERED.format(said.residue)

    def simulation(self, simulation: CSimulation) -> float:
        """Seconds that the C-simulation took."""
        source = self.x_int if simulation.integer_inputs else self.x
        expected = largest(self.expected) if simulation.argmax else self.expected

        def trace(samples: np.ndarray) -> Iterator[LayerOutputs]:
            names = [layer.name for layer in simulation.traced_layers]
            received = simulation.trace(source[samples])
            if not simulation.integer_inputs:
                yield from self._quantized(samples, names, received)
            last = (names.pop(), received.pop()) if simulation.argmax else None
            yield from self._outputs(samples, names, received)
            if last:
                yield LayerOutputs(len(self.network.layers), last[0], "argmax", expected[samples],
                                   last[1])

        start = time.perf_counter()
        received = simulation.predict(source)
        seconds = time.perf_counter() - start
        self._compare("C-simulation", received, trace, expected)
        return seconds

    def _quantized(
        self, samples: np.ndarray, names: list[str], received: list[np.ndarray]
    ) -> Iterator[LayerOutputs]:
        """Of the layers that quantize inputs, which come first; they are taken from the lists."""
        parts = input_parts(self.network)
        x_int = self.x_int[samples]
        shapes = [part.shape for part in parts.values()]
        for own in parted(x_int, shapes) if parts else [x_int]:
            quantized = received.pop(0).reshape(own.shape)
            yield LayerOutputs(-1, names.pop(0), "input", own, quantized)

    def _outputs(
        self, samples: np.ndarray, names: list[str], received: list[np.ndarray | None]
    ) -> Iterator[LayerOutputs]:
        """Of every layer that computes; names and received outputs are of those layers alone.

        A received output of None is one that its execution does not show.
        """
        others, hidden = zip(names, received, strict=True), self._hidden
        expected = self.network.trace(self.x_int[samples])
        for position, (layer, own) in enumerate(zip(self.network.layers, expected, strict=True)):
            if position not in hidden:
                name, other = next(others)
                if other is None:
                    continue
                yield LayerOutputs(position, name, layer.kind, own, other.reshape(own.shape))

    def _compare(
        self,
        received_from: str,
        received: np.ndarray,
        trace: Trace,
        expected: np.ndarray,
        reason: str = "",
    ) -> None:
        if np.array_equal(expected, received):
            return
        samples = differing_samples(expected, received)
        first = first_difference(trace(samples), samples)
        mismatch = describe("integer network", received_from, expected, received, first)
        parts = [str(mismatch), *([reason] if reason else [])]
        if self.folder is not None:
            parts.append(f"details in {write_mismatch(mismatch, self.folder)}")
        raise ExactnessError("; ".join(parts), mismatch)


def largest(logits: np.ndarray) -> np.ndarray:
    """Index of the largest logit, (samples, 1), the lowest of equal ones."""
    return logits.argmax(axis=-1)[:, None]
