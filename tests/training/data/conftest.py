"""A small stand-in for MNIST, and an environment without caches, Keras's copy or a network."""

from __future__ import annotations

import hashlib
import stat
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.data.sets import mnist
from training.data.sets.idx import idx_header
from training.data.sets.known_sets import SETS


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache; Keras's own folder is empty too."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SPARSE_TERNARY_CACHE", str(folder))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return folder


@pytest.fixture
def small_mnist(monkeypatch) -> dict[str, np.ndarray]:
    """Four arrays of MNIST's kind; `mnist.FILES` describes them in place of the real ones."""
    random = np.random.default_rng(0)
    arrays = {
        "x_train": random.integers(0, 256, (100, 28, 28), np.uint8),
        "y_train": (np.arange(100) % 10).astype(np.uint8),
        "x_test": random.integers(0, 256, (20, 28, 28), np.uint8),
        "y_test": (np.arange(20) % 10).astype(np.uint8),
    }
    files = {
        name: mnist.File(
            file.name, a.shape, hashlib.md5(idx_header(a.shape) + a.tobytes()).hexdigest()
        )
        for (name, file), a in zip(mnist.FILES.items(), arrays.values(), strict=True)
    }
    monkeypatch.setattr(mnist, "FILES", files)
    monkeypatch.setitem(SETS, "mnist", replace(mnist.MNIST, validation=10))
    return arrays


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Makes a Python script an executable, and its folder the only one on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, code: str) -> Path:
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{code}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make
