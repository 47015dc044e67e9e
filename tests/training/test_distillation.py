import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax

from qkeras_models.distillation import DistillationLoss, LabelAccuracy
from qkeras_models.files.saved_model import load_model
from tests.faults.disk import quota
from tests.training.copied_folder import CopiedFolder, copied
from training import run
from training.config import build_config
from training.data import Augmentation, Batches
from training.data.targets.task import Task
from training.epoch_batches import epoch_batches
from training.teaching.distilled_batches import DistilledBatches, load_teacher
from training.teaching.teacher_pool import pooled_batches

SMALL = {
    "data": "digits", "hidden": [12], "batch_size": 128, "stage1_epochs": 2, "stage3_epochs": 1,
    "checkpoint_seconds": 0, "learning_rate": 1e-2, "sparsity": 0.8,
}


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.floats(0, 1), st.floats(0.5, 8))
def test_the_loss_is_its_formula(seed, weight, temperature):
    rng = np.random.default_rng(seed)
    labels, student, teacher = rng.integers(0, 4, 6), *rng.normal(0, 2, (2, 6, 4))
    targets = np.concatenate([labels[:, None], teacher], axis=1)
    t, z = (log_softmax(logits / temperature, axis=1) for logits in (teacher, student))
    entropy = -log_softmax(student, axis=1)[np.arange(6), labels]
    divergence = (np.exp(t) * (t - z)).sum(axis=1)
    expected = (1 - weight) * entropy + weight * temperature**2 * divergence
    loss = DistillationLoss(weight, temperature)
    np.testing.assert_allclose(loss(targets, student), expected.mean(), rtol=1e-4, atol=1e-6)
    for plain in (labels, labels[:, None]):
        np.testing.assert_allclose(loss(plain, student), entropy.mean(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("weight", "temperature"), [(-0.1, 1.0), (1.1, 1.0), (0.5, 0.0)])
def test_arguments_out_of_range_are_refused(weight, temperature):
    with pytest.raises(ValueError, match="Received"):
        DistillationLoss(weight, temperature)


def test_the_loss_is_saved_whole():
    loss = DistillationLoss(0.25, 5.0)
    assert DistillationLoss.from_config(loss.get_config()).get_config() == loss.get_config()


def test_accuracy_is_of_the_labels():
    metric = LabelAccuracy()
    targets = np.array([[1.0, 9.0, 0.0, 0.0], [2.0, 9.0, 0.0, 0.0]])
    metric.update_state(targets, np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
    assert float(metric.result()) == 0.5


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("teacher") / "run"
    run.train(build_config(SMALL, {"method": "float"}), folder, verbose=0)
    return folder / "model.keras"


def distilled(teacher, **values):
    own = {"model": str(teacher), "weight": 0.7, "temperature": 2.0}
    return build_config(SMALL, {"teacher": own}, values)


def test_batches_carry_the_teachers_logits(teacher):
    data = run.load_data(build_config(SMALL))
    model = load_teacher(teacher, data)
    plain = Batches(data.x_train, data.y_train, 100, seed=3)
    batches = DistilledBatches(model, data.x_train, data.y_train, batch_size=100, seed=3)
    (x, y), (own_x, own_y) = plain[1], batches[1]
    np.testing.assert_array_equal(own_x, x)
    np.testing.assert_array_equal(own_y[:, 0], y)
    np.testing.assert_allclose(own_y[:, 1:], model(x), rtol=1e-4, atol=1e-4)


def test_a_teacher_may_have_been_saved_in_half_precision(teacher, tmp_path):
    half = build_config(SMALL, {"method": "float", "precision": "mixed_bfloat16"})
    data = run.load_data(half)
    model = run.build_model(half, data)
    model.set_weights(load_model(teacher).get_weights())
    model.save(tmp_path / "half.keras")
    options = {"batch_size": 100, "seed": 3}
    whole = DistilledBatches(load_teacher(teacher, data), data.x_train, data.y_train, **options)
    other = pooled_batches(tmp_path / "half.keras", data, 1, options)
    assert other[1][1].dtype == np.float32
    np.testing.assert_allclose(other[1][1], whole[1][1], rtol=0.05, atol=0.2)


def test_logits_of_a_pool_are_those_of_its_batches_and_computed_once(teacher, tmp_path):
    data = run.load_data(build_config(SMALL))
    own = Path(shutil.copy(teacher, tmp_path))
    options = {"batch_size": 100, "seed": 3, "augmentation": Augmentation(shift=1.0)}
    pooled_batches(own, data, 2, options)
    asked = DistilledBatches(load_teacher(own, data), data.x_train, data.y_train, **options)
    again = pooled_batches(own, data, 2, options | {"epoch": 3})
    for epoch in (0, 1, 2):
        asked.epoch, again.epoch = epoch % 2, epoch
        for index in (0, len(asked) - 1):
            for one, other in zip(asked[index], again[index], strict=True):
                np.testing.assert_array_equal(one, other)
    assert len(list(tmp_path.glob("logits-*.npy"))) == 1
    pooled_batches(own, data, 2, options | {"seed": 4})
    [first, second] = tmp_path.glob("logits-*.npy")
    first.write_bytes(first.read_bytes()[:50])
    pooled_batches(own, data, 2, options)
    pooled_batches(own, data, 2, options | {"seed": 4})
    assert first.stat().st_size == second.stat().st_size


def test_a_pool_that_cannot_be_kept_teaches_all_the_same(teacher, tmp_path):
    data = run.load_data(build_config(SMALL))
    own = Path(shutil.copy(teacher, tmp_path))
    options = {"batch_size": 100, "seed": 3}
    with quota(1000), pytest.warns(UserWarning, match="logits could not be kept: .+"):
        answered = pooled_batches(own, data, 2, options)
    assert not list(tmp_path.glob("*logits-*"))
    kept = pooled_batches(own, data, 2, options)
    np.testing.assert_array_equal(answered[0][1], kept[0][1])


def test_the_teacher_of_a_pool_must_exist_and_fit(tmp_path):
    missing = distilled("missing.keras")
    missing.teacher.pool = 2
    with pytest.raises(FileNotFoundError, match=r"missing\.keras"):
        run.train(missing, tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()
    with pytest.raises(ValueError, match="`pool` must be an integer from 1. Received: 0"):
        Batches(np.zeros((2, 1)), np.zeros(2), pool=0)


@pytest.mark.parametrize("pool", [0, 2])
def test_a_distilled_training_resumes_to_the_same_weights(teacher, tmp_path, pool):
    whole, config = tmp_path / "whole", distilled(teacher)
    config.teacher.pool = pool
    result = run.train(config, whole, verbose=0, callbacks=[CopiedFolder(whole, 1)])
    interrupted = copied(whole, 1)
    assert run.resume(interrupted, verbose=0).test_accuracy == result.test_accuracy
    models = [load_model(folder / "model.keras") for folder in (whole, interrupted)]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_teacher_of_other_classes_is_refused(tmp_path):
    inputs = keras.Input((8, 8))
    outputs = keras.layers.Dense(3)(keras.layers.Flatten()(inputs))
    keras.Model(inputs, outputs).save(tmp_path / "three.keras")
    refused = r"outputs of shape \(10,\), those of digits.*Received: \(3,\)"
    with pytest.raises(ValueError, match=refused):
        run.train(distilled(tmp_path / "three.keras"), tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()


def test_values_of_a_teacher_are_checked(teacher):
    with pytest.raises(ValueError, match="did you mean `temperature`"):
        build_config(SMALL, {"teacher": {"model": str(teacher), "temprature": 2.0}})


def test_a_teacher_is_for_classes():
    with pytest.raises(ValueError, match="`teacher` needs data of classes. Received: regression"):
        run._judged(distilled("missing.keras"), Task.REGRESSION)


def test_a_teacher_of_no_weight_is_not_asked():
    unasked = distilled("missing.keras")
    unasked.teacher.weight = 0.0
    assert not unasked.distilled
    assert run._judged(unasked, Task.CLASSES)["metrics"] == ["accuracy"]
    assert type(epoch_batches(unasked, run.load_data(unasked), 0)) is Batches
