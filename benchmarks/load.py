"""Wide networks through a few steps of training, conversion and C-simulation: time and memory.

    python -m benchmarks.load               # lfc and wider, under docs/trust.md's bound
    python -m benchmarks.load --only lfc

Each network runs in a process of its own, whose peak memory, and that of the compiler it starts,
are measured by the kernel (getrusage).  The weights are random: time and memory follow from how
many there are, not from what they know.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import numpy as np

NETWORKS = {"lfc": [1024, 1024, 1024], "wider": [2048, 1024, 512]}
SPARSITY = 0.99
BOUND = 4 << 30
SAMPLES = 1000
STEPS = 10


def measure(hidden: list[int]) -> dict[str, Any]:
    """Seconds of each stage, peak bytes of this process and of its children."""
    from hls_projects.hls4ml_front_end import build_hls_model
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.verification.csim import CSimulation
    from hls_projects.verification.exactness import compare
    from qkeras_models import load_model, save_model

    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        model = timed(found, "training", lambda: train(hidden))
        save_model(model, Path(folder, "model.keras"))
        model = load_model(Path(folder, "model.keras"))
        network = timed(found, "conversion", lambda: IntegerNetwork.from_keras(model))
        hls = build_hls_model(network, Path(folder, "hls"))
        compiler = measured_compiler(Path(folder))
        simulation = timed(found, "compilation", lambda: CSimulation(hls, compiler=str(compiler)))
        found["compiler"] = int(Path(folder, "peak").read_text()) << 10
        x = np.random.default_rng(0).random((SAMPLES, *network.input.shape), np.float32)
        result = timed(
            found, "comparison", lambda: compare(network, x, model=model, csim=simulation)
        )
    return {
        **found,
        "weights": network.weights,
        "nonzeros": network.nonzeros,
        "logits": result["logits"],
        "process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10,
    }


def measured_compiler(folder: Path) -> Path:
    """A g++ that leaves its peak memory, in KiB, in folder/peak.

    Measured by a small process: a child counts what its parent held when it was forked.
    """
    script = folder / "compiler"
    script.write_text(
        f"#!{sys.executable} -S\nimport resource, subprocess, sys\n"
        "status = subprocess.call(['g++', *sys.argv[1:]])\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        f"open({str(folder / 'peak')!r}, 'w').write(str(peak))\nsys.exit(status)\n"
    )
    script.chmod(0o755)
    return script


def timed(found: dict[str, Any], name: str, work: Any) -> Any:
    started = time.monotonic()
    result = work()
    found[name] = round(time.monotonic() - started, 1)
    return result


def train(hidden: list[int]) -> Any:
    """A network of which a random hundredth of the weights is not 0, after a few steps."""
    import keras

    from qkeras_models import mlp, sparse_ternary_layers

    model = mlp((28, 28), hidden, 10)
    rng = np.random.default_rng(0)
    for layer in sparse_ternary_layers(model):
        share = float((layer.ternary_kernel() != 0).mean())
        layer.mask.assign(rng.random(layer.mask.shape) < (1 - SPARSITY) / share)
        layer.stage.assign(3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, jit_compile=False)
    x, y = rng.random((256 * STEPS, 28, 28)), rng.integers(0, 10, 256 * STEPS)
    model.fit(x, y, batch_size=256, verbose=0)
    return model


@click.command()
@click.option("--only", type=click.Choice(list(NETWORKS)))
@click.option("--measure", "measured", type=click.Choice(list(NETWORKS)), hidden=True)
def main(only: str | None, measured: str | None) -> None:
    """Measures time and memory of wide networks, and fails beyond the bound."""
    if measured:
        click.echo(json.dumps(measure(NETWORKS[measured])))
        return
    columns = ("network", "weights", "nonzeros", "10 steps", "conversion", "compilation",
               "comparison", "peak of the process", "peak of g++")
    click.echo(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for name in [only] if only else NETWORKS:
        done = subprocess.run([sys.executable, "-m", "benchmarks.load", "--measure", name],
                              stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        stages = " | ".join(
            f"{found[stage]} s" for stage in ("training", "conversion", "compilation", "comparison")
        )
        click.echo(f"| {name} | {found['weights']:,} | {found['nonzeros']:,} | {stages} | "
                   f"{found['process'] >> 20:,} MiB | {found['compiler'] >> 20:,} MiB |")
        if found["process"] + found["compiler"] > BOUND:
            raise click.ClickException(f"{name} took more than {BOUND >> 20:,} MiB")


if __name__ == "__main__":
    main()
