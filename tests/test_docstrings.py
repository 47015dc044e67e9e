"""Every example of a docstring, run as it stands, with a few names that readers have at hand."""

import doctest
import importlib
from pathlib import Path

import keras
import numpy as np
import pytest

import hls_projects
from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl
from qkeras_models import BinaryWeights, SparseTernaryDense, mlp
from training import QuantizationPruning
from training.data import Augmentation, Batches, load

ROOT = Path(hls_projects.__file__).parents[1]
PACKAGES = "qkeras_models", "training", "hls_projects", "reports"


def modules():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts)




@pytest.fixture(scope="module")
def names(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    data = load("digits")
    model = mlp(data.shape, (10,), 10, input_bits=4, input_scale=1 / 16)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network = IntegerNetwork.from_keras(model)
    network.save(folder / "network.npz")
    layers = [keras.layers.Flatten(), keras.layers.Dense(8, "relu"), keras.layers.Dense(10)]
    float_model = keras.Sequential([keras.Input(data.shape), *layers])
    float_model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x = data.x_train[:64]
    return folder, {
        "np": np, "data": data, "model": model, "float_model": float_model, "network": network,
        "x": np.ones((2, 8), np.float32), "images": np.ones((2, 8, 8, 3), np.float32),
        "x_train": x, "y_train": data.y_train[:64], "x_int": network.input.quantize(x),
        "folder": folder / "rtl", "SparseTernaryDense": SparseTernaryDense,
        "BinaryWeights": BinaryWeights, "QuantizationPruning": QuantizationPruning,
        "Augmentation": Augmentation, "Batches": Batches, "build_hls_model": build_hls_model,
        "write_rtl": write_rtl,
    }


@pytest.mark.parametrize("module", modules())
def test_examples_run(names, module, monkeypatch):
    folder, extra = names
    monkeypatch.chdir(folder)
    found = doctest.testmod(importlib.import_module(module), extraglobs=extra)
    assert found.attempted and not found.failed
