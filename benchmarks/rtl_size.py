"""Time and memory of Verilog against the number of nonzeros: written, simulated, synthesized.

    python benchmarks/rtl_size.py

Networks 784-512-128-10 with random weights, shared among the layers about as in trained networks,
1-bit inputs and 2-bit activations; each step in a process of its own, whose peak memory includes
Yosys's and the compiler's.  Writes
docs/rtl_size.svg and prints the table of docs/rtl.md.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

NONZEROS = (1_000, 3_000, 10_000, 30_000)
WIDTHS = (784, 512, 128, 10)
SHARES = (0.45, 0.45, 0.1)
SAMPLES = 10_000
STEPS = ("write", "simulate", "synthesize")
PLOT = Path(__file__).parents[1] / "docs" / "rtl_size.svg"


def random_network(nonzeros):
    """Weights of one density, thresholds in the middle of what the sums reach."""
    from hls_projects.input_format import InputFormat
    from hls_projects.integer_layers import Dense, Flatten, Head, Threshold
    from hls_projects.integer_network import IntegerNetwork

    rng = np.random.default_rng(0)
    shapes = list(zip(WIDTHS[:-1], WIDTHS[1:], strict=True))
    layers = [Flatten()]
    for (inputs, outputs), share in zip(shapes, SHARES, strict=True):
        keep = rng.random((inputs, outputs)) < share * nonzeros / (inputs * outputs)
        layers.append(Dense((keep * rng.choice([-1, 1], keep.shape)).astype(np.int8)))
        levels = rng.integers(-2, 3, (outputs, 1)) + np.arange(3)
        layers.append(Threshold(levels.astype(np.int32), np.ones(outputs, np.int8)))
    layers[-1] = Head(np.zeros(10, np.int32))
    return IntegerNetwork(InputFormat(1, False, 0.375, (28, 28)), tuple(layers))


def measure(nonzeros, last):
    """All steps up to `last`; prints the time of that one and the peak memory of all."""
    from hls_projects.rtl import RtlSimulation, write_rtl
    from hls_projects.synthesis import synthesize_verilog

    network = random_network(nonzeros)
    found = {"nonzeros": network.nonzeros}
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        design = write_rtl(network, Path(folder))
        if last == "simulate":
            x = np.random.default_rng(1).integers(0, 2, (SAMPLES, 28, 28))
            expected = network.predict_integers(x)
            started = time.perf_counter()
            received = RtlSimulation(design).predict(x)
            found["differ"] = int((received != expected).sum())
        if last == "synthesize":
            started = time.perf_counter()
            found["luts"] = synthesize_verilog(design.verilog).luts
        found[last] = time.perf_counter() - started
    memory = [resource.getrusage(who).ru_maxrss / 1024
              for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({**found, f"{last}_mib": max(memory)}))


def plot(rows):
    """Seconds and MiB of each step over the nonzeros."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    for step in STEPS:
        nonzeros = [row["nonzeros"] for row in rows]
        axes[0].loglog(nonzeros, [row[step] for row in rows], "o-", label=step)
        axes[1].semilogx(nonzeros, [row[f"{step}_mib"] for row in rows], "o-", label=step)
    axes[0].set(xlabel="nonzero weights", ylabel="seconds")
    axes[1].set(xlabel="nonzero weights", ylabel="peak memory, MiB", ylim=(0, None))
    axes[0].legend()
    figure.savefig(PLOT, metadata={"Date": None})


def main():
    print("| nonzeros | LUT | write | simulate 10,000 | synthesize | memory of each |")
    print("|---|---|---|---|---|---|")
    rows = []
    for nonzeros in NONZEROS:
        row = {}
        for step in STEPS:
            command = [sys.executable, __file__, str(nonzeros), step]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            row |= json.loads(done.stdout.splitlines()[-1])
        if row["differ"]:
            sys.exit(f"{row['differ']} logits differ at {nonzeros} nonzeros")
        rows.append(row)
        times = " | ".join(f"{row[step]:.1f} s" for step in STEPS)
        memory = " / ".join(f"{row[f'{step}_mib']:,.0f}" for step in STEPS)
        print(f"| {row['nonzeros']:,} | {row['luts']:,} | {times} | {memory} MiB |", flush=True)
        plot(rows)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(int(sys.argv[1]), sys.argv[2])
    else:
        main()
