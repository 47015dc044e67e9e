import warnings

import keras
import numpy as np
import pytest

from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from tests.training.digits import DIGITS, digits_model, fit
from training.baselines.l2_pruning import L2Pruning
from training.baselines.magnitude_pruning import MagnitudePruning
from training.pruning.quantization_pruning import QuantizationPruning
from training.steps.pace import Pace

VALIDATION = {"validation_data": (DIGITS.x_validation, DIGITS.y_validation)}
OPTIMIZERS = {
    "SGD": lambda: keras.optimizers.SGD(0.1),
    "SGD with momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "RMSprop": lambda: keras.optimizers.RMSprop(),
    "Nadam": lambda: keras.optimizers.Nadam(5e-3),
    "Lion": lambda: keras.optimizers.Lion(1e-3),
    "loss scale": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(5e-3)),
    "average": lambda: keras.optimizers.Adam(5e-3, use_ema=True),
    "clip": lambda: keras.optimizers.Adam(5e-3, clipvalue=0.01),
}


def told(recorded):
    """What the project's own warnings say."""
    return [str(w.message) for w in recorded if issubclass(w.category, UserWarning)
            and ("stage" in str(w.message) or "epoch" in str(w.message))]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_ends_pruned_and_has_learned(name, recwarn):
    model = digits_model(OPTIMIZERS[name]())
    history = fit(model, QuantizationPruning(0.9), epochs=15).history
    assert 0.9 <= overall_sparsity(sparse_ternary_layers(model)) < 0.95
    assert history["stage"][-1] == 3 and history["accuracy"][-1] > 0.6
    assert not told(recwarn)


@pytest.mark.parametrize(
    "policy", ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"]
)
def test_every_precision_ends_pruned(policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = digits_model()
    finally:
        keras.config.set_dtype_policy("float32")
    fit(model, QuantizationPruning(0.8), epochs=5)
    layers = sparse_ternary_layers(model)
    assert 0.8 <= overall_sparsity(layers) < 0.9
    assert {layer.kernel.dtype for layer in layers} <= {"float32", "float64"}


@pytest.mark.parametrize("steps", [7, 1000])
def test_several_steps_an_execution_end_pruned(steps):
    model = digits_model(steps_per_execution=steps)
    fit(model, QuantizationPruning(0.9), epochs=15)
    assert 0.9 <= overall_sparsity(sparse_ternary_layers(model)) < 0.95


def test_pace_misses_no_turn():
    alone = Pace(16)
    assert [step for step in range(40) if alone.due(step)] == [0, 16, 32]
    several = Pace(16)
    assert [step for step in range(0, 64, 7) if several.due(step)] == [0, 21, 35, 49]
    assert several.due(0)


def test_a_fit_that_is_stopped_in_stage_1_says_so():
    stop = keras.callbacks.EarlyStopping("val_loss", patience=0, min_delta=10)
    model = digits_model()
    with pytest.warns(UserWarning, match="stopped in stage 1, after epoch 2 of 6.*_epoch=6"):
        fit(model, QuantizationPruning(0.9), epochs=10, callbacks=[stop], **VALIDATION)


@pytest.mark.parametrize("before", [True, False])
def test_weights_of_stage_1_do_not_stay_in_a_pruned_network(before):
    rank = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: logs.update(rank=float(epoch))
    )
    best = keras.callbacks.EarlyStopping(
        "rank", mode="min", patience=99, restore_best_weights=True
    )
    model, pruning = digits_model(), QuantizationPruning(0.97, stage1_epochs=2)
    order = [best, pruning] if before else [pruning, best]
    with pytest.warns(UserWarning, match="epoch of stage 1.*were put back.*start_from_epoch=2"):
        model.fit(DIGITS.x_train, DIGITS.y_train, epochs=3, verbose=0, callbacks=[rank, *order])
    layers = sparse_ternary_layers(model)
    assert overall_sparsity(layers) >= 0.97 and int(layers[0].stage) == 3


def test_too_few_epochs_for_stage_1_are_told_at_the_start():
    with pytest.warns(UserWarning, match="fit ends after epoch 1, stage 1 after epoch 4"):
        fit(digits_model(), QuantizationPruning(0.9, stage1_epochs=4), epochs=1)


def test_a_second_fit_retrains_at_the_whole_learning_rate():
    model, rates = digits_model(), []
    pruning = QuantizationPruning(0.9, stage1_epochs=2)
    fit(model, pruning, epochs=3)
    assert float(model.optimizer.learning_rate) == np.float32(5e-3)
    masks = [np.array(layer.mask) for layer in sparse_ternary_layers(model)]
    record = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: rates.append(float(model.optimizer.learning_rate))
    )
    for callback in (pruning, QuantizationPruning(0.9, stage1_epochs=2)):
        rates.clear()
        history = fit(model, callback, epochs=3, callbacks=[record]).history
        assert history["stage"] == [3, 3, 3]
        assert rates[0] == max(rates) == np.float32(5e-3) and rates[-1] < 1e-3
    for layer, mask in zip(sparse_ternary_layers(model), masks, strict=True):
        np.testing.assert_array_equal(np.array(layer.mask), mask)


def test_nan_is_told_in_its_epoch_and_once():
    model = digits_model()
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        model.fit(np.where(DIGITS.x_train > 2, 0, np.nan) * DIGITS.x_train, DIGITS.y_train,
                  epochs=3, verbose=0, callbacks=[QuantizationPruning(0.9)])
    assert len(told(recorded)) == 1 and "the loss is nan since epoch 1" in told(recorded)[0]


def test_a_dead_layer_is_told_in_its_epoch_and_once():
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        fit(digits_model(keras.optimizers.Adam(3.0)), QuantizationPruning(0.9), epochs=8)
    assert len(told(recorded)) == 1
    assert "all weights of dense_" in told(recorded)[0] and "epoch" in told(recorded)[0]


@pytest.mark.parametrize("wrong", [{"strength": 1.0}, {"cost": "luts"}, {"survivors": "binary"}])
def test_magnitude_pruning_has_no_options_that_mean_nothing_to_it(wrong):
    with pytest.raises(TypeError, match=next(iter(wrong))):
        MagnitudePruning(0.9, **wrong)
    with pytest.raises(TypeError, match="strength"):
        L2Pruning(0.9, strength=1.0)
    for kind in (MagnitudePruning, L2Pruning):
        with pytest.raises(ValueError, match="`sparsity` must be in"):
            kind(1.0)


def test_stage_2_is_told_where_fit_talks(capsys):
    model = digits_model()
    model.fit(DIGITS.x_train, DIGITS.y_train, epochs=2, verbose=2,
              callbacks=[QuantizationPruning(0.9, stage1_epochs=1)])
    assert "stage 2: 90." in capsys.readouterr().out


def test_a_layer_that_keeps_almost_nothing_is_named_with_a_cure():
    model = digits_model()
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        pruning = QuantizationPruning(0.9, stage1_epochs=1)
        fit(model, pruning, epochs=1)
        first = pruning.layers[0]
        kept = np.zeros(first.kernel.shape, np.float32)
        kept[0, 0] = 1.0
        first.mask.assign(kept)
        first.kernel.assign(kept)
        fit(model, pruning, epochs=1)
    text = "\n".join(str(w.message) for w in recorded)
    assert f"{first.name} keeps 1 of {kept.size:,} weights, so most of its {kept.shape[1]} " in text
    assert "sparsity=0.7, or keep a share of every layer: min_density=0.01" in text
