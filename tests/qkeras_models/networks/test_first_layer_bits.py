"""A first layer whose weights have several bits, as published designs have it."""

import keras
import numpy as np
import pytest

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.exactness import compare
from qkeras_models import sparsify
from qkeras_models.files.saved_model import copy_of, load_model
from qkeras_models.networks.builders import feed_forward
from qkeras_models.networks.kernels import kernels
from reports.network.sizes import network_size
from tests.training.digits import DIGITS
from training import run
from training.config import build_config
from training.pruning.continued_network import is_sparse_ternary

L = keras.layers
RANDOM = np.random.default_rng(0)
NETWORKS = [((8, 8), ("4c3", "p2", 16)), ((8,), (16, 8)), ((20, 3), ("4t3", 8)),
            ((12, 12, 2), ("d3", "4c3", 8)), ((8, 8, 1), ("p2", 12))]
SMALL = {"data": "digits", "hidden": ["8c3", "p2", 24], "batch_size": 64, "checkpoint_seconds": 0,
         "learning_rate": 5e-3, "stage1_epochs": 8, "stage3_epochs": 4, "sparsity": 0.7,
         "first_layer_bits": 4}


@pytest.mark.parametrize(("shape", "hidden"), NETWORKS)
def test_the_first_layer_alone_has_several_bits_and_converts_exactly(shape, hidden):
    model = feed_forward(shape, hidden, 3, input_bits=4, input_scale=1 / 16, first_layer_bits=4)
    first, *others = kernels(model).values()
    assert np.unique(first).size > 3 and np.array_equal(first * 8, np.rint(first * 8))
    assert first.min() >= -1.0 and first.max() <= 0.875
    assert others and all(kernel.dtype == np.int8 for kernel in others)
    assert is_sparse_ternary(model)
    network = IntegerNetwork.from_keras(model)
    x = RANDOM.random((100, *shape), np.float32)
    assert compare(network, x, model=model)["mismatches"] == 0
    size = network_size(network).layers[0]
    assert size.encoded_bits == 4 * size.weights


@pytest.mark.parametrize("bits", [1, 9, 2.0, True])
def test_bits_out_of_range_are_named(bits):
    with pytest.raises(ValueError, match="`first_layer_bits` must be an integer from 2 to 8. Rec"):
        feed_forward((4,), (3,), 2, first_layer_bits=bits)


def test_a_network_of_one_layer_has_no_first_one():
    with pytest.raises(ValueError, match="`first_layer_bits` needs a hidden layer of weights"):
        feed_forward((8, 8), ("p2",), 2, first_layer_bits=4)
    model = keras.Sequential([keras.Input((4,)), L.Dense(2)])
    with pytest.raises(ValueError, match="`first_layer_bits` needs a model of two layers"):
        sparsify(model, RANDOM.random((9, 4)), first_layer_bits=4)


@pytest.mark.parametrize("first", [
    L.Conv2D(6, 3, padding="same", name="first"), L.DepthwiseConv2D(3, name="first"),
])
def test_a_float_network_keeps_its_first_weights_but_for_their_step(first):
    model = keras.Sequential([
        keras.Input((8, 8, 1)), first, L.ReLU(), L.Flatten(), L.Dense(12, activation="relu"),
        L.Dense(3),
    ])
    x = RANDOM.random((100, 8, 8, 1), np.float32)
    sparse = sparsify(model, x, first_layer_bits=6)
    trained, used = kernels(model)["first"], kernels(sparse)["first"]
    assert np.abs(used - trained * 0.96875 / np.abs(trained).max()).max() <= 2.0**-6
    assert compare(IntegerNetwork.from_keras(sparse), x, model=sparse)["mismatches"] == 0


@pytest.mark.parametrize(("shape", "hidden"), NETWORKS)
def test_a_first_layer_of_any_kind_stays_in_float32(shape, hidden):
    mixed = copy_of(feed_forward(shape, hidden, 3, first_layer_bits=4), "mixed_bfloat16")
    first, *others = (mixed.get_layer(name).compute_dtype for name in kernels(mixed))
    assert first == "float32" and set(others) == {"bfloat16"}


def test_training_in_bfloat16_sees_the_weights_of_inference(tmp_path):
    config = build_config(SMALL, {"precision": "mixed_bfloat16"})
    result = run.train(config, tmp_path / "run", verbose=0)
    model = load_model(tmp_path / "run" / "model.keras")
    assert result.nonzeros == sum(map(np.count_nonzero, kernels(model).values()))
    network = IntegerNetwork.from_keras(model)
    assert compare(network, DIGITS.x_test, model=model)["mismatches"] == 0
    further = build_config(SMALL, {"model": str(tmp_path / "run" / "model.keras")})
    with pytest.raises(ValueError, match="`first_layer_bits` must be left out with a `model` of"):
        run.train(further, tmp_path / "further", verbose=0)
    further = build_config(SMALL, {
        "model": str(tmp_path / "run" / "model.keras"), "first_layer_bits": None, "sparsity": 0.85,
    })
    assert run.train(further, tmp_path / "further", verbose=0).sparsity > result.sparsity
