"""Time and memory of conversion and compilation against the number of nonzeros.

    python benchmarks/conversion_scaling.py

Each network 784-1024-1024-1024-10 with random weights of one density is converted and compiled in a
process of its own, whose peak memory is the larger of Python's and the compiler's.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

NONZEROS = (2_000, 5_000, 10_000, 20_000, 50_000)
WIDTHS = (784, 1024, 1024, 1024, 10)
IMAGES = 2_000


def random_network(nonzeros):
    """A network of random weights, thresholds in the middle of what its sums reach."""
    from hls_projects.kinds import Dense, Flatten, Head, Levels
    from hls_projects.network.input_format import InputFormat
    from hls_projects.network.integer_network import IntegerNetwork

    rng = np.random.default_rng(0)
    shapes = list(zip(WIDTHS[:-1], WIDTHS[1:], strict=True))
    total = sum(a * b for a, b in shapes)
    layers = [Flatten()]
    for inputs, outputs in shapes:
        keep = rng.random((inputs, outputs)) < nonzeros / total
        layers.append(Dense((keep * rng.choice([-1, 1], keep.shape)).astype(np.int8)))
        levels = rng.integers(-2, 3, (outputs, 1)) + np.arange(3)
        layers.append(Levels(levels.astype(np.int32), np.ones(outputs, np.int8)))
    layers[-1] = Head(np.zeros(10, np.int32))
    return IntegerNetwork(InputFormat(1, False, 0.375, (28, 28)), tuple(layers))


def measure(nonzeros):
    """One network in this process; prints a JSON line."""
    from hls_projects.hls4ml_front_end.build import build_hls_model
    from hls_projects.verification.csim import CSimulation
    from hls_projects.verification.exactness import compare

    network = random_network(nonzeros)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        model = build_hls_model(network, folder)
        model.write()
        converted = time.perf_counter()
        simulation = CSimulation(model, write=False)
        compiled = time.perf_counter()
        x = np.random.default_rng(1).random((IMAGES, 28, 28))
        result = compare(network, x, csim=simulation)
    memory = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(json.dumps({
        "nonzeros": network.nonzeros,
        "convert": converted - started,
        "compile": compiled - converted,
        "images": result["images_per_second"],
        "memory": memory / 1024,
    }))


def main() -> None:
    columns = ("nonzeros", "convert, s", "compile, s", "both, ms a nonzero", "peak memory, MiB",
               "images/s")
    print(f"| {' | '.join(columns)} |")
    print("|---|---|---|---|---|---|")
    for nonzeros in NONZEROS:
        command = [sys.executable, __file__, str(nonzeros)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        row = json.loads(done.stdout.splitlines()[-1])
        both = (row["convert"] + row["compile"]) / row["nonzeros"] * 1e3
        print(f"| {row['nonzeros']:,} | {row['convert']:.1f} | {row['compile']:.1f} | {both:.2f} "
              f"| {row['memory']:.0f} | {row['images']:,.0f} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]))
    else:
        main()
