"""Time of a training step beside qkeras QDense with ternary(), in one process, in turns.

    python benchmarks/step_time.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import time
from statistics import median

import keras
import numpy as np
from qkeras import QActivation, QDense, ternary

from qkeras_models.builders import mlp
from qkeras_models.input_quantizer import InputQuantizer
from qkeras_models.integer_head import IntegerHead
from training.quantization_pruning import QuantizationPruning

WIDTHS = (256, 64)
BATCH, STEPS, ROUNDS = 256, 50, 9


def qkeras_network(quantizer):
    """The same network as mlp((28, 28), WIDTHS, 10), of qkeras layers."""
    inputs = keras.Input((28, 28))
    x = keras.layers.Flatten()(InputQuantizer(1, scale=0.375)(inputs))
    for width in WIDTHS:
        x = QDense(width, use_bias=False, kernel_quantizer=quantizer())(x)
        x = keras.layers.BatchNormalization()(x)
        x = QActivation("quantized_relu(2,2)")(x)
    x = QDense(10, use_bias=False, kernel_quantizer=quantizer())(x)
    return keras.Model(inputs, IntegerHead()(x))


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((BATCH * STEPS, 28, 28), np.float32)
    y = rng.integers(0, 10, len(x))
    models = {
        "SparseTernaryDense, QuantizationPruning": mlp((28, 28), WIDTHS, 10),
        "QDense, ternary()": qkeras_network(ternary),
        "QDense, ternary(alpha=1.0)": qkeras_network(lambda: ternary(alpha=1.0)),
    }
    callbacks = [[QuantizationPruning(0.98, stage1_epochs=ROUNDS)], [], []]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for model in models.values():
        model.compile("adam", loss, metrics=["accuracy"], jit_compile=False)
    times = {name: [] for name in models}
    for number in range(ROUNDS):
        for (name, model), extra in zip(models.items(), callbacks, strict=True):
            started = time.perf_counter()
            model.fit(x, y, batch_size=BATCH, initial_epoch=number, epochs=number + 1,
                      verbose=0, callbacks=extra)
            times[name].append((time.perf_counter() - started) / STEPS * 1e3)
    ours = times["SparseTernaryDense, QuantizationPruning"][1:]
    print("| network 784-256-64-10, batch 256 | ms a step | ours / it |\n|---|---|---|")
    for name, values in times.items():
        ratio = median(a / b for a, b in zip(ours, values[1:], strict=True))
        print(f"| {name} | {median(values[1:]):.2f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
