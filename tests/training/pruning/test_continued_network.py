import keras
import numpy as np
import pytest

from qkeras_models.files.saved_model import load_model
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from qkeras_models.networks.builders import feed_forward
from qkeras_models.quantizers.magnitude_pruned import MagnitudePruned
from tests.training.digits import DIGITS, digits_model
from training import run
from training.config import build_config
from training.pruning.continued_network import continued, is_sparse_ternary

SMALL = {
    "data": "digits", "hidden": [48], "batch_size": 64, "checkpoint_seconds": 0,
    "learning_rate": 5e-3, "stage1_epochs": 8, "stage3_epochs": 4,
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "first"
    result = run.train(build_config(SMALL, {"sparsity": 0.8}), folder, verbose=0)
    return folder / "model.keras", result


def kept(model):
    return [np.array(layer.ternary_kernel()) != 0 for layer in sparse_ternary_layers(model)]


@pytest.mark.parametrize("gradual", [False, True])
def test_a_second_training_prunes_what_the_first_left(trained, tmp_path, gradual):
    path, first = trained
    further = {"model": str(path), "sparsity": 0.92, "gradual": gradual}
    result = run.train(build_config(SMALL, further), tmp_path / "second", verbose=0)
    assert 0.92 <= result.sparsity < 0.95 and result.weights == first.weights
    assert result.test_accuracy > 0.75
    before, after = kept(load_model(path)), kept(load_model(tmp_path / "second" / "model.keras"))
    assert all((now <= then).all() for now, then in zip(after, before, strict=True))


def test_it_begins_where_the_first_ended(trained):
    path, _ = trained
    model = load_model(path)
    logits = model.predict(DIGITS.x_test, verbose=0)
    again = continued(load_model(path), DIGITS.x_train, "float32")
    np.testing.assert_allclose(again.predict(DIGITS.x_test, verbose=0), logits, rtol=1e-5)
    for layer, old in zip(sparse_ternary_layers(again), sparse_ternary_layers(model), strict=True):
        assert float(layer.stage) == 1.0 and float(old.stage) == 3.0
        np.testing.assert_array_equal(layer.mask, old.mask)
    # What training computes is what inference does, but for the batch.
    batch = again(DIGITS.x_train, training=True)
    agree = np.argmax(batch, 1) == np.argmax(again.predict(DIGITS.x_train, verbose=0), 1)
    assert agree.mean() > 0.97


def test_a_model_of_other_layers_is_no_such_network():
    assert is_sparse_ternary(digits_model())
    magnitude = feed_forward((4,), (3,), 2, quantizer=MagnitudePruned())
    assert not is_sparse_ternary(magnitude)
    assert not is_sparse_ternary(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))
    assert not is_sparse_ternary(keras.Sequential([keras.Input((4,)), keras.layers.Flatten()]))


@pytest.mark.parametrize(("asked", "message"), [
    ({"input_bits": 1}, "`input_bits` must be 4, as the `model` has it.*: 1"),
    ({"width": 2}, "`hidden` and `width` must be left out with a `model`.*width 2, of weights"),
    ({"hidden": [32]}, "`hidden` must be left out with a `model`.*hidden \\[32\\], of weights"),
    ({"activation_bits": 3}, "`activation_bits` must be left out with a `model` of quantized.*: 3"),
    ({"threshold": 0.5}, "`threshold` must be left out"),
    ({"window": 0.3}, "`window` must be left out"),
])
def test_what_the_model_has_already_is_refused(trained, tmp_path, asked, message):
    path, _ = trained
    config = build_config(SMALL, {"model": str(path)} | asked)
    with pytest.raises(ValueError, match=message):
        run.train(config, tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("end", [keras.layers.Softmax(), keras.layers.Activation("sigmoid")])
def test_probabilities_become_logits_again(trained, end):
    path, _ = trained
    logits = load_model(path)
    likely = keras.Model(logits.inputs, end(logits.outputs[0]))
    again = continued(likely, DIGITS.x_train, "float32")
    expected = logits.predict(DIGITS.x_test, verbose=0)
    np.testing.assert_allclose(again.predict(DIGITS.x_test, verbose=0), expected, rtol=1e-5)
