"""Saved models load where nothing but the package was imported."""

from __future__ import annotations

import inspect
import json
import pkgutil
import subprocess
import sys
import traceback
import zipfile
from importlib import import_module

import keras
import numpy as np
import pytest
from qkeras import QActivation, QDense
from qkeras.base_quantizer import BaseQuantizer

import hls_projects
import qkeras_models
import reports
import training
from qkeras_models.distillation import DistillationLoss, LabelAccuracy
from qkeras_models.files.saved_model import load_model
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.serialization import CLASSES, EARLIER
from training import QuantizationPruning

KINDS = (
    keras.layers.Layer,
    keras.losses.Loss,
    keras.metrics.Metric,
    keras.regularizers.Regularizer,
    keras.constraints.Constraint,
    keras.initializers.Initializer,
    keras.optimizers.schedules.LearningRateSchedule,
    BaseQuantizer,
)
REQUIRED = {
    "units": 3, "filters": 3, "kernel_size": 2, "thresholds": [[0, 1], [2], [], [3]],
}
LOADERS = {
    "keras": "import qkeras_models, keras; load = keras.models.load_model",
    "keras first": "import keras, qkeras_models; load = keras.models.load_model",
    "tensorflow first": "import qkeras_models, tensorflow, keras; load = keras.models.load_model",
    "a class first": "from qkeras_models.quantizers.sparse_ternary import SparseTernary; "
    "import keras; load = keras.models.load_model",
    "qkeras_models": "from qkeras_models import load_model; "
    "load = lambda path: load_model(path, compile=True)",
    "hls_projects": "import hls_projects, keras; load = keras.models.load_model",
}


def own_classes():
    """Every class of the project that a Keras model can hold."""
    found = set()
    for package in (qkeras_models, training, hls_projects, reports):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                members = vars(import_module(module.name)).values()
                found |= {m for m in members if inspect.isclass(m) and m.__module__ == module.name}
    return {c for c in found if issubclass(c, KINDS) and not issubclass(c, keras.Model)}


def make(cls):
    parameters = inspect.signature(cls).parameters
    return cls(**{name: value for name, value in REQUIRED.items() if name in parameters})


def holding(thing):
    """A compiled model that holds it, whatever it is."""
    layer, compiled = keras.layers.Dense(3), {"loss": "mse"}
    if isinstance(thing, keras.layers.Layer):
        layer = thing
    elif isinstance(thing, keras.regularizers.Regularizer):
        layer = SparseTernaryDense(3, threshold_regularizer=thing)
    elif isinstance(thing, keras.constraints.Constraint):
        layer = keras.layers.Dense(3, kernel_constraint=thing)
    elif isinstance(thing, BaseQuantizer):
        layer = QDense(3, kernel_quantizer=thing, bias_quantizer="quantized_bits(4)")
    elif isinstance(thing, keras.metrics.Metric):
        compiled["metrics"] = [thing]
    else:
        compiled["loss"] = thing
    shape = {"1D": (4, 2), "2D": (4, 4, 2)}.get(type(layer).__name__[-2:], (4,))
    model = keras.Sequential([keras.Input(shape), layer])
    model.compile("adam", **compiled)
    return model


def load_elsewhere(loader, folder):
    """Loads every model of a folder in a new process; returns its names and what went wrong."""
    code = (
        f"import gc; gc.disable()\n{LOADERS[loader]}\nimport pathlib, json, sys\nloaded = {{}}\n"
        f"for path in sorted(pathlib.Path({str(folder)!r}).glob('*.keras')):\n"
        "    model = load(path)\n"
        "    loaded[path.stem] = [model.compiled, float(abs(model.get_weights()[0]).sum())\n"
        "                         if model.get_weights() else 0.0]\n"
        "print(json.dumps(loaded))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_every_class_that_a_model_can_hold_is_registered_and_at_home_here():
    found = {cls.__name__: cls for cls in own_classes()}
    homes = {name: cls.__module__ for name, cls in found.items()}
    assert homes == CLASSES
    for name, cls in found.items():
        assert keras.saving.get_registered_name(cls) == f"qkeras_models>{name}"


@pytest.mark.parametrize("cls", sorted(own_classes(), key=lambda c: c.__name__))
def test_configurations_come_back(cls):
    first = make(cls)
    again = cls.from_config(first.get_config())
    assert again.get_config() == first.get_config()
    serialized = keras.saving.serialize_keras_object(first)
    assert type(keras.saving.deserialize_keras_object(serialized)) is cls


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model for each class, and for each class that once had another name."""
    folder = tmp_path_factory.mktemp("saved")
    for cls in own_classes():
        holding(make(cls)).save(folder / f"{cls.__name__}.keras")
    for earlier, name in EARLIER.items():
        with zipfile.ZipFile(folder / f"{name}.keras") as source:
            entries = {entry: source.read(entry) for entry in source.namelist()}
        renamed = entries["config.json"].replace(f"qkeras_models>{name}".encode(), earlier.encode())
        assert renamed != entries["config.json"]
        with zipfile.ZipFile(folder / f"earlier-{name}.keras", "w") as target:
            for entry, content in (entries | {"config.json": renamed}).items():
                target.writestr(entry, content)
    return folder


class SaveNow(keras.callbacks.Callback):
    """Saves the model as it is when each epoch and each batch begins."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def on_epoch_begin(self, epoch, logs=None):
        self.model.save(self.folder / f"epoch-{epoch}.keras")

    def on_train_batch_end(self, batch, logs=None):
        self.model.save(self.folder / f"batch-{batch}.keras")


@pytest.fixture(scope="module")
def trained(saved):
    """A model that was saved before, during and after its training, among the others."""
    rng = np.random.default_rng(0)
    x, y = rng.random((64, 6)), rng.integers(0, 3, (64, 1))
    model = keras.Sequential([
        keras.Input((6,)), InputQuantizer(2, scale=0.25), SparseTernaryDense(8),
        keras.layers.BatchNormalization(), QActivation("quantized_relu(2,2)"),
        SparseTernaryDense(3), IntegerHead(),
    ])
    model.compile("adam", DistillationLoss(), metrics=[LabelAccuracy()])
    model.save(saved / "before.keras")
    pruning = QuantizationPruning(sparsity=0.5)
    targets = np.hstack([y, rng.normal(size=(64, 3))])
    model.fit(x, targets, epochs=3, verbose=0, callbacks=[pruning, SaveNow(saved)])
    model.save(saved / "after.keras")
    np.testing.assert_array_equal(load_model(saved / "after.keras")(x), model(x))
    return model


@pytest.mark.parametrize("loader", LOADERS)
def test_a_model_of_each_class_and_moment_loads_in_a_new_process(loader, saved, trained):
    loaded = load_elsewhere(loader, saved)
    moments = {"before", "after", "epoch-0", "epoch-1", "epoch-2", "batch-0", "batch-1"}
    assert set(loaded) == {*CLASSES, *(f"earlier-{name}" for name in EARLIER.values())} | moments
    assert all(compiled for compiled, _ in loaded.values())
    expected = float(np.abs(trained.get_weights()[0]).sum())
    assert loaded["after"] == [True, pytest.approx(expected)]


def test_importing_the_package_imports_no_keras():
    heavy = "{'keras', 'qkeras', 'tensorflow'}"
    code = f"import sys, qkeras_models; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@keras.saving.register_keras_serializable(package="tests")
class Foreign(keras.layers.Layer):
    """A layer of somebody else, with a long configuration."""

    def get_config(self):
        return {**super().get_config(), "long": ["much"] * 5000}

    def __init__(self, long=(), **kwargs):
        super().__init__(**kwargs)

    def call(self, inputs):
        return inputs


def test_an_integer_network_is_told_how_it_becomes_a_model(tmp_path):
    np.savez(tmp_path / "network.npz", header=np.zeros(1))
    with pytest.raises(ValueError, match="python -m hls_projects.to_keras .*network.npz model.ker"):
        load_model(tmp_path / "network.npz")


def test_what_cannot_be_loaded_is_said_in_one_line(tmp_path, monkeypatch):
    keras.Sequential([keras.Input((4,)), Foreign()]).save(tmp_path / "foreign.keras")
    monkeypatch.delitem(keras.saving.get_custom_objects(), "tests>Foreign")
    message = "foreign.keras cannot be loaded as a Keras model: Could not locate class"
    with pytest.raises(ValueError, match=message) as caught:
        load_model(tmp_path / "foreign.keras")
    assert len("".join(traceback.format_exception(caught.value))) < 4000


@pytest.mark.parametrize("damage", [
    lambda config: config["config"]["layers"][1]["config"].update(units="many"),
    lambda config: config["config"]["layers"][1].update(class_name="Missing"),
    lambda config: config.update(class_name="Missing"),
    lambda config: config["config"].pop("layers"),
])
def test_damage_is_said_in_one_line(damage, tmp_path):
    path = tmp_path / "model.keras"
    wide = [keras.layers.Dense(4, name=f"dense_{i}") for i in range(40)]
    keras.Sequential([keras.Input((4,)), *wide]).save(path)
    with zipfile.ZipFile(path) as source:
        entries = {entry: source.read(entry) for entry in source.namelist()}
    config = json.loads(entries["config.json"])
    damage(config)
    with zipfile.ZipFile(path, "w") as target:
        for entry, content in (entries | {"config.json": json.dumps(config)}).items():
            target.writestr(entry, content)
    with pytest.raises(ValueError, match="cannot be loaded as a Keras model: ") as caught:
        load_model(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
