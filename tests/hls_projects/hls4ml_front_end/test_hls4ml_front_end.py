"""hls4ml's own converter, and what the front end refuses."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import hls4ml
import keras
import numpy as np
import pytest
from hls4ml.converters import convert_from_keras_model
from qkeras import QActivation

import hls_projects
from hls_projects.hls4ml_front_end import build_hls_model, register
from hls_projects.kinds import Add, Conv2D, Dense, Flatten, Head, MaxPool, Reshape
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.csim import CSimulation
from hls_projects.verification.exactness import ExactnessError, compare
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from tests.hls_projects.keras_models import randomize
from tests.hls_projects.networks import edge_inputs, network

layers = keras.layers


def keras_model(activation="quantized_relu(2,2)", before=(), bits=3, signed=True):
    """Input → [Flatten, Dropout] → InputQuantizer → …, every kind of layer that does nothing."""
    return randomize(keras.Sequential([
        keras.Input((3, 4), name="features"),
        *before,
        InputQuantizer(bits, signed=signed, scale=0.3, name="quantizer"),
        layers.Flatten(name="flat"),
        layers.Dropout(0.5),
        SparseTernaryDense(8, name="first"),
        layers.Dropout(0.5),
        layers.BatchNormalization(),
        layers.GaussianNoise(0.5),
        QActivation(activation, name="levels"),
        layers.Dropout(0.5),
        SparseTernaryDense(5, name="second"),
        layers.BatchNormalization(),
        QActivation(activation),
        SparseTernaryDense(3, name="last"),
        IntegerHead(name="logits"),
    ]))


@pytest.fixture(scope="module")
def model():
    return keras_model()


@pytest.fixture(scope="module")
def converted(model, tmp_path_factory):
    """Plain hls4ml, as its documentation shows it."""
    folder = tmp_path_factory.mktemp("plain")
    config = hls4ml.utils.config_from_keras_model(model, granularity="name", backend="Vitis")
    return convert_from_keras_model(
        model, hls_config=config, output_dir=str(folder / "hls"), backend="Vitis",
        io_type="io_parallel",
    )


def convert(model, tmp_path, **options):
    return convert_from_keras_model(model, output_dir=str(tmp_path / "hls"), **options)


def test_plain_conversion_is_exact_through_hls4mls_own_compile_and_predict(converted, model):
    net = IntegerNetwork.from_keras(model)
    x = edge_inputs(net.input, 100)
    converted.compile()
    np.testing.assert_array_equal(converted.predict(x), net.predict(x))


def test_plain_conversion_is_exact_in_all_three_executions(converted, model):
    net = IntegerNetwork.from_keras(model)
    x = edge_inputs(net.input)
    x = np.where(np.isfinite(x), x, 1e9).astype(np.float32)
    result = compare(net, x, model=model, csim=CSimulation(converted))
    assert result["executions"] == ["Keras", "integer network", "C-simulation"]


def test_layers_keep_their_keras_names(converted):
    names = ["features", "quantizer", "flat", "first", "levels", "second"]
    assert list(converted.graph)[:6] == names
    assert list(converted.graph)[-2:] == ["last", "logits"]


def test_types_are_as_narrow_as_the_weights_allow(converted, model):
    net = IntegerNetwork.from_keras(model)
    ranges = dict(zip(("flatten", "first"), net.ranges(), strict=False))
    low, high = (int(bound) for bound in (ranges["first"][0].min(), ranges["first"][1].max()))
    width = max(~low, high).bit_length() + 1
    assert str(converted.graph["first"].get_output_variable().type.precision) == f"int<{width}>"
    assert str(converted.graph["levels"].get_output_variable().type.precision) == "uint<2>"


def test_every_nonzero_weight_is_an_adder_input_and_no_other_is(converted, model):
    converted.write()
    node = converted.graph["first"]
    weights = model.get_layer("first").ternary_kernel()
    folder = Path(converted.config.get_output_dir()) / "firmware" / "nnet_utils"
    text = (folder / f"{node.function_name}.h").read_text()
    for index, row in enumerate(weights):
        assert text.count(f"data[{index}]") == np.count_nonzero(row)
    assert " * " not in text


@pytest.mark.parametrize("activation, options", [
    ("binary()", {"backend": "Vivado", "namespace": "mine"}),
    ("quantized_relu(4,4)", {"hls_config": {"Model": {"Strategy": "distributed_arithmetic"}}}),
])
def test_other_activations_backends_and_strategies(activation, options, tmp_path):
    before = (layers.Dropout(0.5), layers.Flatten())
    model = keras_model(activation, before, bits=1, signed=False)
    simulation = CSimulation(convert(model, tmp_path, **{"backend": "Vitis", **options}))
    net = IntegerNetwork.from_keras(model)
    compare(net, edge_inputs(net.input), model=model, csim=simulation)


def test_head_with_a_bias_that_keras_does_not_have_is_found(model, tmp_path):
    net = IntegerNetwork.from_keras(model)
    bias = net.layers[-1].bias + np.array([0, 1, 0], np.int32)
    wrong = IntegerNetwork(net.input, (*net.layers[:-1], Head(bias)))
    with pytest.raises(ExactnessError) as caught:
        compare(wrong, np.zeros((4, 3, 4)), model=model, folder=tmp_path)
    first = caught.value.mismatch.first
    assert (first.name, first.kind, first.channel, first.sample) == ("logits", "head", 1, 0)
    assert first.expected == first.received + 1


def test_layer_that_keras_computes_otherwise_is_found(model):
    net = IntegerNetwork.from_keras(model)
    x = edge_inputs(net.input, 100)
    x = np.where(np.isfinite(x), x, 1e9).astype(np.float32)
    kernel = model.get_layer("second").kernel
    before = np.array(kernel)
    kernel.assign(-before)
    try:
        with pytest.raises(ExactnessError, match=r"Keras differs from integer network.*'second'"):
            compare(net, x, model=model)
    finally:
        kernel.assign(before)


def test_saved_models_come_back(converted, tmp_path, model):
    converted.save(str(tmp_path / "model.fml"))
    loaded = hls4ml.converters.load_saved_model(str(tmp_path / "model.fml"))
    kernels = [node.firmware_file() for node in loaded.get_layers() if hasattr(node, "kernel_name")]
    assert kernels == [
        node.firmware_file() for node in converted.get_layers() if hasattr(node, "kernel_name")
    ]


def test_configured_precision_is_not_used_but_named(model, tmp_path):
    config = {"LayerName": {"first": {"Precision": {"result": "ap_fixed<3,3>"}},
                            "features": {"Precision": "ap_fixed<8,1>"}}}
    with pytest.warns(UserWarning) as caught:
        hls_model = convert(model, tmp_path, hls_config=config, backend="Vitis")
    messages = " ".join(str(w.message) for w in caught)
    assert "configured for layer 'first' is not used" in messages
    assert "configured for layer 'features' is not used" in messages
    precision = hls_model.graph["features"].get_output_variable().type.precision
    assert str(precision).endswith("TRN,SAT,0>")


def test_no_warning_for_default_configurations(model, tmp_path):
    config = hls4ml.utils.config_from_keras_model(model, granularity="name", backend="Vitis")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        convert(model, tmp_path, hls_config=config, backend="Vitis")


@pytest.mark.parametrize("backend", ["Quartus", "oneAPI", "Catapult", "VivadoAccelerator"])
def test_other_backends_are_named(backend, model, tmp_path):
    message = rf"`backend` must be one of Vivado, Vitis.*Received: '{backend}'"
    options = {"board": "pynq-z2"} if backend == "VivadoAccelerator" else {}
    with pytest.raises(ValueError, match=message):
        convert(model, tmp_path, backend=backend, **options)
    with pytest.raises(ValueError, match=message):
        build_hls_model(network((4, 3)), tmp_path / "hls", backend=backend)
    assert not (tmp_path / "hls").exists()


@pytest.mark.parametrize("options, message", [
    ({"io_type": "io_serial"}, "`io_type` must be one of io_parallel, io_stream.*'io_serial'"),
    ({"hls_config": {"Model": {"Strategy": "Resource"}}}, "`Strategy` of layer 'first' must be"),
    ({"hls_config": {"LayerName": {"second": {"Strategy": "Resource"}}}}, "of layer 'second'"),
    ({"hls_config": {"Model": {"ReuseFactor": 4}}}, "`ReuseFactor` of layer .* must be 1"),
    ({"project_name": "my-net"}, r"`project_name` must be a C\+\+ identifier"),
])
def test_what_conversion_refuses(options, message, model, tmp_path):
    with pytest.raises(ValueError, match=message):
        convert(model, tmp_path, backend="Vitis", **options)
    assert not (tmp_path / "hls").exists()


@pytest.mark.parametrize("options, message", [
    ({"strategy": "Resource"}, "`Strategy` must be 'Latency' or 'distributed_arithmetic'"),
    ({"clock_period": 0}, "`clock_period` must be > 0 ns. Received: 0"),
    ({"project_name": "int"}, r"C\+\+ identifier"),
])
def test_what_building_refuses(options, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        build_hls_model(network((4, 3)), tmp_path / "hls", **options)
    assert not (tmp_path / "hls").exists()


def sequential(*steps):
    return keras.Sequential([keras.Input((6,)), *steps])


@pytest.mark.parametrize("steps, message", [
    ((SparseTernaryDense(3), IntegerHead()), "were never quantized"),
    ((InputQuantizer(1), SparseTernaryDense(3), layers.BatchNormalization()),
     "batch normalization that no activation follows"),
    ((InputQuantizer(1), SparseTernaryDense(3), layers.BatchNormalization(),
      SparseTernaryDense(3), IntegerHead()), "a QActivation must follow"),
])
def test_chains_that_are_no_integer_network(steps, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        convert(sequential(*steps), tmp_path, backend="Vitis")


@pytest.mark.parametrize("before", [True, False])
def test_flatten_with_channels_first_is_refused(before, tmp_path):
    """hls4ml's own converter flattens channels last, whatever the layer says."""
    flat = layers.Flatten(data_format="channels_first", name="moved")
    quantized = (flat, InputQuantizer(2)) if before else (InputQuantizer(2), flat)
    model = keras.Sequential([
        keras.Input((3, 4)), *quantized, SparseTernaryDense(3), IntegerHead(),
    ])
    with pytest.raises(ValueError, match="`data_format` of 'moved'"):
        convert(model, tmp_path, backend="Vitis")


def entries(model):
    parsed, *_ = hls4ml.converters.parse_keras_v3_model(model, False, True)
    return [entry["class_name"] for entry in parsed]


def test_other_models_convert_as_before():
    float_model = sequential(
        layers.Dense(4), layers.BatchNormalization(), layers.Activation("relu"),
        layers.Dropout(0.5), layers.Flatten(), layers.Dense(2),
    )
    assert entries(float_model) == [
        "InputLayer", "Dense", "BatchNormalization", "Activation", "Activation", "Reshape", "Dense"
    ]
    with pytest.raises(AssertionError, match="Activation function for layer"):
        entries(sequential(layers.Dense(4), QActivation("quantized_relu(4)")))


def test_registering_again_changes_nothing():
    passes = list(hls4ml.model.optimizer.get_available_passes())
    register()
    assert list(hls4ml.model.optimizer.get_available_passes()) == passes


def test_importing_the_package_imports_no_keras():
    code = (
        "import sys, hls_projects, hls4ml.backends as b;"
        "assert 'keras' not in sys.modules and 'tensorflow' not in sys.modules;"
        "print(sorted(b.get_backend('Vitis').get_custom_source()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "nnet_utils/nnet_sparse_ternary.h" in done.stdout
    assert hls_projects.__doc__


def test_a_reshaped_stream_that_two_layers_take_keeps_its_type(tmp_path):
    rng = np.random.default_rng(0)
    layers = (
        Reshape((4, 1, 2)),
        MaxPool((4, 1), (1, 1)),
        Reshape((1, 2)),                                                       # 2: taken twice
        Reshape((1, 1, 2)),
        Conv2D(rng.choice([-1, 1], (1, 1, 2, 2)).astype(np.int8)),
        Reshape((1, 2)),
        Add((2, 0), (1, -1)),
        Flatten(),
        Dense(rng.choice([-1, 1], (2, 3)).astype(np.int8)),
        Head(np.zeros(3, np.int32)),
    )  # fmt: skip
    sources = ((-1,), (0,), (1,), (2,), (3,), (4,), (2, 5), (6,), (7,), (8,))
    net = IntegerNetwork(InputFormat(8, True, 1.0, (4, 2)), layers, sources=sources)
    x = rng.integers(-128, 128, (50, 4, 2)).astype(np.int32)
    simulation = CSimulation(build_hls_model(net, tmp_path / "hls", io_type="io_stream"))
    np.testing.assert_array_equal(simulation.predict(x), net.predict_integers(x))
