"""Time and memory of Verilog against the number of nonzeros: written, simulated, synthesized.

    python benchmarks/rtl_size.py

Networks with random weights, 1-bit inputs and 2-bit activations, wider the more nonzeros, so that
fan-ins are about those of mnist-small at every size; each step in a process of its own: its CPU
seconds, which other work on the machine does not lengthen, and its peak memory, the largest of
Python's, Yosys's and the compiler's.  Writes docs/rtl_size.svg and prints the table of docs/rtl.md.
"""

import json
import pickle
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

NONZEROS = (1_000, 3_000, 10_000, 30_000)
# Nonzeros of mnist-small, 784-256-64-10, and the share of each layer.
MODEL_NONZEROS = 4_095
SHARES = (0.43, 0.44, 0.13)
SAMPLES = 10_000
PROCESSES = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
STEPS = ("write", "simulate", "synthesize")
PLOT = Path(__file__).parents[1] / "docs" / "rtl_size.svg"


def random_network(nonzeros):
    """Weights of one density, thresholds in the middle of what the sums reach."""
    from hls_projects.kinds import Dense, Flatten, Head, Levels
    from hls_projects.network.input_format import InputFormat
    from hls_projects.network.integer_network import IntegerNetwork

    rng = np.random.default_rng(0)
    hidden = [round(width * nonzeros / MODEL_NONZEROS) for width in (256, 64)]
    shapes = list(zip((784, *hidden), (*hidden, 10), strict=True))
    layers = [Flatten()]
    for (inputs, outputs), share in zip(shapes, SHARES, strict=True):
        keep = rng.random((inputs, outputs)) < share * nonzeros / (inputs * outputs)
        layers.append(Dense((keep * rng.choice([-1, 1], keep.shape)).astype(np.int8)))
        levels = rng.integers(-2, 3, (outputs, 1)) + np.arange(3)
        layers.append(Levels(levels.astype(np.int32), np.ones(outputs, np.int8)))
    layers[-1] = Head(np.zeros(10, np.int32))
    return IntegerNetwork(InputFormat(1, False, 0.375, (28, 28)), tuple(layers))


def measure(nonzeros, step, folder):
    """One step, after those before it; prints its CPU seconds and its peak memory in MiB."""
    from hls_projects.rtl import RtlSimulation, write_rtl
    from hls_projects.tools.synthesis import synthesize_verilog

    network = random_network(nonzeros)
    written = folder / "design.pickle"
    x = np.random.default_rng(1).integers(0, 2, (SAMPLES, 28, 28))
    expected = network.predict_integers(x) if step == "simulate" else None
    found = {"nonzeros": network.nonzeros}
    started = cpu_seconds()
    if step == "write":
        written.write_bytes(pickle.dumps(write_rtl(network, folder)))
    design = pickle.loads(written.read_bytes())
    if step == "simulate":
        found["differ"] = int((RtlSimulation(design).predict(x) != expected).sum())
    if step == "synthesize":
        found["luts"] = synthesize_verilog(design.verilog).luts
    found[step] = cpu_seconds() - started
    found[f"{step}_mib"] = max(resource.getrusage(who).ru_maxrss for who in PROCESSES) / 1024
    print(json.dumps(found))


def cpu_seconds():
    """Of this process and of all that it has waited for."""
    used = [resource.getrusage(who) for who in PROCESSES]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


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
    axes[0].set(xlabel="nonzero weights", ylabel="CPU seconds")
    axes[1].set(xlabel="nonzero weights", ylabel="peak memory, MiB", ylim=(0, None))
    for axis in axes:
        axis.set_xticks(NONZEROS, [f"{nonzeros:,}" for nonzeros in NONZEROS])
        axis.xaxis.minorticks_off()
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].yaxis.set_minor_formatter("")
    axes[0].legend()
    figure.savefig(PLOT, metadata={"Date": None})


def main():
    print("| nonzeros | LUT | write | simulate 10,000 | synthesize | memory of each |")
    print("|---|---|---|---|---|---|")
    rows = []
    for nonzeros in NONZEROS:
        row = {}
        with tempfile.TemporaryDirectory() as folder:
            for step in STEPS:
                command = [sys.executable, __file__, str(nonzeros), step, folder]
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
    if len(sys.argv) == 4:
        measure(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    else:
        main()
