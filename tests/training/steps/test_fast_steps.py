import ctypes

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.training.digits import DIGITS, LOSS, digits_model
from training.baselines.dense_training import DenseTraining
from training.steps.allocator import keep_memory
from training.steps.fast_steps import FastSteps


def fitted(model, jit_compile):
    seen = []
    spy = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: seen.append([vars(layer).get("call") for layer in model.layers])
    )
    history = model.fit(DIGITS.x_train, DIGITS.y_train, epochs=1, verbose=0, shuffle=False,
                        callbacks=[DenseTraining(jit_compile=jit_compile), spy])
    return history.history, seen[0]


def test_a_compiled_step_learns_the_same_and_leaves_no_trace():
    outcomes = {}
    for jit_compile in (True, False):
        model = digits_model()
        history, calls = fitted(model, jit_compile)
        assert any(calls)  # fused meanwhile
        assert model.jit_compile is False and model.train_function is None
        assert not any("call" in vars(layer) for layer in model.layers)
        outcomes[jit_compile] = history["loss"][0]
    assert outcomes[True] == pytest.approx(outcomes[False], rel=0.05)


def test_what_xla_lacks_is_trained_without_it():
    model = digits_model()

    def python_loss(y_true, y_pred):
        zero = tf.numpy_function(np.float32, [0.0], tf.float32)
        return LOSS(y_true, y_pred) + tf.reshape(zero, ())

    model.compile("adam", python_loss, jit_compile=False)
    with pytest.warns(UserWarning, match="training steps are not compiled"):
        history, _ = fitted(model, True)
    assert np.isfinite(history["loss"][0])


def test_auto_compiles_long_fits_of_dense_networks():
    steps = FastSteps()
    dense = digits_model()
    image = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3)])
    assert not steps._pays(dense, 999) and steps._pays(dense, 1000)
    assert not steps._pays(image, 10**6)
    assert FastSteps(True)._pays(image, 1) and not FastSteps(False)._pays(dense, 10**6)
    with pytest.raises(ValueError, match="`jit_compile` must be True, False or 'auto'"):
        FastSteps("yes")


def test_glibc_is_told_to_keep_memory():
    known = hasattr(ctypes.CDLL(None), "gnu_get_libc_version")
    assert keep_memory() is known
