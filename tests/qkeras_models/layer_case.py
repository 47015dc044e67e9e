"""What every layer of qkeras_models must do, tested once."""

import keras
import numpy as np

from qkeras_models.files.saved_model import load_model


class LayerCase:
    """Subclasses say how to make the layer, and what it computes in NumPy."""

    input_shape: tuple[int, ...] = (6,)
    trainable = True

    def make(self) -> keras.layers.Layer:
        raise NotImplementedError

    def oracle(self, layer: keras.layers.Layer, x: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def samples(self) -> np.ndarray:
        rng = np.random.default_rng(1)
        return rng.integers(-3, 4, (16, *self.input_shape)).astype(np.float32)

    def model(self) -> keras.Model:
        keras.utils.set_random_seed(1)
        inputs = keras.Input(self.input_shape)
        return keras.Model(inputs, self.make()(inputs))

    def test_forward_equals_numpy(self):
        model = self.model()
        x = self.samples()
        expected = self.oracle(model.layers[-1], x)
        np.testing.assert_array_equal(model.predict(x, verbose=0), expected)

    def test_configuration_round_trip(self):
        layer = self.make()
        again = type(layer).from_config(layer.get_config())
        assert again.get_config() == layer.get_config()

    def test_saved_model_is_the_same(self, tmp_path):
        model = self.model()
        rng = np.random.default_rng(2)
        for weight in model.layers[-1].trainable_weights:
            weight.assign(rng.uniform(0.1, 0.9, weight.shape))
        model.save(tmp_path / "model.keras")
        again = load_model(tmp_path / "model.keras")
        before, after = model.layers[-1].get_weights(), again.layers[-1].get_weights()
        assert len(before) == len(after)
        for a, b in zip(before, after, strict=True):
            np.testing.assert_array_equal(a, b)
        x = self.samples()
        np.testing.assert_array_equal(
            model.predict(x, verbose=0), again.predict(x, verbose=0)
        )

    def test_training_step_moves_weights(self):
        model = self.model()
        model.compile(keras.optimizers.SGD(0.1), "mse")
        before = [np.array(w) for w in model.layers[-1].trainable_weights]
        x = self.samples()
        target = np.random.default_rng(3).normal(size=model.predict(x, verbose=0).shape)
        model.fit(x, target, epochs=2, verbose=0)
        moved = [
            not np.array_equal(a, np.array(w))
            for a, w in zip(before, model.layers[-1].trainable_weights, strict=True)
        ]
        assert any(moved) == self.trainable
