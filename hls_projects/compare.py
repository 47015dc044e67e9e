"""Keras, integer network and C-simulation on the same samples."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hls_projects.csim import CSimulation
from hls_projects.exactness import (
    ExactnessError,
    LayerOutputs,
    describe,
    differing_samples,
    first_difference,
    write_mismatch,
)
from hls_projects.integer_network import IntegerNetwork

if TYPE_CHECKING:
    import keras

Trace = Callable[[np.ndarray], Iterable[LayerOutputs]]


@dataclass(frozen=True)
class Comparison:
    """What was compared and is equal in every logit.

    Attributes:
        logits: int32 (samples, classes).
        executions: names of those that agree.
        seconds: time of the C-simulation alone.
    """

    logits: np.ndarray
    executions: tuple[str, ...]
    seconds: float

    @property
    def samples(self) -> int:
        return len(self.logits)

    @property
    def images_per_second(self) -> float:
        """Samples that the C-simulation ran in a second."""
        return self.samples / self.seconds


def compare(
    simulation: CSimulation,
    network: IntegerNetwork,
    x: np.ndarray,
    *,
    keras_model: keras.Model | None = None,
    report_dir: str | Path | None = None,
) -> Comparison:
    """Compares integer logits of all samples, exactly.

    Args:
        simulation: of the project made from `network`.
        x: float inputs (samples, *shape), at least one sample.
        keras_model: the model behind `network`; compared with it first if given.
        report_dir: where ``mismatch.json`` goes if something differs.

    Raises:
        ExactnessError: naming the first layer, channel and sample that differ.
        ValueError: if `x` does not fit the network's input.
    """
    x = np.asarray(x, np.float32)
    if not len(x):
        raise ValueError("`x` must hold at least one sample. Received: none")
    check = _Check(network, x, network.input.quantize(x), report_dir)
    executions = ("integer network", "C-simulation")
    if keras_model is not None:
        executions = ("Keras", *executions)
        check.keras(keras_model)
    logits, seconds = check.simulation(simulation)
    return Comparison(logits, executions, seconds)


class _Check:
    """Logits of one network on some samples, and how to compare others with them."""

    def __init__(
        self,
        network: IntegerNetwork,
        x: np.ndarray,
        x_int: np.ndarray,
        report_dir: str | Path | None,
    ) -> None:
        self.network, self.x, self.x_int, self.report_dir = network, x, x_int, report_dir
        self.expected = network.predict_integers(x_int)

    def keras(self, model: keras.Model) -> None:
        from hls_projects.hls4ml_front_end.keras_chain import integer_layer_names
        from hls_projects.keras_trace import keras_integer_logits, keras_trace

        def trace(samples: np.ndarray) -> Iterator[LayerOutputs]:
            received = keras_trace(model, self.network, self.x[samples])
            yield from self._outputs(samples, integer_layer_names(model), received)

        self._compare("Keras", keras_integer_logits(model, self.x), trace)

    def simulation(self, simulation: CSimulation) -> tuple[np.ndarray, float]:
        source = self.x_int if simulation.integer_inputs else self.x

        def trace(samples: np.ndarray) -> Iterator[LayerOutputs]:
            names = [layer.name for layer in simulation.traced_layers]
            received = simulation.trace(source[samples])
            if not simulation.integer_inputs:
                x_int = self.x_int[samples]
                quantized = received.pop(0).reshape(x_int.shape)
                yield LayerOutputs(-1, names.pop(0), "input", x_int, quantized)
            for position, layer in enumerate(self.network.layers):
                if layer.kind == "flatten":
                    names.insert(position, "flatten")
                    received.insert(position, None)
            yield from self._outputs(samples, names, received)

        start = time.perf_counter()
        received = simulation.predict(source)
        seconds = time.perf_counter() - start
        self._compare("C-simulation", received, trace)
        return received, seconds

    def _outputs(
        self, samples: np.ndarray, names: list[str], received: list[np.ndarray | None]
    ) -> Iterator[LayerOutputs]:
        expected = self.network.trace(self.x_int[samples])
        steps = zip(self.network.layers, names, expected, received, strict=True)
        for position, (layer, name, own, other) in enumerate(steps):
            if layer.kind != "flatten":
                yield LayerOutputs(position, name, layer.kind, own, other.reshape(own.shape))

    def _compare(self, received_from: str, received: np.ndarray, trace: Trace) -> None:
        if np.array_equal(self.expected, received):
            return
        samples = differing_samples(self.expected, received)
        first = first_difference(trace(samples), samples)
        mismatch = describe("integer network", received_from, self.expected, received, first)
        message = str(mismatch)
        if self.report_dir is not None:
            message += f"; details in {write_mismatch(mismatch, self.report_dir)}"
        raise ExactnessError(message, mismatch)
