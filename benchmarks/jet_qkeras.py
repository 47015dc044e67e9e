"""QKeras networks in the manner of the hls4ml tutorials, trained on jets from a raw port.

A feature of 14 bits is truncated to 8, which takes no hardware; a 1 at its end is worth 2⁻⁶.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.hgq2.jets import BITS, FORMAT, Jets
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.tools.synthesis import synthesize_verilog
from qkeras_models.input_formats.fixed_point import FixedPoint

WIDTHS = (64, 32, 32)
INPUT_BITS = 8
DROPPED = BITS - INPUT_BITS
INPUT = FixedPoint(bits=INPUT_BITS, signed=True, scale=2.0 ** (DROPPED - FORMAT[2]))
EPOCHS, BATCH = 60, 256
SIX = dict.fromkeys(("kernel_quantizer", "bias_quantizer"), "quantized_bits(6,0,alpha=1)")
# The share of zeros that a kind is pruned to, and its learning rate.
KINDS = {"ternary": (0.0, 0.003), "6 bits, 75 % pruned": (0.75, 0.002), "6 bits": (0.0, 0.002)}


def truncated(jets: Jets, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Inputs of the network (jets, 16), float32 multiples of 2⁻⁶, and classes."""
    integers = jets.integers(part) >> DROPPED
    return (integers * INPUT.scale).astype(np.float32), jets.samples(part)[1]


def build(kind: str):
    """16-64-32-32-5: 6-bit weights and activations; or ternary, normalized, 4-bit activations."""
    import keras
    from qkeras import QActivation, QDense

    layers: list[Any] = [keras.Input((16,))]
    for units in WIDTHS:
        if kind == "ternary":
            layers += [
                QDense(units, kernel_quantizer="ternary(alpha=1)", use_bias=False),
                keras.layers.BatchNormalization(), QActivation("quantized_relu(4,2)"),
            ]
        else:
            layers += [QDense(units, **SIX), QActivation("quantized_relu(6)")]
    last = {"bias_quantizer": "quantized_bits(8,3,alpha=1)"}
    last = {"kernel_quantizer": "ternary(alpha=1)", **last} if kind == "ternary" else SIX
    return keras.Sequential([*layers, QDense(5, **last)])


def train(kind: str, seed: int, jets: Jets):
    """A trained network; a pruned one is trained as long again once its small weights are 0."""
    import keras

    share, learning_rate = KINDS[kind]
    keras.utils.set_random_seed(seed)
    model = build(kind)
    fit(model, jets, learning_rate)
    if share:
        prune(model, share)
        fit(model, jets, learning_rate)
    return model


def fit(model, jets: Jets, learning_rate: float) -> None:
    """Adam with a cosine from the learning rate to 0."""
    import keras

    x, y = truncated(jets, "train")
    steps = EPOCHS * (-(-len(x) // BATCH))
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)


def prune(model, share: float) -> None:
    """The smallest weights of each layer become 0 and stay 0."""
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            kernel = np.array(layer.kernel)
            mask = (np.abs(kernel) >= np.quantile(np.abs(kernel), share)).astype(np.float32)
            layer.kernel.assign(kernel * mask)
            layer.kernel.constraint = masked_by(mask)


def masked_by(mask: np.ndarray):
    """A constraint that keeps 0 where the mask is 0."""
    return lambda kernel: kernel * mask


def accuracy(model, jets: Jets, part: str) -> float:
    x, y = truncated(jets, part)
    return float((model.predict(x, batch_size=1000, verbose=0).argmax(axis=1) == y).mean())


def measure(model, jets: Jets, cache: Path) -> dict[str, Any]:
    """Verilog of this project: compared on test jets, and synthesized for UltraScale+.

    Raises:
        RuntimeError: if a logit of the Verilog or the integer network is not that of Keras.
    """
    network = IntegerNetwork.from_keras(model, INPUT)
    x, _ = truncated(jets, "test")
    expected = model.predict(x, batch_size=1000, verbose=0) / network.provenance["output_step"]
    with tempfile.TemporaryDirectory() as folder:
        design = write_rtl(network, Path(folder))
        received = RtlSimulation(design).predict(jets.integers("test") >> DROPPED)
        cells = synthesize_verilog(design.verilog, cache=cache)
    if (received != expected).any():
        raise RuntimeError("logits of the Verilog differ from those of Keras")
    return {
        **asdict(cells), "nonzeros": network.nonzeros, "latency_ns": design.latency_ns,
        "logits": int(expected.size),
    }
