import keras
import numpy as np
import pytest

from qkeras_models.cost.comparators import comparator_luts, comparators_of_a_weight
from qkeras_models.cost.hardware_costs import input_bits, luts_cost
from qkeras_models.cost.layer_facts import LayerFacts
from qkeras_models.cost.lut_model import fitted_model
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.layers.thermometer_input import ThermometerInput


@pytest.mark.parametrize("bits, value, luts", [
    (12, 1, 3), (12, 2, 2), (11, 1, 2), (6, 1, 1), (12, 64, 1), (12, 2048, 0), (1, 1, 0),
    (4, 0, 0), (4, -3, 0), (4, 16, 0), (2, 1, 1),
])
def test_luts_of_a_comparison(bits, value, luts):
    assert comparator_luts(bits, value) == luts


def layers():
    model = keras.Sequential([
        keras.Input((2,)), InputQuantizer(8, True), ThermometerInput([[-127, 0], [1]]),
        keras.layers.Flatten(), SparseTernaryDense(4), SparseTernaryDense(2),
    ])
    return model.layers[-2:]


def test_a_weight_takes_the_comparator_that_it_alone_uses():
    dense, following = layers()
    # Two LUTs for −127 and 1, none for 0, which the sign bit says.
    nonzero = np.array([[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0]], bool)
    assert comparators_of_a_weight(dense, nonzero) == pytest.approx(2 / 4)
    nonzero[2, 1] = False
    assert comparators_of_a_weight(dense, nonzero) == pytest.approx(4 / 3)
    assert comparators_of_a_weight(dense, np.zeros((3, 4), bool)) == 0
    assert comparators_of_a_weight(following, np.ones((4, 2), bool)) == 0
    assert input_bits(dense) == 1


def test_they_are_part_of_the_cost_in_luts():
    facts = LayerFacts(30, (3, 4), output_bits=2)
    dearer = LayerFacts(30, (3, 4), output_bits=2, comparators=0.75)
    assert luts_cost(dearer) == pytest.approx(fitted_model().marginal_luts(facts) + 0.75)
