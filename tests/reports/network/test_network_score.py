"""Scores of plain models: on the inputs as they are, and as hardware quantizes them."""

import numpy as np

from hls_projects.conversion.compared_samples import TestData
from hls_projects.from_keras.reference.keras_trace import raw_outputs
from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models import feed_forward
from qkeras_models.input_formats.fixed_point import FixedPoint
from reports.network.network_score import accuracy, raw_score_note
from tests.hls_projects.qkeras_models import jet_tagger, raw
from training.data import load


def test_keras_on_raw_inputs_stands_beside_hardware():
    model = jet_tagger()
    x = raw(model, 400)
    network = IntegerNetwork.from_keras(model, FixedPoint(2, True, 1.0))
    floats = raw_outputs(model, x)
    y = floats.argmax(axis=1)
    np.testing.assert_array_equal(y, model.predict(x, verbose=0).argmax(axis=1))
    data = TestData("mine", x, y, targets=load("digits").targets)
    share = (network.predict(x).argmax(axis=1) == y).mean()
    assert 0.1 < share < 1 and accuracy(network, model, data).value == share
    note = raw_score_note(accuracy(network, model, data), model, data)
    assert note.startswith("accuracy of Keras on the inputs as they are: 100.00%; of hardware")
    assert note.endswith(accuracy(network, model, data).text)


def test_models_that_quantize_their_inputs_have_one_score():
    digits = load("digits")
    model = feed_forward((8, 8), (5,), 10, input_bits=4, input_scale=1 / 16)
    network = IntegerNetwork.from_keras(model)
    data = TestData("digits", digits.x_test, digits.y_test, targets=digits.targets)
    found = accuracy(network, model, data)
    assert found is not None
    assert raw_score_note(found, model, data) == raw_score_note(found, None, data) == ""
