"""Every method trains, is saved and loaded, resumes, and converts exactly."""

import keras
import numpy as np
import pytest

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.exactness import compare
from qkeras_models.files.saved_model import load_model
from qkeras_models.networks.kernels import kernels, zero_share
from tests.training.copied_folder import CopiedFolder, copied
from training import run
from training.baselines.dense_training import DenseTraining
from training.baselines.magnitude_pruning import MagnitudePruning, keep_largest
from training.config import build_config
from training.methods import METHODS

SMALL = {
    "data": "digits", "hidden": [24], "sparsity": 0.7, "batch_size": 64,
    "stage1_epochs": 5, "stage3_epochs": 3, "checkpoint_seconds": 0, "learning_rate": 5e-3,
    "normalization_epochs": 2,
}
# After how many epochs: dense methods have one stage, here also just before normalizations alone;
# pruning is stopped in both of its own.
INTERRUPTED = {"binary": (6, 8), "magnitude": (2, 6)}
CONVERTED = [name for name in METHODS if name != "float"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Folder and result of each method's run, trained when first asked for."""
    found = {}

    def get(method):
        if method not in found:
            folder = tmp_path_factory.mktemp("runs") / method
            config = build_config(SMALL, {"method": method})
            copies = [CopiedFolder(folder, *INTERRUPTED.get(method, ()))]
            found[method] = folder, run.train(config, folder, verbose=0, callbacks=copies)
        return found[method]

    return get


@pytest.mark.parametrize("method", METHODS)
def test_every_method_trains(finished, method):
    _, result = finished(method)
    assert result.test_accuracy > 0.5 and result.epochs == 10
    if method in ("float", "binary"):
        assert result.sparsity == 0
    elif method == "ternary":
        assert 0.2 < result.sparsity < 0.6
    else:
        assert 0.7 <= result.sparsity < 0.85


@pytest.mark.parametrize("method", CONVERTED)
def test_every_method_converts_exactly(finished, method):
    folder, result = finished(method)
    model = load_model(folder / "model.keras")
    network = IntegerNetwork.from_keras(model)
    data = run.load_data(build_config(SMALL))
    assert compare(network, data.x_test, model=model)["mismatches"] == 0
    logits = network.predict(data.x_test)
    assert (logits.argmax(axis=-1) == data.y_test).mean() == result.test_accuracy
    assert len(np.unique(logits)) > 10
    for layer in network.weight_layers:
        assert layer.weights.dtype == np.int8 and set(np.unique(layer.weights)) <= {-1, 0, 1}
    assert network.nonzeros == result.nonzeros


def test_binary_networks_have_no_zero(finished):
    network = IntegerNetwork.from_keras(load_model(finished("binary")[0] / "model.keras"))
    assert network.nonzeros == network.weights


def test_float_networks_do_not_convert(finished):
    with pytest.raises(ValueError, match="cannot be converted; use"):
        IntegerNetwork.from_keras(load_model(finished("float")[0] / "model.keras"))


@pytest.mark.parametrize("method", INTERRUPTED)
def test_an_interrupted_run_resumes_to_the_same_weights(finished, method):
    folder, _ = finished(method)
    whole = load_model(folder / "model.keras").get_weights()
    for epochs in INTERRUPTED[method]:
        run.resume(copied(folder, epochs), verbose=0)
        again = load_model(copied(folder, epochs) / "model.keras").get_weights()
        for a, b in zip(whole, again, strict=True):
            np.testing.assert_array_equal(a, b)


def history(folder, column):
    import csv

    with open(folder / "history.csv", encoding="utf-8") as file:
        return [float(row[column]) for row in csv.DictReader(file)]


def test_magnitude_pruning_is_gradual_and_ternary_from_stage_two(finished):
    folder, _ = finished("magnitude")
    sparsity, stage = history(folder, "sparsity"), history(folder, "stage")
    assert stage == [1] * 5 + [3] * 3
    assert sparsity == sorted(sparsity) and 0.1 < sparsity[0] < 0.7
    assert sparsity[-1] == pytest.approx(0.7, abs=1e-3)


def test_l2_alone_reaches_the_sparsity_in_stage_two_only(finished):
    l2, sparse = (history(finished(method)[0], "sparsity") for method in ("l2", "sparse"))
    assert max(l2[:5]) < 0.69 and l2[5] >= 0.7
    assert sparse[4] > 0.7


def test_without_retraining_all_epochs_are_stage_one(finished):
    folder, result = finished("no-retraining")
    assert history(folder, "stage") == [1] * 8 and result.sparsity >= 0.7
    layer = load_model(folder / "model.keras").get_layer("dense_1")
    assert float(layer.stage) == 3


def test_dense_methods_decay_once_over_all_epochs():
    callback = DenseTraining()
    callback.set_params({"epochs": 8, "steps": 10})
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch in range(8):
        callback.on_epoch_begin(epoch)
        callback.on_train_batch_begin(0)
        rates.append(float(model.optimizer.learning_rate))
    assert rates[0] == pytest.approx(0.1) and rates == sorted(rates, reverse=True)
    assert rates[4] == pytest.approx(0.1 * 0.51) and rates[-1] < 0.01
    with pytest.raises(ValueError, match="`update_every` must be an integer >= 1"):
        DenseTraining(update_every=0)


def test_global_magnitude_keeps_the_largest_of_all_layers():
    data = run.load_data(build_config(SMALL))
    model = run.build_model(build_config(SMALL, {"method": "magnitude"}), data)
    layers = [model.get_layer(name) for name in ("dense_1", "dense_2")]
    sizes = [np.abs(np.array(layer.kernel)) for layer in layers]
    keep_largest(layers, 0.25)
    total = sum(size.size for size in sizes)
    kept = [np.array(layer.mask) == 1 for layer in layers]
    assert sum(mask.sum() for mask in kept) == int(0.25 * total)
    smallest_in = min(size[mask].min() for size, mask in zip(sizes, kept, strict=True))
    largest_out = max(size[~mask].max() for size, mask in zip(sizes, kept, strict=True))
    assert smallest_in > largest_out
    # What left does not come back.
    keep_largest(layers, 0.5)
    assert sum(np.array(layer.mask).sum() for layer in layers) == int(0.25 * total)
    keep_largest(layers, 0.1)
    assert zero_share(kernels(model)) == pytest.approx(0.9, abs=1e-3)


def test_magnitude_pruning_needs_its_quantizer():
    model = run.build_model(build_config(SMALL), run.load_data(build_config(SMALL)))
    with pytest.raises(ValueError, match="quantizer of 'dense_1' must be a MagnitudePruned"):
        model.fit(np.zeros((4, 8, 8)), np.zeros(4), callbacks=[MagnitudePruning(0.9)], verbose=0)


@pytest.mark.parametrize("given, message", [
    ({"method": "sparce"}, "`method`: .*Received: 'sparce'"),
    ({"method": "l2", "strength": 1.0}, "`sparsity` must be given, not `strength`, with `method`"),
])
def test_bad_values_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        build_config(given)


def test_sparse_training_is_the_default():
    callback = METHODS["sparse"].callback(build_config(SMALL))
    assert type(callback).__name__ == "QuantizationPruning" and callback.stage1_epochs == 5
