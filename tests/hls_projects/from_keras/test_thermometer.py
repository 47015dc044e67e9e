import keras
import numpy as np
import pytest
from qkeras import QActivation

from hls_projects.kinds import Thermometer
from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.input_formats.fixed_point import FixedPoint
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.layers.thermometer_input import ThermometerInput
from tests.hls_projects.keras_models import assert_exact, entrances, randomize
from tests.hls_projects.networks import edge_inputs

THRESHOLDS = [[-100.5, -3, 0, 700], [], [0.25]]


def tagger(thresholds=THRESHOLDS, quantizer=True, trainable=True, features=3):
    first = [InputQuantizer(11, True, [0.125, 1.0, 4.0])] if quantizer else []
    return randomize(keras.Sequential([
        keras.Input((features,)), *first, ThermometerInput(thresholds, trainable),
        SparseTernaryDense(6), keras.layers.BatchNormalization(),
        QActivation("quantized_relu(2,2)"), SparseTernaryDense(3), IntegerHead(),
    ]))


def test_keras_and_integers_agree_at_every_threshold():
    model = tagger()
    codes = model.layers[1]
    codes.move.assign(np.float32([0.5, -0.2, 1e-30, 0.4999, 0.1]))
    network = IntegerNetwork.from_keras(model)
    assert network.layers[0].kind == "thermometer" and network.layer_names[0] == "thermometer_1"
    expected = np.ceil(codes.trained_thresholds().astype(float)).astype(int)
    assert network.layers[0].levels.tolist() == expected.tolist()
    x = edge_inputs(network.input)
    at = expected * np.float32([0.125] * 4 + [4])
    x[:5, 0], x[5:10, 0], x[:5, 2] = at, np.nextafter(at, np.float32(-np.inf)), at
    assert_exact(model, x)
    bits = keras.Model(model.inputs, codes.output).predict(x, verbose=0)
    np.testing.assert_array_equal(next(network.trace(network.input.quantize(x))), bits)


def test_files_hold_it_in_format_2(tmp_path):
    network = IntegerNetwork.from_keras(tagger())
    network.save(tmp_path / "network.npz")
    again = IntegerNetwork.load(tmp_path / "network.npz")
    first, second = network.layers[0], again.layers[0]
    assert isinstance(second, Thermometer) and second.levels.tolist() == first.levels.tolist()
    assert second.feature.tolist() == [0, 0, 0, 0, 2]


def test_thresholds_of_raw_features_count_in_steps_of_a_given_format():
    model = tagger([[-1.0, 0.3], [0.5], [2.0]], quantizer=False)
    network = IntegerNetwork.from_keras(model, FixedPoint(6, True, 0.25))
    assert network.layers[0].levels.tolist() == [-4, 2, 2, 8]


def test_features_that_were_never_quantized_are_refused_at_every_entrance():
    for message in entrances(tagger(quantizer=False)):
        assert "were never quantized" in message


def test_moves_beyond_a_half_are_refused_at_every_entrance():
    model = tagger()
    model.layers[1].move.assign(np.float32([0, 0, 0.6, 0, 0]))
    for message in entrances(model):
        assert "move of 'thermometer_input" in message and "-0.5 to 0.5" in message


def test_a_batch_normalization_between_is_refused():
    model = keras.Sequential([
        keras.Input((1,)), InputQuantizer(4), keras.layers.BatchNormalization(),
        ThermometerInput([[1]]), SparseTernaryDense(2), IntegerHead(),
    ])
    with pytest.raises(ValueError, match="a QActivation must follow 'batch_normalization"):
        IntegerNetwork.from_keras(model)
