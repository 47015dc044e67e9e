"""What y of each kind asks of a network, and how its outputs are judged."""

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import mean_squared_error, r2_score

from training.data import load
from training.data.targets.target_search import find_targets
from training.data.targets.targets import Targets
from training.data.targets.task import Task

RNG = np.random.default_rng(0)
QUESTIONS = RNG.integers(0, 2, (40, 3))
NUMBERS = RNG.normal(size=(40, 2)) * [1000, 1e-3] + [5, 7]


def found(y, **options):
    targets = find_targets(y, **options)
    return targets.task.value, targets.outputs, targets.labels


@pytest.mark.parametrize(
    ("y", "options", "expected"),
    [
        (np.arange(40) % 4, {}, ("classes", 4, (0, 1, 2, 3))),
        (np.arange(40) % 4 + 1, {}, ("classes", 4, (1, 2, 3, 4))),
        (np.array([0, 3, 7, 9] * 5), {}, ("classes", 4, (0, 3, 7, 9))),
        (np.array([-1, 1] * 5), {}, ("classes", 2, (-1, 1))),
        (np.array([[2], [5]] * 5, np.uint8), {}, ("classes", 2, (2, 5))),
        (np.array([2.0, 5.0] * 5), {}, ("classes", 2, (2, 5))),
        (np.array([True, False] * 5), {}, ("classes", 2, (0, 1))),
        (np.array(["cat", "dog"] * 5), {}, ("classes", 2, ("cat", "dog"))),
        (np.array([b"cat", b"ant"] * 5), {}, ("classes", 2, ("ant", "cat"))),
        (np.eye(3)[np.arange(30) % 3], {}, ("classes", 3, (0, 1, 2))),
        (np.eye(4)[np.arange(30) % 3], {}, ("classes", 3, (0, 1, 2))),
        (QUESTIONS, {}, ("binary", 3, None)),
        (QUESTIONS.astype(float), {}, ("binary", 3, None)),
        (np.array([3, 8] * 5), {"loss": "binary"}, ("binary", 1, (3, 8))),
        (np.eye(2)[np.arange(30) % 2], {"loss": "binary"}, ("binary", 2, None)),
        (NUMBERS, {}, ("regression", 2, None)),
        (NUMBERS[:, :1], {}, ("regression", 1, None)),
        (NUMBERS[:, 0], {}, ("regression", 1, None)),
        (np.arange(40), {"loss": "regression"}, ("regression", 1, None)),
        # For a network that was trained elsewhere: labels that fit it stay.
        (np.array([1, 2] * 5), {"outputs": 4}, ("classes", 4, (0, 1, 2, 3))),
        (np.array([1, 2] * 5), {"outputs": 2}, ("classes", 2, (1, 2))),
        (np.array([0, 1] * 5), {"outputs": 1}, ("binary", 1, (0, 1))),
        (np.array([-1, 1] * 5), {"outputs": 1}, ("binary", 1, (-1, 1))),
        (np.arange(40), {"outputs": 1}, ("regression", 1, None)),
    ],
)
def test_kinds(y, options, expected):
    assert found(y, **options) == expected


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (np.arange(30) % 3, {"loss": "mse"}, "`loss` must be one of auto, classes, binary"),
        (np.arange(30) % 3, {"loss": "binary"}, "two labels.* Received: 0, 1, 2"),
        (np.arange(30) % 3, {"outputs": 2}, "network of 2 outputs. Received: classes with 3"),
        (NUMBERS, {"outputs": 3}, "network of 3 outputs. Received: regression with 2"),
        (np.array(["a", "b"]), {"loss": "regression"}, "must hold numbers. Received: dtype <U1"),
        (np.ones((9, 2)) * 0.5, {}, "must vary. Received: column 0 is constant"),
        (np.arange(3000) % 2000, {}, "2 samples a class.*2000 labels of 3000 samples"),
    ],
)
def test_refusals(y, options, message):
    with pytest.raises(ValueError, match=message):
        find_targets(y, **options)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=9, unique=True))
def test_labels_become_their_places_whatever_they_are(labels):
    y = np.repeat(np.array(labels, np.int64), 3)
    targets = find_targets(y)
    classes = targets.encode("y_test", y[::-1])
    assert sorted(set(classes.tolist())) == list(range(len(labels)))
    assert [targets.labels[c] for c in classes] == y[::-1].tolist()
    assert Targets.of_record("accuracy", len(labels), targets.record()) == targets


@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(-6, 6))
def test_numbers_are_judged_as_by_scikit_learn(seed, outputs, exponent):
    rng = np.random.default_rng(seed)
    y = (rng.normal(size=(30, outputs)) + 3) * 10.0**exponent
    assume((y.std(axis=0) > 0).all())
    targets = find_targets(y)
    y = targets.encode("y_train", y)
    guesses = targets.scaled(y) + rng.normal(size=y.shape).astype(np.float32)
    own_units = guesses * np.array(targets.deviation) + np.array(targets.mean)
    assert targets.score(guesses, y) == pytest.approx(r2_score(y, own_units), abs=1e-4)
    rmse = np.sqrt(mean_squared_error(y, own_units, multioutput="raw_values"))
    np.testing.assert_allclose(targets.rmse(guesses, y), rmse, rtol=1e-4)
    assert Targets.of_record("R²", outputs, targets.record()) == targets


def test_a_constant_test_set_has_a_score():
    targets = Targets(Task.REGRESSION, 1)
    assert targets.score(np.full((4, 1), 2.0), np.full((4, 1), 2.0)) == 1.0
    assert targets.score(np.full((4, 1), 3.0), np.full((4, 1), 2.0)) == 0.0


@pytest.mark.parametrize("task", Task)
def test_keras_gives_the_same_score(task):
    y = {
        Task.CLASSES: np.arange(40) % 3, Task.BINARY: QUESTIONS.astype(np.float32),
        Task.REGRESSION: NUMBERS,
    }[task]
    targets = find_targets(y)
    y = targets.encode("y", y)
    guesses = RNG.normal(size=(40, targets.outputs)).astype(np.float32)
    inputs = keras.Input((targets.outputs,))
    model = keras.Model(inputs, keras.layers.Identity()(inputs))
    model.compile(loss=task.keras_loss(), metrics=[task.keras_metric()], jit_compile=False)
    logs = model.evaluate(guesses, targets.scaled(y), batch_size=16, verbose=0, return_dict=True)
    assert logs[task.column] == pytest.approx(targets.score(guesses, y), abs=1e-5)


def test_scores_are_written_as_people_write_them():
    assert [task.text(0.93126) for task in Task] == ["93.13%", "93.13%", "0.931"]
    with pytest.raises(ValueError, match="`metric` must be one of accuracy, .*Received: 'mse'"):
        Task.of_metric("mse")


@pytest.mark.parametrize(
    ("targets", "meanings"),
    [
        (Targets(Task.CLASSES, 2, (0, 1)), []),
        (Targets(Task.CLASSES, 2, (1, 2)), ["label 1", "label 2"]),
        (Targets(Task.BINARY, 1, ("no", "yes")), ["'yes' where output > 0, else 'no'"]),
        (Targets(Task.BINARY, 2), ["1 where output > 0, else 0"] * 2),
        (Targets(Task.REGRESSION, 1, mean=(5.0,), deviation=(2.0,)), ["target = 5 + 0.5 × output"]),
        (Targets(Task.REGRESSION, 1), ["target = 0 + 0.25 × output"]),
    ],
)
def test_meanings_of_outputs(targets, meanings):
    assert targets.meanings(0.25) == meanings


def test_load_tells_of_labels_once(tmp_path, capsys):
    x, y = RNG.normal(size=(40, 3)), np.arange(40) % 4
    np.savez(tmp_path / "l.npz", x_train=x, y_train=2.0 * y, x_test=x, y_test=2.0 * y)
    data = load(tmp_path / "l.npz")
    told = capsys.readouterr().err.splitlines()
    assert "l.npz: the labels 0, 2, 4, 6 are classes 0 to 3, in this order" in told[0]
    assert "whole floats are labels here; `loss` regression" in told[1] and len(told) == 2
    np.testing.assert_array_equal(data.y_test, y)
    assert data.y_test.dtype == np.int64 and data.classes == 4


@pytest.mark.parametrize(
    ("y", "loss", "dtype", "shape"),
    [
        (np.arange(40) % 2, "binary", np.float32, (1,)),
        (QUESTIONS, "auto", np.float32, (3,)),
        (NUMBERS, "auto", np.float64, (2,)),
    ],
)
def test_a_data_set_without_classes(tmp_path, y, loss, dtype, shape):
    x = RNG.normal(size=(40, 3))
    np.savez(tmp_path / "l.npz", x_train=x, y_train=y, x_test=x[:9], y_test=y[:9])
    data = load(tmp_path / "l.npz", loss=loss, validation=8)
    assert (data.y_test.dtype, data.y_train.shape) == (dtype, (32, *shape))
    np.testing.assert_array_equal(data.y_test, y[:9].reshape(9, *shape))
    assert data.outputs == shape[0]
    with pytest.raises(ValueError, match="has no classes"):
        _ = data.classes
