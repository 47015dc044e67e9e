import keras
import numpy as np
import pytest

from qkeras_models.layers.thermometer_input import ThermometerInput
from tests.qkeras_models.layer_case import LayerCase

THRESHOLDS = [[-2, 0, 1], [], [0.5], [1, 2], [-1], [3]]


class TestThermometerInput(LayerCase):
    trainable = False

    def make(self):
        return ThermometerInput(THRESHOLDS)

    def oracle(self, layer, x):
        columns = [x[:, i] >= t for i, own in enumerate(THRESHOLDS) for t in own]
        return np.stack(columns, axis=-1).astype(np.float32)


class TestTrainedThermometer(LayerCase):
    def make(self):
        return ThermometerInput(THRESHOLDS, trainable=True)

    def oracle(self, layer, x):
        return TestThermometerInput.oracle(self, layer, x)

    def test_thresholds_stay_in_order_however_far_they_are_pushed(self):
        layer = self.model().layers[-1]
        for push in (-1e9, 1e9):
            layer.move.assign(layer.move.constraint(np.float32([push] * 8)))
            first = layer.trained_thresholds()[:3]
            assert (np.diff(first) >= 0).all() and (np.abs(first - [-2, 0, 1]) <= 1).all()
        moved = np.float32([0.5, -0.5, 0.5, 0, 0.5, -0.5, 0, 0])
        layer.move.assign(moved)
        assert layer.trained_thresholds()[:3].tolist() == [-1, -0.5, 1.5]

    def test_gradient_is_that_of_a_box_window(self):
        import tensorflow as tf

        layer = ThermometerInput([[0, 4]], trainable=True)
        x = tf.constant([[-2.5], [-1.0], [1.5], [5.0], [7.0]])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        by_x, by_move = tape.gradient(y, [x, layer.move.value])
        # Windows are −2 … 2 and 2 … 6.
        assert by_x is None and by_move.numpy().tolist() == [-2.0, -1.0]
        assert y.numpy().tolist() == [[0, 0], [0, 0], [1, 0], [1, 1], [1, 1]]


def test_codes_of_samples_of_any_rank():
    layer = ThermometerInput([[1, 2], [0]])
    x = np.float32([[[0, -1], [2, 0]]])
    assert layer(x).numpy().tolist() == [[[0, 0, 0], [1, 1, 1]]]
    assert layer.compute_output_shape((None, 2, 2)) == (None, 2, 3)


def test_the_policy_does_not_round_what_is_compared():
    layer = ThermometerInput([[1023]], dtype="mixed_bfloat16")
    assert layer(np.float32([[1022], [1023]])).numpy().astype(float).tolist() == [[0], [1]]


def test_gaps_are_powers_of_two_and_no_longer_than_the_way_to_a_neighbour():
    layer = ThermometerInput([[0, 3, 10, 11.5], [7]])
    assert layer.gap.tolist() == [2, 2, 1, 1, 1]


@pytest.mark.parametrize(
    "thresholds",
    [[], [[]], [[1, 1]], [[2, 1]], [[np.nan]], [[2.0**31]], [[1, 1 + 1e-9]], 3, [["a"]]],
)
def test_other_thresholds_are_refused(thresholds):
    with pytest.raises(ValueError, match=r"`thresholds` must be a list for each feature.*Received"):
        ThermometerInput(thresholds)


def test_another_number_of_features_is_refused():
    with pytest.raises(ValueError, match=r"must be those of 3 features. Received: 2"):
        keras.Sequential([keras.Input((3,)), ThermometerInput([[1], [2]])])
