"""python -m tests.faults.kill_and_resume: SIGKILL at random moments, then the same command again.

Each try runs a command in a folder of its own, kills it (and its children, or it alone) after a
random time, repeatedly, until one run ends by itself.  What is left must be what a run that nobody
killed leaves, bit for bit.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

ROOT = Path(__file__).parents[2]
TRAINING = ("--data", "digits", "--hidden", "24,16", "--sparsity", "0.8", "--name", "run",
            "--stage1-epochs", "12", "--stage3-epochs", "6", "--set", "checkpoint_seconds=0",
            "--quiet")
# Of a conversion: what it says about the network, not how long it took.
CONVERTED = ("network.npz", "hls/firmware", "rtl/top.v", "report/sizes.csv")


@dataclass(frozen=True)
class Work:
    """A command that may be killed.

    Args:
        command: arguments of Python, given the folder; called again after every kill.
        results: files and folders that must be those of an uninterrupted run.
        prepare: fills the folder first.
    """

    command: Callable[[Path], list[str]]
    results: tuple[str, ...]
    prepare: Callable[[Path], None] = lambda folder: None


def _train(folder: Path) -> list[str]:
    script = str(ROOT / "train.py")
    begun = (folder / "runs" / "run" / "config.yaml").is_file()
    return [script, "--resume", "--name", "run", "--quiet"] if begun else [script, *TRAINING]


def _convert(folder: Path) -> list[str]:
    return [str(ROOT / "convert.py"), "runs/run", "--rtl", "--samples", "50"]


def _reproduce(folder: Path) -> list[str]:
    return ["-m", "tests.faults.reproduce_digits", "mnist", "--quick", "--results", "results",
            "--synthesize-up-to", "0"]


def _trained_run(folder: Path) -> None:
    shutil.copytree(_trained(), folder / "runs" / "run")


def _trained() -> Path:
    return Path(os.environ["TRAINED_RUN"])


WORKS = {
    "train": Work(
        _train,
        ("runs/run/model.keras", "runs/run/history.csv", "runs/run/shadow_weights.json"),
    ),
    "convert": Work(_convert, tuple(f"runs/run/{name}" for name in CONVERTED), _trained_run),
    "reproduce": Work(_reproduce, ("results/networks",)),
}


def run(
    work: Work, folder: Path, kill_after: Callable[[], float | None], alone: Callable[[], bool]
) -> tuple[int, list[float]]:
    """Runs a work to its end.

    Returns:
        The number of kills that found the command running, and the seconds of each attempt.

    Raises:
        RuntimeError: with the command's own message, if it fails by itself.
    """
    kills, seconds = 0, []
    while True:
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, *work.command(folder)], cwd=folder, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        try:
            output, _ = process.communicate(timeout=kill_after())
        except subprocess.TimeoutExpired:
            (os.kill if alone() else os.killpg)(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()
            kills += 1
            seconds.append(time.monotonic() - started)
            continue
        seconds.append(time.monotonic() - started)
        if process.returncode:
            raise RuntimeError(f"{work.command(folder)} ended with {process.returncode}:\n{output}")
        return kills, seconds


def fingerprint(work: Work, folder: Path) -> dict[str, str]:
    """Hash of every resulting file, of the weights alone where a file holds times and dates."""
    found = {}
    for name in work.results:
        path = folder / name
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in files:
            found[str(file.relative_to(folder))] = hashlib.sha256(_content(file)).hexdigest()
    return found


def _content(file: Path) -> bytes:
    import zipfile

    if file.suffix == ".keras":
        import h5py

        with zipfile.ZipFile(file) as archive, h5py.File(archive.open("model.weights.h5")) as h5:
            arrays: list[bytes] = []
            h5.visititems(lambda name, item: arrays.append(
                name.encode() + (item[()].tobytes() if isinstance(item, h5py.Dataset) else b"")
            ))
        return b"".join(arrays)
    if file.suffix == ".npz":
        with np.load(file) as archive:
            return b"".join(
                name.encode() + archive[name].tobytes() for name in sorted(archive.files)
            )
    return file.read_bytes()


def leftovers(folder: Path) -> list[str]:
    """Files that a killed command left half written and nobody removed."""
    return [str(path) for path in folder.rglob(".*.part")]


def check(name: str, tries: int, most_kills: int, seed: int, tell: Callable[[str], None]) -> int:
    """Kills a work at random moments; returns the number of kills.

    Raises:
        AssertionError: if a resumed run ends otherwise than the uninterrupted one.
    """
    work, rng = WORKS[name], np.random.default_rng(seed)
    kills = 0
    with tempfile.TemporaryDirectory(prefix="kill-") as base:
        whole = Path(base, "whole")
        whole.mkdir()
        work.prepare(whole)
        _, (seconds,) = run(work, whole, lambda: None, bool)
        expected = fingerprint(work, whole)
        for number in range(tries):
            folder = Path(base, str(number))
            folder.mkdir()
            work.prepare(folder)
            left = iter([*rng.uniform(0.1, seconds, most_kills), None])
            found, _ = run(work, folder, lambda left=left: next(left), lambda: rng.random() < 0.5)
            kills += found
            received = fingerprint(work, folder)
            differing = sorted(dict(expected.items() ^ received.items())) + leftovers(folder)
            if differing:
                raise AssertionError(f"{name}, try {number}: {', '.join(differing)}")
            tell(f"{name}: try {number + 1} of {tries}, {kills} kills, all results equal")
            shutil.rmtree(folder)
    return kills


@click.command()
@click.option("--tries", type=click.IntRange(min=1), default=12, show_default=True,
              help="Of each command.")
@click.option("--kills", type=click.IntRange(min=1), default=2, show_default=True,
              help="At most so many in a try.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--only", type=click.Choice(list(WORKS)), multiple=True)
def main(tries: int, kills: int, seed: int, only: tuple[str, ...]) -> None:
    """Kills train.py, convert.py and reproduce at random moments."""
    with tempfile.TemporaryDirectory(prefix="trained-") as base:
        run(WORKS["train"], Path(base), lambda: None, bool)
        os.environ["TRAINED_RUN"] = str(Path(base, "runs", "run"))
        for name in only or WORKS:
            total = check(name, tries, kills, seed, lambda line: click.echo(line, err=True))
            click.echo(f"| {name} | {tries} | {total} | 0 |")


if __name__ == "__main__":
    main()
