"""A small network on embedded data, for tests of training."""

import keras

from qkeras_models.networks.builders import mlp
from training.data import load

DIGITS = load("digits")
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def digits_model(optimizer=None, **options):
    """A network 64-48-10, compiled without XLA, which takes longer than these few steps."""
    keras.utils.set_random_seed(0)
    scale = DIGITS.format.scale
    model = mlp((8, 8), (48,), 10, input_bits=DIGITS.format.bits, input_scale=scale)
    options = {"metrics": ["accuracy"], "jit_compile": False, **options}
    model.compile(optimizer or keras.optimizers.Adam(5e-3), LOSS, **options)
    return model


def fit(model, callback, epochs=12, **options):
    """Keras's fit with a pruning callback, further `callbacks` behind it."""
    return model.fit(
        DIGITS.x_train, DIGITS.y_train, batch_size=32, epochs=epochs, verbose=0,
        callbacks=[callback, *options.pop("callbacks", [])], **options,
    )
