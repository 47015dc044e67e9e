"""TensorFlow with float sums in the order that a model states them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

OPTION = "arithmetic_optimization"


@contextmanager
def stated_order() -> Iterator[None]:
    """Functions that are traced and run within add as the model's layers do.

    TensorFlow's graph optimizer may add in another order than a model states.  A quantizer's
    straight-through estimator is x + (q(x) − x), which is q(x) in that order; the sum of two of
    them, added in another, is off by some 2^−22.  The optimizer's arithmetic pass is off within,
    and as it was after.  Other backends are left alone.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    before = tf.config.optimizer.get_experimental_options()
    tf.config.optimizer.set_experimental_options({OPTION: False})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({OPTION: before.get(OPTION, True)})
