"""python -m tests.fuzz.readers: every reader of files on damaged files, under a memory bound.

A reader must return, or raise ValueError, within a time and without growing past the bound.
"""

from __future__ import annotations

import faulthandler
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np

from tests.fuzz.mutation import mutate, mutate_inside

# Address space that reading may add to what the process had before: each network.npz, data set
# and model here is below 1 MB.
GROWTH = 2 << 30
SECONDS = 60
PRETRAINED = Path(__file__).parents[2] / "qkeras_models" / "pretrained" / "mnist-small"


class TooSlow(Exception):
    """A reader took too long."""


def read_network(path: Path) -> None:
    from hls_projects.network.integer_network import IntegerNetwork

    IntegerNetwork.load(path)


def read_model(path: Path) -> None:
    from hls_projects.network.integer_network import IntegerNetwork
    from qkeras_models.files.saved_model import load_model

    IntegerNetwork.from_keras(load_model(path))


def read_data(path: Path) -> None:
    from training.data.sets.npz import read_npz

    read_npz(path)


def read_configuration(path: Path) -> None:
    from qkeras_models.files.config_file import read_config
    from training.config import build_config

    build_config(read_config(path))


def read_report(path: Path) -> None:
    from hls_projects.tools.csynth_report import read_csynth

    read_csynth(path)


def read_images(path: Path) -> None:
    from training.data.sets.idx import read_idx

    read_idx(path.read_bytes())


def read_image_rows(path: Path) -> None:
    from training.data.sets.cifar10 import read_images

    read_images(path.name, path.read_bytes())


def read_results(path: Path) -> None:
    from reports.records.results_file import load_records

    load_records(path)


READERS: dict[str, Callable[[Path], None]] = {
    "network.npz": read_network,
    "model.keras": read_model,
    "data.npz": read_data,
    "config.yaml": read_configuration,
    "csynth.xml": read_report,
    "images-idx3-ubyte": read_images,
    "rows.png": read_image_rows,
    "results.json": read_results,
}


def whole_files(folder: Path) -> dict[str, bytes]:
    """A valid file for each reader."""
    from PIL import Image

    from reports.records.results_file import NetworkRecord, save_records
    from tests.hls_projects.tools.vendor_reports import VITIS_HLS
    from training.data.sets.idx import idx_header

    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for part in ("train", "test"):
        arrays[f"x_{part}"] = rng.normal(size=(20, 6)).astype(np.float32)
        arrays[f"y_{part}"] = np.arange(20) % 3
    np.savez_compressed(folder / "data.npz", **arrays)
    pixels = rng.integers(0, 256, (3, 1024, 3), np.uint8)
    Image.fromarray(pixels).save(folder / "rows.png")
    save_records([NetworkRecord("sfc", "sparse", 0, seconds=1.0)], folder / "results.json")
    return {
        "network.npz": (PRETRAINED / "network.npz").read_bytes(),
        "model.keras": (PRETRAINED / "model.keras").read_bytes(),
        "data.npz": (folder / "data.npz").read_bytes(),
        "config.yaml": (PRETRAINED / "config.yaml").read_bytes(),
        "csynth.xml": VITIS_HLS.encode(),
        "images-idx3-ubyte": idx_header((2, 28, 28)) + rng.bytes(2 * 28 * 28),
        "rows.png": (folder / "rows.png").read_bytes(),
        "results.json": (folder / "results.json").read_bytes(),
    }


def outcome(read: Callable[[Path], None], path: Path) -> str:
    """"read", "refused", or the name of an exception that is none of ours."""
    signal.alarm(SECONDS)
    try:
        read(path)
    except ValueError:
        return "refused"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    finally:
        signal.alarm(0)
    return "read"


def _stop(*_: Any) -> None:
    raise TooSlow(f"more than {SECONDS} s")


@click.command()
@click.option("--count", type=click.IntRange(min=1), default=2000, show_default=True,
              help="Damaged files for each reader; a twentieth of it for model.keras.")
@click.option("--seed", type=int, default=0, show_default=True)
def main(count: int, seed: int) -> None:
    """Damages valid files and has them read."""
    faulthandler.enable()
    signal.signal(signal.SIGALRM, _stop)
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = whole_files(folder)
        for kind, content in files.items():
            (folder / kind).write_bytes(content)
            READERS[kind](folder / kind)
        _bound_memory()
        click.echo("| file | damaged ones | read all the same | refused | other |")
        click.echo("|---|---|---|---|---|")
        for number, (kind, content) in enumerate(files.items()):
            rng = np.random.default_rng([seed, number])
            bad += _damage(kind, content, folder / kind, count, rng)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    click.echo(f"peak memory {peak} MiB, TensorFlow included")
    sys.exit(1 if bad else 0)


def _bound_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + GROWTH
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _damage(
    kind: str, content: bytes, path: Path, count: int, rng: np.random.Generator
) -> int:
    """Reads damaged files of one kind, prints what came of it; how many went wrong."""
    found: dict[str, int] = {}
    count = max(1, count // 20) if kind == "model.keras" else count
    archive = content.startswith(b"PK")
    for number in range(count):
        inside = archive and number % 2
        path.write_bytes(mutate_inside(content, rng) if inside else mutate(content, rng))
        result = outcome(READERS[kind], path)
        found[result] = found.get(result, 0) + 1
        if result not in ("read", "refused"):
            click.echo(f"{kind}, file {number}: {result}", err=True)
    fine = found.pop("read", 0), found.pop("refused", 0)
    click.echo(f"| {kind} | {count:,} | {fine[0]:,} | {fine[1]:,} | {sum(found.values())} |")
    return sum(found.values())


if __name__ == "__main__":
    main()
