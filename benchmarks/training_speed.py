"""Time of a training step, each kind in a process of its own, in turns; ratios count.

    PYTHONPATH=. python benchmarks/training_speed.py [--other CHECKOUT] [--rounds 3]

`train.py`: the step of a run, batches and callback included, beside the same of another checkout,
such as `git worktree add ../before a3101bb`.  `fit`: a user's own model.fit with the callback,
beside plain Keras's float network of that shape.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import click
import numpy as np

EPOCHS = 6
# Kind, network and checkout.
Job = tuple[str, str, Path]
IMAGE = ["32c3", "p2", "32c3", "128c3", "p2", "128c3", "128c3", "p2", "128c3", "p4"]
SMALL_IMAGE = ["16c3", "p2", "32c3", "p2", "64"]
# Samples a step, steps an epoch (a tenth fewer by train.py), shape of a sample, hidden layers.
NETWORKS = {
    "mnist-small": (256, 224, (28, 28), [256, 64]),
    "cifar": (128, 16, (32, 32, 3), IMAGE),
    "small image": (128, 64, (28, 28), SMALL_IMAGE),
}
RUNS = {"mnist-small": {"preset": "mnist-small"},
        "cifar": {"preset": "cifar-vgg", "width": 1, "hidden": IMAGE}}


def step_time(kind: str, network: str) -> float:
    """Milliseconds a step, median over the epochs after the first."""
    import keras

    batch, steps, shape, hidden = NETWORKS[network]
    rng = np.random.default_rng(0)
    x = rng.random((batch * steps, *shape), np.float32)
    y = rng.integers(0, 10, len(x))
    times = []

    class Clock(keras.callbacks.Callback):
        """Notes milliseconds a step, an epoch at a time."""

        def on_epoch_begin(self, epoch, logs=None):
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            times.append((time.perf_counter() - self.started) / self.params["steps"] * 1e3)

    fit = _run_fit if kind == "train.py" else _own_fit
    fit(kind, network, hidden, batch, x, y, Clock())
    return median(times[1:])


def _run_fit(kind, network, hidden, batch, x, y, clock):
    from training import run
    from training.config import build_config
    from training.methods import METHODS

    try:
        from training.epoch_batches import epoch_batches
    except ImportError:  # in earlier versions
        epoch_batches = run._batches
    values = {"stage1_epochs": EPOCHS, "stage3_epochs": 0, "input_scale": 0.375}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "noise.npz")
        np.savez(file, x_train=x, y_train=y, x_test=x[:99], y_test=y[:99])
        config = build_config(RUNS[network], {**values, "data": str(file)})
        data = run.load_data(config)
    model = run.build_model(config, data)
    if hasattr(run, "fuse_layers"):  # in earlier versions not the callback's
        run.fuse_layers(model)
    model.fit(epoch_batches(config, data, 0), epochs=EPOCHS, verbose=0, shuffle=False,
              callbacks=[METHODS[config.method].callback(config), clock])


def _own_fit(kind, network, hidden, batch, x, y, clock):
    import keras

    from qkeras_models.networks.builders import feed_forward, float_feed_forward
    from training import QuantizationPruning

    ours = kind == "fit, callback"
    model = (feed_forward if ours else float_feed_forward)(x.shape[1:], hidden, 10)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    callbacks = [QuantizationPruning(0.98)] if ours else []
    model.fit(x, y, batch_size=batch, epochs=EPOCHS, verbose=0, callbacks=[*callbacks, clock])


def in_turns(jobs: dict[str, Job], rounds: int) -> dict[str, list[float]]:
    """Milliseconds a step of each job, round by round."""
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, (kind, network, root) in jobs.items():
            environment = {**os.environ, "PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3"}
            command = [sys.executable, __file__, "--measure", kind, network]
            done = subprocess.run(command, env=environment, cwd=root, capture_output=True,
                                  text=True, check=True)
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    return found


def row(title: str, first: Job, base: Job, rounds: int) -> str:
    """A row: medians of both, and the median of the ratios, round by round."""
    found = in_turns({"first": first, "base": base}, rounds)
    ratio = median(a / b for a, b in zip(found["first"], found["base"], strict=True))
    return f"| {title} | {median(found['first']):.2f} | {median(found['base']):.2f} | {ratio:.2f} |"


@click.command()
@click.option("--other", type=click.Path(path_type=Path), help="Checkout to compare train.py with.")
@click.option("--rounds", default=3, show_default=True, help="How often each kind is timed.")
@click.option("--measure", nargs=2, hidden=True)
def main(other: Path | None, rounds: int, measure: tuple[str, str] | None) -> None:
    """Prints a table of training steps."""
    if measure:
        print(json.dumps(step_time(*measure)))
        return
    here = Path(__file__).resolve().parent.parent
    print("| a training step | ms | beside | ratio |\n|---|---|---|---|", flush=True)
    if other:
        for network in RUNS:
            jobs = [("train.py", network, root) for root in (here, other.resolve())]
            print(row(f"train.py, {network}", *jobs, rounds), flush=True)
    for network in ("mnist-small", "small image"):
        jobs = [(kind, network, here) for kind in ("fit, callback", "fit, float")]
        title = f"fit with the callback, {network}, beside plain Keras's float network"
        print(row(title, *jobs, rounds), flush=True)


if __name__ == "__main__":
    main()
