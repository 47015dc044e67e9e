"""QKeras models as people have them: exact in NumPy, C++ and Verilog, and refused by name."""

import hls4ml
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qkeras import QActivation, QBatchNormalization, QConv2D, QDense

from hls_projects.from_keras.reference.keras_trace import keras_integer_logits, keras_trace
from hls_projects.from_keras.values.levels import find_levels
from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.verification.csim import CSimulation
from hls_projects.verification.exactness import ExactnessError, compare
from qkeras_models.input_formats.fixed_point import FixedPoint
from qkeras_models.layers.input_quantizer import InputQuantizer
from tests.hls_projects.qkeras_models import (
    BYTES,
    NIBBLES,
    TERNARY,
    averages,
    dense_residual,
    jet_tagger,
    qkeras_images,
    raw,
    residual,
    settle,
    ternary_sums,
    ternary_tagger,
    time_series,
)

MODELS = {
    "jets": (jet_tagger, FixedPoint(6, True, 2.0**-3)),
    "ternary": (ternary_tagger, BYTES),
    "images": (qkeras_images, NIBBLES),
    "lines": (time_series, NIBBLES),
    "averages": (averages, NIBBLES),
    "residual": (residual, NIBBLES),
    "dense residual": (dense_residual, BYTES),
}


@pytest.mark.parametrize("name", MODELS)
def test_qkeras_models_are_exact_in_c_simulation(name, tmp_path):
    make, form = MODELS[name]
    model = make()
    x = raw(model)
    network = IntegerNetwork.from_keras(model, form)
    hls_model = build_hls_model(model, tmp_path, input_format=form)
    found = compare(network, x, model=model, csim=CSimulation(hls_model))
    assert found["mismatches"] == 0
    assert found["executions"] == ["Keras", "integer network", "C-simulation"]
    assert len(np.unique(network.predict(x), axis=0)) > len(x) // 4
    names, traced = keras_trace(model, network, x[:50])
    x_int = network.input.quantize(x[:50])
    assert len(names) == len(network.layers)
    for shown, own in zip(traced, network.trace(x_int), strict=True):
        assert shown is None or np.array_equal(shown.reshape(own.shape), own)


@pytest.mark.parametrize("name", ["ternary", "images", "lines", "dense residual", "residual"])
def test_qkeras_models_are_exact_in_verilog(name, tmp_path):
    make, form = MODELS[name]
    model = make(widths=(12, 8)) if name == "ternary" else make()
    network = IntegerNetwork.from_keras(model, FixedPoint(3, form.signed, 0.5))
    x = network.input.quantize(raw(model, 60))
    simulation = RtlSimulation(write_rtl(network, tmp_path))
    np.testing.assert_array_equal(simulation.predict(x), network.predict_integers(x))


def test_the_jet_tagger_is_exact_in_verilog(tmp_path):
    """Inputs of fewer bits and narrower layers: the whole one takes minutes to simulate."""
    model = jet_tagger(widths=(8, 6))
    network = IntegerNetwork.from_keras(model, FixedPoint(3, True, 0.5))
    x = network.input.quantize(raw(model, 60))
    simulation = RtlSimulation(write_rtl(network, tmp_path))
    np.testing.assert_array_equal(simulation.predict(x), network.predict_integers(x))


def test_hls4ml_alone_is_inexact_where_this_is_exact(tmp_path):
    """The same model and the same inputs through hls4ml's own converter, as users call it."""
    model = ternary_sums()
    network = IntegerNetwork.from_keras(model, BYTES)
    x = network.input.dequantize(network.input.quantize(2 * raw(model)))
    expected = model.predict(x, verbose=0)
    theirs = hls4ml.converters.convert_from_keras_model(
        model, hls_config=hls4ml.utils.config_from_keras_model(model, backend="Vitis"),
        output_dir=str(tmp_path / "hls4ml"), backend="Vitis", io_type="io_parallel",
    )
    theirs.compile()
    received = theirs.predict(np.ascontiguousarray(x))
    assert (received.argmax(axis=1) == expected.argmax(axis=1)).mean() < 0.7
    ours = CSimulation(build_hls_model(model, tmp_path / "ours", input_format=BYTES))
    outputs = ours.predict(network.input.quantize(x)) * network.provenance["output_step"]
    np.testing.assert_array_equal(outputs, expected)


KERNELS = [
    TERNARY, "ternary(alpha='auto_po2')", "binary(alpha=1)", "quantized_bits(2,0,alpha=1)",
    "quantized_bits(8,2,alpha=1)", "quantized_bits(5,0,alpha='auto_po2')", "quantized_po2(3,1)",
    "stochastic_ternary(alpha=1.0, threshold=0.3)", "stochastic_binary(alpha=1.0)",
]
ACTIVATIONS = [
    "quantized_relu(1,1)", "quantized_relu(6,2)", "quantized_relu(8,3)", "quantized_bits(1,0)",
    "quantized_bits(4,1)", "quantized_bits(8,2)", "quantized_tanh(5)", "quantized_tanh(8)",
    "quantized_sigmoid(4)", "binary()", "binary(use_01=True)", "ternary(alpha=1, threshold=0.5)",
]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(KERNELS), st.sampled_from(ACTIVATIONS), st.sampled_from(KERNELS[:5]),
       st.sampled_from(["none", "keras", "qkeras"]), st.booleans(), st.integers(0, 99))
def test_kernels_and_activations_are_exact(kernel, activation, last, normal, bias, seed):
    keras.backend.clear_session()
    kinds = {"none": [], "keras": [keras.layers.BatchNormalization()],
             "qkeras": [QBatchNormalization()]}
    model = settle(keras.Sequential([
        keras.Input((7,)),
        QDense(6, kernel_quantizer=kernel, use_bias=bias),
        *kinds[normal],
        QActivation(activation),
        QDense(5, kernel_quantizer=last, bias_quantizer="quantized_bits(5,1,alpha=1)",
               activation="quantized_relu(4,2)"),
        QDense(3, kernel_quantizer="quantized_bits(3,0,alpha=1)", use_bias=False),
    ]), seed)  # fmt: skip
    network = IntegerNetwork.from_keras(model, FixedPoint(5, True, 0.125))
    assert compare(network, raw(model, 100, seed), model=model)["mismatches"] == 0


def sums(kernel, *layers, **options):
    return settle(keras.Sequential([
        keras.Input((6,)), QDense(4, kernel_quantizer=kernel, name="first", **options), *layers,
    ]))  # fmt: skip


LAST = QDense(2, kernel_quantizer=TERNARY, use_bias=False, name="last")
REFUSED = {
    "a scale that nothing absorbs": (
        lambda: sums("ternary(alpha='auto')", use_bias=False),
        "no batch normalization absorbs the scale of 'first'; use alpha=1"),
    "weights of 12 bits": (lambda: sums("quantized_bits(12,0,alpha=1)"),
                           "weights of 'first' .* must be integers of 8 bits"),
    "a free bias at the end": (lambda: sums(TERNARY), "outputs of 'first' .* quantize its bias"),
    "a normalization at the end": (
        lambda: sums(TERNARY, keras.layers.BatchNormalization(name="norm"), use_bias=False),
        "batch normalization that no activation follows.*Received: 'norm'"),
    "no activation after a normalization": (
        lambda: sums(TERNARY, keras.layers.BatchNormalization(name="norm"), LAST),
        "a QActivation must follow .*'norm' after 'first'. Received: 'last'"),
    "an activation of floats": (lambda: sums(TERNARY, keras.layers.Activation("tanh"), LAST),
                                "activation must be quantized_relu.*Received: tanh"),
    "a slope": (lambda: sums(TERNARY, QActivation("quantized_relu(4,1,negative_slope=0.25)"), LAST),
                "activation must be quantized_relu"),
    "random weights": (lambda: sums("bernoulli(alpha=1.0)"),
                       "weights of 'first' .* must not be random"),
    "several axes": (lambda: settle(keras.Sequential([
        keras.Input((3, 6)), QDense(2, kernel_quantizer=TERNARY, use_bias=False, name="first")])),
        "outputs of 'first' .* must be a vector: put a Flatten after it"),
    "padding between levels": (lambda: settle(keras.Sequential([
        keras.Input((5, 5, 2)), QActivation("quantized_tanh(3)"),
        QConv2D(2, 3, padding="same", kernel_quantizer=TERNARY, name="first"),
        keras.layers.Flatten()])), "`padding` of 'first' .* must be 'valid' after"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_exact_is_refused_by_name(case):
    make, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        IntegerNetwork.from_keras(make(), BYTES)


@pytest.mark.parametrize("form, message", [
    (None, "were never quantized: put an InputQuantizer .* or give their format"),
    (FixedPoint(4, True, 0.3), "`scale` of the inputs must be one power of two.*0.3"),
    (FixedPoint(4, True, (0.5, 0.25)), "`scale` of the inputs must be one power of two"),
])
def test_input_formats_that_are_not_exact_are_refused(form, message):
    with pytest.raises(ValueError, match=message):
        IntegerNetwork.from_keras(ternary_tagger(), form)


def test_a_format_of_inputs_that_are_quantized_already_is_refused():
    model = keras.Sequential([
        keras.Input((4,)), InputQuantizer(2, name="own"),
        QDense(3, kernel_quantizer=TERNARY, use_bias=False),
    ])
    with pytest.raises(ValueError, match="'own' .* has the input format: give none"):
        IntegerNetwork.from_keras(model, BYTES)


def test_sums_beyond_float32_name_the_bits_that_would_do():
    model = settle(keras.Sequential([
        keras.Input((4096,)),
        QDense(2, kernel_quantizer="quantized_bits(8,0,alpha=1)", use_bias=False, name="wide"),
    ]))
    model.get_layer("wide").kernel.assign(np.full((4096, 2), 0.992))
    with pytest.raises(ValueError, match="'wide' reach .*2.24 .* 6 in place of 8 would do"):
        IntegerNetwork.from_keras(model, BYTES)


def test_plain_keras_layers_of_small_integers_convert():
    model = keras.Sequential([
        keras.Input((6,)), keras.layers.Dense(5), QActivation("quantized_relu(4,2)"),
        keras.layers.Dense(3),
    ])
    rng = np.random.default_rng(0)
    for layer in (model.layers[0], model.layers[-1]):
        layer.kernel.assign(rng.integers(-7, 8, layer.kernel.shape) / 8)
        layer.bias.assign(rng.integers(-7, 8, layer.bias.shape) / 4)
    network = IntegerNetwork.from_keras(model, BYTES)
    assert compare(network, raw(model), model=model)["mismatches"] == 0


def test_outputs_between_integers_make_the_gate_red(tmp_path, monkeypatch):
    model = ternary_tagger()
    network = IntegerNetwork.from_keras(model, BYTES)
    x = raw(model, 20)
    logits = model.predict(network.input.dequantize(network.input.quantize(x)), verbose=0)
    logits[3, 1] += network.provenance["output_step"] / 4
    monkeypatch.setattr(model, "predict", lambda *arguments, **options: logits)
    with pytest.raises(ExactnessError, match="must be integers times 0.0625"):
        compare(network, x, model=model, folder=tmp_path)


def test_raw_inputs_are_not_the_reference():
    model = ternary_tagger()
    network = IntegerNetwork.from_keras(model, BYTES)
    x = raw(model)
    quantized = network.input.dequantize(network.input.quantize(x))
    given = [keras_integer_logits(model, inputs, network).integers for inputs in (x, quantized)]
    np.testing.assert_array_equal(given[0], given[1])
    step = network.provenance["output_step"]
    assert (model.predict(x, verbose=0) / step != given[0]).any()


@given(st.integers(-9000, 9000), st.integers(1, 3000), st.integers(1, 8), st.booleans(),
       st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_bisection_finds_what_trying_all_finds(low, span, bits, falls, seed):
    rng = np.random.default_rng(seed)
    lowest = np.array([low, low + 5])
    highest = lowest + np.array([span, span // 2])
    gain, shift = rng.uniform(0.001, 2) * (-1 if falls else 1), rng.normal(0, 50)

    def count(accumulators):
        return np.clip(np.rint(accumulators * gain + shift), 0, 2**bits - 1).astype(np.int64)

    every = find_levels(count, lowest, highest, bits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hls_projects.from_keras.values.levels.MOST_EVALUATED", 0)
        found = find_levels(count, lowest, highest, bits)
    values = np.stack([lowest, highest, (lowest + highest) // 2, lowest + 1, highest - 1])
    np.testing.assert_array_equal(found.forward(values), every.forward(values))
    np.testing.assert_array_equal(found.levels, every.levels)
