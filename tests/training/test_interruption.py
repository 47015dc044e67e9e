"""Ctrl-C while a model is fitted."""

from __future__ import annotations

import os
import signal

import keras
import numpy as np
import pytest

from training.steps.interruption import interrupted_between_steps


@pytest.fixture(autouse=True)
def default_handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def fitted(callbacks, x=None):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.zeros((64, 2), np.float32) if x is None else x
    model.fit(x, np.zeros((64, 1), np.float32), batch_size=8, validation_data=(x, x[:, :1]),
              epochs=3, callbacks=callbacks, verbose=0)


class PressedInside(keras.callbacks.Callback):
    """Ctrl-C in the middle of a batch; what follows in it is still done."""

    def __init__(self, times=1):
        super().__init__()
        self.times, self.done = times, 0

    def on_train_batch_begin(self, batch, logs=None):
        for _ in range(self.times):
            os.kill(os.getpid(), signal.SIGINT)
        self.done += 1


def test_the_step_ends_first():
    pressed = PressedInside()
    with pytest.raises(KeyboardInterrupt), interrupted_between_steps() as interruption:
        fitted([pressed, interruption])
    assert pressed.done == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_one_is_raised_at_once():
    pressed = PressedInside(times=2)
    with pytest.raises(KeyboardInterrupt), interrupted_between_steps() as interruption:
        fitted([pressed, interruption])
    assert pressed.done == 0


def test_it_is_heard_in_validation_too():
    class Validating(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), interrupted_between_steps() as interruption:
        fitted([Validating(), interruption])


def test_a_handler_of_the_users_own_stays():
    heard = []
    signal.signal(signal.SIGINT, lambda *_: heard.append(1))
    with interrupted_between_steps() as interruption:
        fitted([PressedInside(), interruption])
    assert len(heard) == 24


def test_an_error_puts_the_handler_back():
    with pytest.raises(ValueError, match="wrong"), interrupted_between_steps():
        raise ValueError("wrong")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
