"""QKeras layers that move values, pool at edges, or are two in one: exact, or refused by name."""

import keras
import numpy as np
import pytest
from qkeras import QActivation, QConv2D, QConv2DBatchnorm, QDense, QSeparableConv2D

from hls_projects.from_keras.reference.keras_trace import keras_trace
from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.verification.csim import CSimulation
from hls_projects.verification.exactness import compare
from qkeras_models.input_formats.fixed_point import FixedPoint
from tests.hls_projects.qkeras_models import NIBBLES, raw, settle
from tests.hls_projects.qkeras_shapes import (
    FOUR_BITS,
    folded,
    moves,
    moves_of_series,
    separable,
    separable_series,
)

L = keras.layers
MODELS = moves, moves_of_series, separable, separable_series, folded


@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_exact_in_c_simulation(make, io_type, tmp_path):
    model = make()
    x = raw(model)
    network = IntegerNetwork.from_keras(model, NIBBLES)
    hls_model = build_hls_model(model, tmp_path, input_format=NIBBLES, io_type=io_type)
    found = compare(network, x, model=model, csim=CSimulation(hls_model))
    assert found["mismatches"] == 0
    assert len(np.unique(network.predict(x), axis=0)) > 15
    _, traced = keras_trace(model, network, x[:50])
    for shown, own in zip(traced, network.trace(network.input.quantize(x[:50])), strict=True):
        assert shown is None or np.array_equal(shown.reshape(own.shape), own)


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_exact_in_verilog(make, tmp_path):
    model = make()
    network = IntegerNetwork.from_keras(model, FixedPoint(3, False, 0.5))
    x = network.input.quantize(raw(model, 60))
    simulation = RtlSimulation(write_rtl(network, tmp_path))
    np.testing.assert_array_equal(simulation.predict(x), network.predict_integers(x))


def after_images(*layers):
    first = [keras.Input((6, 6, 2)), QConv2D(2, 3, kernel_quantizer=FOUR_BITS, use_bias=False)]
    last = [L.Flatten(), QDense(2, kernel_quantizer=FOUR_BITS, use_bias=False)]
    return settle(keras.Sequential([*first, *layers, *last]))




@pytest.mark.parametrize("layers, message", [
    ([QActivation("binary()"), L.ZeroPadding2D(1, name="zeros")],
     "'zeros' .ZeroPadding2D. must not follow activations of -1 and 1.*quantized_relu"),
    ([L.UpSampling2D(2, interpolation="bilinear", name="up")],
     "`interpolation` of 'up' .* must be 'nearest'.*'bilinear'"),
    ([L.AveragePooling2D(3, padding="same", name="mean")],
     "`padding` of 'mean' .* must be 'valid': windows at the edge are averages of fewer"),
    ([L.AveragePooling2D(3, strides=1), QConv2D(2, 1, kernel_quantizer=FOUR_BITS, name="c")],
     "inputs of 'c' .* a QActivation between 'average_pooling2d.*steps of 0.0"),
    ([QActivation("quantized_relu(3,1)"), QSeparableConv2D(2, 2, name="sep")],
     "weights of 'sep' .QSeparableConv2D. must be integers of 8 bits"),
    ([QActivation("quantized_relu(3,1)"), QConv2DBatchnorm(2, 2, name="fold")],
     "'fold' .QConv2DBatchnorm. must have a quantizer of its kernel"),
    ([L.LayerNormalization(name="n")], "'n' .LayerNormalization. .* use BatchNormalization"),
    ([L.Conv2DTranspose(2, 2, name="t")], "'t' .Conv2DTranspose.*use UpSampling2D, then"),
])
def test_what_is_not_exact_is_refused_by_name(layers, message):
    with pytest.raises(ValueError, match=message):
        IntegerNetwork.from_keras(after_images(*layers), NIBBLES)


def test_channels_with_steps_of_their_own_stay_on_the_last_axis():
    model = settle(keras.Sequential([
        keras.Input((4, 3)),
        QDense(3, kernel_quantizer="ternary(alpha='auto')", use_bias=False),
        L.Permute((2, 1), name="turned"),
        QDense(2, kernel_quantizer=FOUR_BITS, use_bias=False), L.Flatten(),
    ]))  # fmt: skip
    with pytest.raises(ValueError, match="'turned' .Permute. must keep the last axis"):
        IntegerNetwork.from_keras(model, NIBBLES)


def test_an_average_whose_windows_fit_may_say_same(tmp_path):
    model = after_images(QActivation("quantized_relu(3,1)"), L.AveragePooling2D(2, padding="same"))
    network = IntegerNetwork.from_keras(model, NIBBLES)
    assert compare(network, raw(model), model=model)["mismatches"] == 0


def test_pools_at_edges_of_signed_inputs_take_what_is_inside(tmp_path):
    """What lies outside of the image is lower than every input, not 0."""
    form = FixedPoint(4, True, 2.0**-2)
    model = settle(keras.Sequential([
        keras.Input((5, 5, 2)), L.MaxPooling2D(3, strides=2, padding="same"), L.Flatten(),
        QDense(3, kernel_quantizer=FOUR_BITS, use_bias=False),
    ]))  # fmt: skip
    x = raw(model) - 1.5
    network = IntegerNetwork.from_keras(model, form)
    for io_type in ("io_parallel", "io_stream"):
        hls_model = build_hls_model(network, tmp_path / io_type, io_type=io_type)
        found = compare(network, x, model=model, csim=CSimulation(hls_model))
        assert found["mismatches"] == 0
