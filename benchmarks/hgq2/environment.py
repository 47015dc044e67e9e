"""HGQ2's own virtual environment, and modules of this folder run in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from training.data import cache_folder

ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# One thread, so that trainings do not take cores from other work and times compare.
SETTINGS = {
    "KERAS_BACKEND": "jax",
    "JAX_PLATFORMS": "cpu",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "PYTHONPATH": str(ROOT),
}


def environment(folder: Path | None = None) -> Path:
    """The environment's Python; installed first if the requirements are not what is there.

    Args:
        folder: of the environment; by default in the cache folder of data sets.

    Raises:
        subprocess.CalledProcessError: if pip fails.
    """
    folder = folder or cache_folder() / "hgq2"
    python, installed = folder / "bin" / "python", folder / ".installed"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([str(python), *install, "-r", str(REQUIREMENTS)], check=True)
        installed.write_text(wanted, encoding="utf-8")
    return python


def run_module(python: Path, module: str, arguments: list[str], log: Path) -> None:
    """Runs benchmarks.hgq2.MODULE in the environment; what it prints is appended to `log`.

    Raises:
        RuntimeError: naming the log if it fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(python), "-m", f"benchmarks.hgq2.{module}", *arguments]
    with log.open("a", encoding="utf-8") as file:
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | SETTINGS, stdout=file, stderr=file, check=False
        )
    if done.returncode:
        raise RuntimeError(f"benchmarks.hgq2.{module} failed (status {done.returncode}): {log}")
