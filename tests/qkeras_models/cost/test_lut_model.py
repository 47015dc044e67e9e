import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qkeras_models.cost.hardware_costs import HardwareCost
from qkeras_models.cost.layer_facts import LayerFacts
from qkeras_models.cost.lut_model import FEATURES, LutModel, features, fit_record, fitted_model

BITS = st.integers(1, 8)
OUTPUT_BITS = st.none() | st.integers(1, 4)


def facts(fan_ins, inputs=100, input_bits=1, output_bits=2):
    weights = inputs * len(fan_ins)
    return LayerFacts(weights, tuple(fan_ins), 7, input_bits, output_bits)


@given(BITS, OUTPUT_BITS)
def test_a_layer_without_nonzeros_takes_no_luts(input_bits, output_bits):
    empty = facts([0] * 7, input_bits=input_bits, output_bits=output_bits)
    assert fitted_model().luts(empty) == 0.0
    assert fitted_model().marginal_luts(empty) > 0.0


@given(st.lists(st.integers(0, 98), min_size=1), BITS, OUTPUT_BITS, st.data())
def test_a_further_nonzero_never_costs_less_than_nothing(fan_ins, input_bits, output_bits, data):
    grown = list(fan_ins)
    grown[data.draw(st.integers(0, len(fan_ins) - 1))] += 1
    before, after = (facts(f, 100, input_bits, output_bits) for f in (fan_ins, grown))
    assert fitted_model().luts(after) > fitted_model().luts(before)


def test_features_by_hand():
    # 1, 3 and 90 inputs of 4 bits: 4, 12 and 360 bits; 90 · 15 > 1023 takes 11 bits, 3 LUTs.
    found = dict(zip(FEATURES, features(facts([1, 3, 90], 90, 4, 2)), strict=True))
    assert found == pytest.approx({
        "counted": 7, "first": 1.8, "first_level": 1.8,
        "finished": 360, "compared": 3 * 3, "shared": 0,
    })
    found = dict(zip(FEATURES, features(facts([8, 8, 8, 8, 7], 8, 3, None)), strict=True))
    assert found == {**dict.fromkeys(FEATURES, 0), "finished": 39 * 3, "shared": -2 * 8 * 3 / 6}


def test_luts_are_coefficients_times_features():
    layer = facts([9, 40, 100, 100, 100], 100, 4, 3)
    model = LutModel({name: 2.0**i for i, name in enumerate(FEATURES)})
    assert model.luts(layer) == pytest.approx(features(layer) @ 2.0 ** np.arange(len(FEATURES)))


@given(st.lists(st.integers(0, 99), min_size=1).filter(any), BITS, OUTPUT_BITS)
def test_marginal_luts_are_the_mean_over_nonzero_weights(fan_ins, input_bits, output_bits):
    model = fitted_model()
    whole = model.luts(facts(fan_ins, 100, input_bits, output_bits))
    saved = []
    for neuron, fan_in in enumerate(fan_ins):
        if not fan_in:
            continue
        fewer = [f - (i == neuron) for i, f in enumerate(fan_ins)]
        saved += [whole - model.luts(facts(fewer, 100, input_bits, output_bits))] * fan_in
    layer = facts(fan_ins, 100, input_bits, output_bits)
    assert model.marginal_luts(layer) == pytest.approx(np.mean(saved), abs=1e-6)
    assert HardwareCost("luts")(layer) == model.marginal_luts(layer)


def test_recorded_errors_are_within_what_is_promised():
    record = fit_record()
    rows = record["held_out"]
    assert len(rows) >= 12 and "mnist-small" in {row["name"] for row in rows}
    assert min(row["nonzeros"] for row in rows) < 1_000
    assert max(row["nonzeros"] for row in rows) > 8_000
    for kind in ("luts", "ffs"):
        errors = np.array([row[f"estimated_{kind}"] / row[kind] - 1 for row in rows])
        np.testing.assert_allclose(errors, [row[f"{kind}_error"] for row in rows], atol=1e-4)
        assert record[f"{kind}_mean_error"] == pytest.approx(abs(errors).mean(), abs=1e-4)
        assert record[f"{kind}_worst_error"] == pytest.approx(abs(errors).max(), abs=1e-4)
        assert record[f"{kind}_mean_error"] <= 0.10
        assert record[f"{kind}_worst_error"] <= 0.25
