"""LUTs of dense layers side by side and time-multiplexed over the cycles of an image.

    PYTHONPATH=. python benchmarks/time_multiplex.py

Layers of random weights between 2-bit activations, each synthesized for UltraScale+ by itself;
prints the table of docs/convolutions.md.
"""

import tempfile
from pathlib import Path

import numpy as np

from hls_projects.kinds import Dense, Head, Levels
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl
from hls_projects.rtl.stream.time_multiplexed_dense import TimeMultiplexedDense
from hls_projects.tools.synthesis import synthesize_layers, synthesize_verilog

# Inputs, neurons, share of nonzeros, and pixels of an image: lenet5's first dense layer, and those
# of cifar-vgg of widths 16 and 32.
CASES = ((800, 500, 0.02, 784), (1024, 128, 0.05, 1024), (2048, 256, 0.02, 1024))


def layer(inputs, neurons, density):
    """Random weights, levels about 0."""
    rng = np.random.default_rng(0)
    weights = rng.choice([-1, 1], (inputs, neurons)) * (rng.random((inputs, neurons)) < density)
    levels = rng.integers(-4, 4, (neurons, 1)) + np.array([0, 3, 6])
    threshold = Levels(levels.astype(np.int32), np.ones(neurons, np.int8))
    return Dense(weights.astype(np.int8)), threshold


def side_by_side(dense, threshold, folder):
    """Cells of the layer in one cycle."""
    inputs, neurons = dense.weights.shape
    head = Dense(np.ones((neurons, 1), np.int8)), Head(np.zeros(1, np.int32))
    network = IntegerNetwork(InputFormat(2, False, 1.0, (inputs,)), (dense, threshold, *head))
    return synthesize_layers(write_rtl(network, folder).verilog)["layer_1"]


def main():
    heads = "inputs × neurons", "nonzeros", "LUT in one cycle", "cycles", "banks", "LUT over them"
    print(f"| {' | '.join(heads)} | FF | BRAM |")
    print("|---|---|---|---|---|---|---|---|")
    for inputs, neurons, density, pixels in CASES:
        dense, threshold = layer(inputs, neurons, density)
        multiplexed = TimeMultiplexedDense("multiplexed", dense, threshold, 2, False, pixels)
        with tempfile.TemporaryDirectory() as folder:
            whole = side_by_side(dense, threshold, Path(folder))
            source = Path(folder, "multiplexed.v")
            source.write_text(multiplexed.module())
            cells = synthesize_verilog(source, top="multiplexed")
        schedule = multiplexed.schedule
        print(
            f"| {inputs:,} × {neurons} | {np.count_nonzero(dense.weights):,} | {whole.luts:,} "
            f"| {schedule.cycles:,} | {len(schedule.banks)} | {cells.luts:,} | {cells.ffs:,} "
            f"| {cells.brams} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
