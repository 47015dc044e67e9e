"""A Keras model compared with its integer network, layer by layer, at all that can occur."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.kinds import Layer, Role
from hls_projects.network.input_format import InputFormat
from hls_projects.network.sources import INPUT

if TYPE_CHECKING:
    import keras

    from hls_projects.from_keras.converter import Converted
    from hls_projects.network.integer_network import IntegerNetwork
    from qkeras_models.input_formats.fixed_point import FixedPoint


@dataclass
class KerasProof:
    """What was tried of a Keras model, and what differed.

    Attributes:
        accumulators: at which activations gave their levels, of all channels.
        weights: that were compared, zeros too.
        input_values: floats and integers at which input layers were tried.
        largest_sum: of integers, below 2^24.
        differences: what is not the integer network's, in words.
        bisected: activations that were only tried where their levels change.
        quantized: whether the model quantizes its inputs itself.
        seconds: that the proof took.
    """

    accumulators: int = 0
    weights: int = 0
    input_values: int = 0
    largest_sum: int = 0
    differences: list[str] = field(default_factory=list)
    bisected: list[str] = field(default_factory=list)
    quantized: bool = True
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether nothing differs, and every accumulator was tried."""
        return not (self.differences or self.bisected)

    def __str__(self) -> str:
        """One line for a report."""
        if self.differences:
            return f"Keras: not the network: {self.differences[0]}"
        inputs = f"{self.input_values:,} values beside the boundaries of inputs"
        tried = ", ".join([
            f"{self.weights:,} weights",
            f"levels at {self.accumulators:,} accumulators",
            inputs if self.quantized else "inputs that are integers times their step",
            f"sums up to {self.largest_sum:,}",
            f"{self.seconds:.1f} s",
        ])
        if self.bisected:
            names = ", ".join(self.bisected)
            return f"Keras: not proved, since {names} took bisection, which takes order; {tried}"
        return f"Keras: proved for every input: {tried}"


def prove_keras(
    model: keras.Model, network: IntegerNetwork | None = None, given: FixedPoint | None = None
) -> KerasProof:
    """Whether a model computes an integer network on this machine, for every input.

    Conversion puts every accumulator that can occur through the model's own batch normalization
    and activation, in float32; see `find_levels`.  Here the levels that it finds are compared with
    the network's, layers of weights as linear maps, and input layers wherever their output can
    change.

    Args:
        model: what conversion takes.
        network: what it was converted to before; by default, only what it is converted to now.
        given: how inputs become integers, of a model without an InputQuantizer.

    Raises:
        ValueError: for a model that cannot be converted.

    Example:
        >>> prove_keras(model).complete
        True
    """
    from hls_projects.from_keras.converter import convert

    started = time.monotonic()
    converted = convert(model, given)
    proof = prove_converted(model, converted)
    if network is not None:
        proof.differences += _other_layers(converted, network)
    proof.seconds = time.monotonic() - started
    return proof


def prove_converted(model: keras.Model, converted: Converted) -> KerasProof:
    """The same of a model that was just converted."""
    from hls_projects.proof.keras.sums import largest_sum, levels_tried
    from hls_projects.proof.keras.weights import check_weights

    started = time.monotonic()
    tried = levels_tried(converted)
    proof = KerasProof(
        accumulators=sum(t.accumulators for t in tried),
        largest_sum=largest_sum(converted),
        bisected=[t.name for t in tried if not t.each],
    )
    if proof.largest_sum >= 1 << 24:
        proof.differences.append(f"sums reach {proof.largest_sum:,}, which float32 rounds")
    compared = [check_weights(converted, step) for step in converted.weighted]
    proof.weights = sum(count for count, _ in compared)
    proof.differences += [wrong for _, wrong in compared if wrong]
    checks = [*_quantizers(model, converted)]
    proof.quantized = bool(checks)
    for position, (kind, tap) in enumerate(zip(converted.layers, converted.taps, strict=True)):
        if kind.role is Role.ENCODER and converted.sources[position] == (INPUT,):
            layer = converted.graph.steps[tap.step].layer
            checks.append(_thermometer(layer, kind, converted.input, proof.quantized, model))
        elif kind.role is Role.ENCODER:
            proof.bisected.append(converted.names[position])
    proof.input_values = sum(count for count, _ in checks)
    proof.differences += [wrong for _, wrong in checks if wrong]
    proof.seconds = time.monotonic() - started
    return proof


def _quantizers(model: keras.Model, converted: Converted) -> Iterator[tuple[int, str]]:
    from hls_projects.proof.keras.inputs import check_quantizer
    from qkeras_models.layers.input_quantizer import InputQuantizer

    for step in converted.graph.steps:
        if isinstance(step.layer, InputQuantizer):
            shape = tuple(step.layer.input.shape[1:])
            yield check_quantizer(step.layer, shape, model.jit_compile)


def _thermometer(
    layer: Any, kind: Layer, form: InputFormat, quantized: bool, model: keras.Model
) -> tuple[int, str]:
    from hls_projects.proof.keras.inputs import check_thermometer

    codes = np.arange(form.lowest, form.highest + 1, dtype=np.int32)
    codes = np.broadcast_to(
        codes.reshape(-1, *[1] * len(form.shape)), (len(codes), *form.shape)).copy()
    # Without an InputQuantizer thresholds are in units of the features, not in steps.
    values = codes.astype(np.float32) if quantized else form.dequantize(codes)
    return check_thermometer(layer, kind, values, codes, model.jit_compile)


def _other_layers(converted: Converted, network: IntegerNetwork) -> list[str]:
    """Where a network is not the one that the model is converted to now."""
    if converted.input != network.input or len(converted.layers) != len(network.layers):
        return [f"its layers are {[layer.kind for layer in converted.layers]} now"]
    if converted.sources != network.taken:
        return [f"its layers take what {converted.sources} put out now"]
    pairs = zip(converted.names, converted.layers, network.layers, strict=True)
    return [
        f"'{name}' is another now" for name, now, before in pairs
        if now.kind != before.kind or not _equal(now.arrays, before.arrays)
    ]


def _equal(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
