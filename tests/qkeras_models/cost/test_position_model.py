import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qkeras_models.cost.hardware_costs import HardwareCost, positions_cost
from qkeras_models.cost.layer_facts import LayerFacts
from qkeras_models.cost.lut_model import LutModel, fitted_model
from qkeras_models.cost.position_model import (
    FEATURES,
    PositionModel,
    features,
    fit_record,
    fitted_position_model,
    luts_unshared,
)

BITS = st.integers(1, 8)
OUTPUT_BITS = st.none() | st.integers(1, 4)


def facts(fan_ins, inputs=100, input_bits=1, output_bits=2):
    return LayerFacts(inputs * len(fan_ins), tuple(fan_ins), 7, input_bits, output_bits)


def test_features_by_hand():
    # 1, 3 and 90 inputs of 4 bits: 4, 12 and 360 bits; only 90 · 15 exceeds 1023.
    found = dict(zip(FEATURES, features(facts([1, 3, 90], 90, 4, 2)), strict=True))
    assert found == pytest.approx({
        "counted": 7, "counted_inputs": 7 / 4, "finished": 360, "finished_inputs": 90, "shared": 0,
    })
    found = dict(zip(FEATURES, features(facts([8, 8, 8, 8, 7], 8, 3, None)), strict=True))
    assert found == {
        "counted": 0, "counted_inputs": 0, "finished": 39 * 3, "finished_inputs": 39,
        "shared": -2 * 8 * 3 / 6,
    }


def test_positions_by_hand():
    luts = LutModel({"counted": 1.0, "first": 10.0, "first_level": 100.0, "finished": 2.0,
                     "compared": 0.0, "shared": 1000.0})
    own = {"counted": 0.5, "counted_inputs": 0.25, "finished": 0.125, "finished_inputs": 3.0,
           "shared": 6.0}
    model = PositionModel(own, luts)
    # 20 bits of 10 inputs: 15 counted, one LUT that decides, one more level.
    assert model.positions(facts([10], input_bits=2)) == 15 + 10 + 100 + 15 * 0.5 + 7.5 * 0.25
    # Three neurons without a zero weight: one shares 4 · 2 / 6 parities, a position each times 6.
    logits = facts([4, 4, 4], 4, 2, None)
    assert model.positions(logits) == pytest.approx(24 * 2 + 24 * 0.125 + 12 * 3 - 8)
    # A weight of two bits goes: 2 counted bits of 1 + 0.5, and 1 counted input.
    assert model.marginal_positions(facts([10], input_bits=2)) == pytest.approx(2 * 1.5 + 0.25)
    assert model.marginal_positions(logits) == pytest.approx(2 * 2 + 2 * 0.125 + 3)


@given(st.lists(st.integers(0, 99), min_size=1), BITS, OUTPUT_BITS)
def test_positions_are_the_luts_and_more(fan_ins, input_bits, output_bits):
    layer = facts(fan_ins, 100, input_bits, output_bits)
    model = fitted_position_model()
    assert model.positions(layer) >= luts_unshared(layer, fitted_model()) >= 0
    assert model.marginal_positions(layer) >= fitted_model().marginal_luts(layer) > 0
    assert bool(model.positions(layer)) == any(fan_ins)


@pytest.mark.parametrize(("fan_in", "input_bits"), [(1, 1), (5, 1), (2, 2), (1, 5)])
def test_a_neuron_of_at_most_five_bits_has_no_chain(fan_in, input_bits):
    layer, luts = facts([fan_in], input_bits=input_bits), fitted_model()
    model = fitted_position_model()
    assert model.positions(layer) == luts.luts(layer)
    assert model.marginal_positions(layer) == luts.marginal_luts(layer)


def test_a_weight_never_costs_fewer_positions_than_luts():
    # The fifth input of 8 bits makes the sum exceed 1023, where features of chains fall.
    layer = facts([5], input_bits=8)
    model = fitted_position_model()
    of_chains = model.positions(layer) - model.positions(facts([4], input_bits=8))
    assert of_chains < fitted_model().marginal_luts(layer) == model.marginal_positions(layer)


def test_inputs_of_more_bits_have_fewer_chains_for_as_many_bits():
    narrow, wide = facts([40], input_bits=1), facts([10], input_bits=4)
    model = fitted_position_model()
    assert fitted_model().luts(narrow) == pytest.approx(fitted_model().luts(wide))
    assert model.positions(narrow) > model.positions(wide)


def test_the_cost_of_training_is_the_models_and_comparators():
    layer = LayerFacts(400, (9, 40), input_bits=1, output_bits=2, comparators=0.75)
    assert positions_cost(layer) == fitted_position_model().marginal_positions(layer) + 0.75
    assert HardwareCost("positions")(layer) == positions_cost(layer) > HardwareCost("luts")(layer)


def test_recorded_errors_are_within_what_is_promised():
    record = fit_record()
    rows = record["held_out"]
    assert len(rows) == 16 and "mnist-small" in {row["name"] for row in rows}
    errors = np.array([row["estimated_positions"] / row["positions"] - 1 for row in rows])
    np.testing.assert_allclose(errors, [row["positions_error"] for row in rows], atol=1e-4)
    assert record["positions_mean_error"] == pytest.approx(abs(errors).mean(), abs=1e-4)
    assert record["positions_worst_error"] == pytest.approx(abs(errors).max(), abs=1e-4)
    assert record["positions_mean_error"] <= 0.05
    assert record["positions_worst_error"] <= 0.12
