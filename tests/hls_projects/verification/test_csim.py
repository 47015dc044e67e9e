"""C-simulation through real g++: exact, and clear about what is wrong where it is not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.kinds import Dense
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.csim import CompilerError, CSimulation, require_compiler
from hls_projects.verification.exactness import ExactnessError, compare
from tests.hls_projects.networks import edge_inputs, network
from tests.hls_projects.zoo import dead_network, positions_network, thermometer_network


def simulate(folder, net, **options):
    return CSimulation(build_hls_model(net, folder / "hls", project_name="net", **options))


def assert_exact(simulation, net):
    x = edge_inputs(net.input)
    result = compare(net, x, csim=simulation)
    assert result["mismatches"] == 0 and result["logits"] == len(x) * net.classes
    return x


LATENCY = {
    "one_bit_images": (network((20, 16, 9, 4), shape=(4, 5)), {}),
    "signed_bytes_four_bit_activations": (
        network((9, 8, 5), input_bits=8, signed=True, scale=1 / 128, bits=4),
        {"backend": "Vivado"},
    ),
    "single_layer": (network((6, 3), input_bits=3), {}),
    "positions": (positions_network(), {"backend": "Vivado"}),
    "dead": (dead_network(), {}),
    "thermometer": (thermometer_network(2, False, (2, 4)), {}),
}


@pytest.mark.parametrize("name", LATENCY)
def test_integer_inputs_are_exact(name, tmp_path):
    net, options = LATENCY[name]
    simulation = simulate(tmp_path, net, **options)
    assert simulation.integer_inputs
    assert_exact(simulation, net)


FLOATS = {
    "scale_of_each_feature": network(
        (5, 6, 3), input_bits=8, signed=True, scale=(0.3000030517578125, 2.0, 96.5, 1 / 1024, 1.0)
    ),
    "three_bit_images": network((20, 6, 3), input_bits=3, scale=0.25, shape=(4, 5), bits=3),
    "thermometer": thermometer_network(12, True, (5,)),
    "one_signed_bit": network((6, 4, 2), signed=True, scale=0.75, bits=1),
}


@pytest.mark.parametrize("name", FLOATS)
def test_float_inputs_are_quantized_exactly_in_hardware(name, tmp_path):
    net = FLOATS[name]
    simulation = simulate(tmp_path, net, quantized_inputs=False)
    assert not simulation.integer_inputs
    x = assert_exact(simulation, net)
    # Normal, but denormal once divided by a scale above 1.
    least = np.full((1, *net.input.shape), -(2.0**-126), np.float32)
    x = np.concatenate([x[:20], least])
    np.testing.assert_array_equal(simulation.trace(x)[0], net.input.quantize(x))


def test_scales_that_keras_divides_inexactly_are_refused(tmp_path):
    net = network((5, 6, 3), scale=0.3)
    with pytest.raises(ValueError, match="`scale` must have at most 16 significant bits"):
        build_hls_model(net, tmp_path / "hls", quantized_inputs=False)
    build_hls_model(net, tmp_path / "hls")


def test_distributed_arithmetic_is_exact(tmp_path):
    net = network((9, 8, 5), input_bits=3, signed=True, scale=1.0)
    assert_exact(simulate(tmp_path, net, strategy="distributed_arithmetic"), net)


@pytest.fixture(scope="module")
def net():
    return network((20, 16, 9, 4), shape=(4, 5), seed=2)


@pytest.fixture(scope="module")
def hls_model(net, tmp_path_factory):
    model = build_hls_model(net, tmp_path_factory.mktemp("project") / "hls", project_name="net")
    model.write()
    return model


@pytest.fixture(scope="module")
def simulation(hls_model):
    return CSimulation(hls_model, write=False)


def test_result_names_what_was_compared(simulation, net):
    result = compare(net, edge_inputs(net.input, 30), csim=simulation)
    assert result["executions"] == ["integer network", "C-simulation"]
    assert result["samples"] == 30 and result["images_per_second"] > 0


def test_trace_holds_every_layer(simulation, net):
    x_int = net.input.quantize(edge_inputs(net.input, 30))
    expected = [out for out, layer in zip(net.trace(x_int), net.layers, strict=True)
                if layer.kind != "flatten"]
    assert len(expected) == len(simulation.traced_layers) == 6
    for own, other in zip(expected, simulation.trace(x_int), strict=True):
        np.testing.assert_array_equal(own, other)


def test_inputs_that_do_not_fit_are_refused(simulation, net):
    with pytest.raises(ValueError, match=r"shape \(batch, 4, 5\), or \(batch, 20\)"):
        simulation.predict(np.zeros((3, 19), int))
    with pytest.raises(ValueError, match=r"Received: \(3, 5, 4\)"):
        simulation.predict(np.zeros((3, 5, 4), int))
    with pytest.raises(ValueError, match="Received: float64"):
        simulation.predict(np.zeros((0, 4, 5)))
    with pytest.raises(ValueError, match="`x` must hold floats.*Received: int64"):
        compare(net, np.zeros((3, 4, 5), int), csim=simulation)
    with pytest.raises(ValueError, match="`x` must be integers from 0 to 1"):
        simulation.predict(np.full((3, 4, 5), 2))
    with pytest.raises(ValueError, match="`x` must be integers from 0 to 1"):
        simulation.predict(np.zeros((3, 4, 5)))
    with pytest.raises(ValueError, match="at least one sample"):
        compare(net, np.zeros((0, 4, 5)), csim=simulation)
    with pytest.raises(ValueError, match="`model` or `csim`"):
        compare(net, np.zeros((1, 4, 5)))
    assert simulation.predict(np.zeros((0, 4, 5), int)).shape == (0, 4)


def flipped(net, layer, row, column):
    """The network with another weight, and a sample on which a layer's output shows it."""
    weights = net.layers[layer].weights.copy()
    weights[row, column] = -1 if weights[row, column] == 1 else weights[row, column] + 1
    layers = list(net.layers)
    layers[layer] = Dense(weights)
    return IntegerNetwork(net.input, tuple(layers))


@pytest.mark.parametrize("layer, row, column", [(1, 7, 3), (3, 8, 5), (5, 4, 1)])
def test_a_flipped_weight_is_found(simulation, net, tmp_path, layer, row, column):
    other = flipped(net, layer, row, column)
    x = edge_inputs(net.input)
    with pytest.raises(ExactnessError) as caught:
        compare(other, x, csim=simulation, folder=tmp_path / "report")
    x_int = net.input.quantize(x)
    logits, received = other.predict_integers(x_int), net.predict_integers(x_int)
    wrong = np.flatnonzero((logits != received).any(axis=1))
    own, hardware = ([*n.trace(x_int)][layer][wrong] for n in (other, net))
    sample, channel = np.argwhere(own != hardware)[0]
    record = json.loads((tmp_path / "report" / "mismatch.json").read_text())
    assert [p.name for p in (tmp_path / "report").iterdir()] == ["mismatch.json"]
    first = record["first"]
    assert (first["layer"], first["channel"], first["sample"]) == (layer, column, wrong[sample])
    assert channel == column and first["kind"] == "dense"
    assert first["expected"] == own[sample, channel]
    assert first["received"] == hardware[sample, channel]
    assert record["samples"] == len(x) and record["differing_samples"] == len(wrong)
    assert record["differing_logits"] == (logits != received).sum()
    message = str(caught.value)
    assert f"'{first['name']}', dense" in message and f"channel {column}," in message
    assert f"sample {wrong[sample]}:" in message and "mismatch.json" in message


def test_what_is_on_disk_is_what_is_simulated(net, tmp_path):
    model = build_hls_model(net, tmp_path / "hls", project_name="net")
    model.write()
    kernel = next((tmp_path / "hls" / "firmware" / "nnet_utils").glob("integer_head_*.h"))
    text = kernel.read_text()
    kernel.write_text(text.replace("res[2] = data[2]", "res[2] = 1 + data[2]"))
    with pytest.raises(ExactnessError, match=r"layer 6 \('head', head\), channel 2, sample 0"):
        compare(net, edge_inputs(net.input), csim=CSimulation(model, write=False))


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb"])
def test_folders_that_cpp_cannot_include_are_refused(net, tmp_path, name):
    model = build_hls_model(net, tmp_path / name / "hls", project_name="net")
    with pytest.raises(ValueError, match="must not hold quotes, backslashes or line breaks"):
        CSimulation(model, write=False)


def test_missing_compiler_says_how_to_install_it(hls_model):
    with pytest.raises(CompilerError, match=r"'no-g\+\+'.*not on the PATH.*apt install g\+\+"):
        CSimulation(hls_model, write=False, compiler="no-g++")
    require_compiler("true")


def test_failing_compiler_shows_its_own_message(net, tmp_path):
    model = build_hls_model(net, tmp_path / "hls", project_name="net")
    model.write()
    top = tmp_path / "hls" / "firmware" / "net.cpp"
    top.write_text(top.read_text().replace("nnet::integer_head", "nnet::no_such_kernel"))
    with pytest.raises(CompilerError, match=r"failed with exit status 1:(.|\n)*no_such_kernel"):
        CSimulation(model, write=False)
