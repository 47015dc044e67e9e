import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hls_projects.kinds import Head
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.to_keras.keras_model import keras_model
from hls_projects.to_keras.rounded_lines import rounded_lines
from qkeras_models.files.saved_model import load_model
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from qkeras_models.networks.builders import feed_forward
from training.data import load

NETWORKS = Path(__file__).parents[3] / "reports" / "results" / "networks"
# Dense and sparse layers, 1-bit and 2-bit activations, images with and without padding.
SEVERAL = [
    "sfc-sparse-0.98-0", "mnist-narrow-ternary-0", "mnist-small-binary-0", "lenet5-sparse-0.98-0",
    "cifar-vgg16-sparse-0.98-0", "cnv-sparse-0.99-0",
]


def network_of(name):
    return IntegerNetwork.load(NETWORKS / f"{name}.npz")


@pytest.mark.parametrize("name", SEVERAL)
def test_the_model_says_what_the_network_says(name):
    network = network_of(name)
    model = keras_model(network)
    shape, form = network.input.shape, network.input
    steps = np.random.default_rng(0).integers(form.lowest, form.highest + 1, (32, *shape))
    x = (steps * form.scale).astype(np.float32)
    logits = model.predict(x, verbose=0)
    said = model.layers[-1].integer_logits(logits)
    np.testing.assert_array_equal(said, network.predict(x))
    assert len(np.unique(said)) > 10


def test_zeros_are_masked():
    network = network_of("sfc-sparse-0.98-0")
    for made, layer in zip(
        sparse_ternary_layers(keras_model(network)), network.weight_layers, strict=True
    ):
        np.testing.assert_array_equal(np.array(made.mask) != 0, layer.weights != 0)


def test_what_has_no_layer_is_named():
    network = network_of("sfc-sparse-0.98-0")
    flatten, dense, *others = network.layers
    doubled = replace(dense, weights=np.int8(2) * dense.weights)
    with pytest.raises(ValueError, match="'dense_1': weights must be -1, 0 or 1. Received: up to"):
        keras_model(replace(network, layers=(flatten, doubled, *others)))
    compared = feed_forward(
        (2,), (3,), 2, input_bits=4, input_scale=1.0, thermometer=((3, 7), (5,))
    )
    with pytest.raises(ValueError, match="kind thermometer, which has no layer to train here"):
        keras_model(IntegerNetwork.from_keras(compared))
    head = network.layers[-1]
    shifted = Head(head.bias, np.arange(10, dtype=np.int8))
    with pytest.raises(ValueError, match="'head': logits must have one scale. Received: shifts"):
        keras_model(replace(network, layers=(*network.layers[:-1], shifted)))


def test_a_level_that_is_off_by_one_is_seen():
    network = network_of("mnist-narrow-ternary-0")
    place = next(i for i, layer in enumerate(network.layers) if layer.kind == "threshold")
    levels = network.layers[place].levels.copy()
    levels[3] += np.array([0, 40, 0], np.int32)
    broken = replace(network.layers[place], levels=levels)
    layers = (*network.layers[:place], broken, *network.layers[place + 1 :])
    with pytest.raises(ValueError, match="'threshold_1'"):
        keras_model(replace(network, layers=layers))


def test_a_model_that_is_not_the_network_is_refused(monkeypatch):
    def steeper(*args):
        slopes, offsets = rounded_lines(*args)
        return 1.3 * slopes, offsets

    monkeypatch.setattr("hls_projects.to_keras.keras_model.rounded_lines", steeper)
    with pytest.raises(ValueError, match="'threshold_1' cannot be a Keras layer that computes ex"):
        keras_model(network_of("mnist-narrow-ternary-0"))


def test_shifts_of_nothing_are_none():
    network = network_of("mnist-narrow-ternary-0")
    head = Head(network.layers[-1].bias, np.zeros(10, np.int8))
    assert keras_model(replace(network, layers=(*network.layers[:-1], head)))


def test_the_command_writes_a_model_that_trains_further(tmp_path):
    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, text=True
        )

    source = NETWORKS / "mnist-narrow-sparse-0.95-0.npz"
    done = run("hls_projects.to_keras", str(source), "again.keras")
    assert done.returncode == 0, done.stderr
    assert "again.keras computes what" in done.stdout
    assert "Next: python train.py --model again.keras" in done.stdout
    model, x = load_model(tmp_path / "again.keras"), load("mnist").x_test[:200]
    said = model.layers[-1].integer_logits(model.predict(x, verbose=0))
    np.testing.assert_array_equal(said, IntegerNetwork.load(source).predict(x))
    for words, message in (
        (["none.npz", "b.keras"], "none.npz"),
        ([str(source), "again.keras"], "exists already"),
        ([str(source), "again.npz"], "must end with .keras"),
    ):
        failed = run("hls_projects.to_keras", *words)
        assert failed.returncode != 0 and message in failed.stderr, failed.stderr
