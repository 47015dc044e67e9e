"""Networks that people know convert exactly, at their own size."""

import numpy as np

from hls_projects.families import XILINX
from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.parts import joined
from hls_projects.proof import prove_stream
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.rtl.estimate import estimate
from hls_projects.rtl.pipeline.stages import build_pipeline
from hls_projects.verification.csim import CSimulation
from hls_projects.verification.exactness import compare
from qkeras_models.input_formats.fixed_point import FixedPoint
from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from tests.hls_projects.known_networks import (
    keyword_spotting,
    resnet8,
    time_series,
    two_inputs,
    unet,
)
from tests.hls_projects.qkeras_models import jet_tagger, raw
from tests.hls_projects.rtl.evaluation import evaluate
from tests.hls_projects.rtl.stream.pieces import window_luts


def test_resnet8_of_mlperf_tiny(tmp_path):
    model = resnet8()
    assert overall_sparsity(sparse_ternary_layers(model)) >= 0.9
    network = IntegerNetwork.from_keras(model)
    # Writing its Verilog takes minutes; docs/networks.md has its 15,036 LUTs, without windows.
    assert abs(estimate(network).luts - window_luts(network) - 15_036) <= 0.05 * 15_036
    x = np.random.default_rng(0).random((40, 32, 32, 3)).astype(np.float32)
    simulation = CSimulation(build_hls_model(model, tmp_path))
    assert compare(network, x, model=model, csim=simulation)["mismatches"] == 0
    assert len(np.unique(network.predict(x), axis=0)) == len(x)


def test_the_keyword_spotting_network_of_mlperf_tiny(tmp_path):
    model = keyword_spotting()
    assert overall_sparsity(sparse_ternary_layers(model)) >= 0.9
    network = IntegerNetwork.from_keras(model)
    # Loud and quiet ones, of high and of low tones.
    rng = np.random.default_rng(0)
    x = rng.normal(0, 4, (30, 49, 10, 1)) * rng.uniform(0.01, 2, (30, 1, 10, 1))
    simulation = CSimulation(build_hls_model(model, tmp_path))
    assert compare(network, x, model=model, csim=simulation)["mismatches"] == 0
    assert len(np.unique(network.predict(x), axis=0)) > len(x) // 2


def test_a_convolutional_network_of_time_series(tmp_path):
    model = time_series()
    network = IntegerNetwork.from_keras(model)
    x = np.random.default_rng(0).normal(0, 1, (60, 64, 3)).astype(np.float32)
    simulation = CSimulation(build_hls_model(model, tmp_path / "hls"))
    assert compare(network, x, model=model, csim=simulation)["mismatches"] == 0
    expected = network.predict(x)
    assert len(np.unique(expected, axis=0)) == len(x)
    simulated = RtlSimulation(write_rtl(network, tmp_path / "rtl"))
    received = simulated.predict(network.input.quantize(x))
    np.testing.assert_array_equal(received, expected)


def test_a_small_u_net(tmp_path):
    """Zeros around, repeats, a crop, and a way past them, in streams of every execution."""
    model = unet(8, 4, 0.5)
    network = IntegerNetwork.from_keras(model)
    x = np.random.default_rng(0).random((60, 8, 8, 1)).astype(np.float32)
    simulation = CSimulation(build_hls_model(model, tmp_path / "hls", io_type="io_stream"))
    assert compare(network, x, model=model, csim=simulation)["mismatches"] == 0
    expected = network.predict(x)
    assert len(np.unique(expected, axis=0)) > len(x) // 2
    design = write_rtl(network, tmp_path / "rtl")
    received = RtlSimulation(design).predict(network.input.quantize(x))
    np.testing.assert_array_equal(received, expected)
    proof = prove_stream(design.verilog, network)
    assert design.pixels == 64 and proof.complete, str(proof)


def test_a_network_of_two_inputs_and_two_outputs(tmp_path):
    model = two_inputs()
    network = IntegerNetwork.from_keras(model)
    rng = np.random.default_rng(0)
    x = [rng.normal(0, 1, (60, 8, 8, 1)), rng.normal(0, 2, (60, 5))]
    simulation = CSimulation(build_hls_model(model, tmp_path / "hls"))
    assert compare(network, x, model=model, csim=simulation)["mismatches"] == 0
    expected = network.predict(x)
    assert len(np.unique(expected, axis=0)) > 50
    rows = network.input.quantize(joined(network, x))
    received = RtlSimulation(write_rtl(network, tmp_path / "rtl")).predict(rows)
    np.testing.assert_array_equal(received, expected)


def test_a_small_residual_network_in_verilog(tmp_path):
    """ResNet-8 of 8×8 images and few filters; the one of its own size takes minutes."""
    network = IntegerNetwork.from_keras(resnet8(8, (4, 6, 8)))
    x = network.input.quantize(np.random.default_rng(0).random((30, 8, 8, 3)))
    received = RtlSimulation(write_rtl(network, tmp_path)).predict(x)
    np.testing.assert_array_equal(received, network.predict_integers(x))


def test_the_logic_of_the_jet_tagger():
    """Of its own size, in NumPy: its Verilog takes minutes to compile."""
    model = jet_tagger()
    network = IntegerNetwork.from_keras(model, FixedPoint(6, signed=True, scale=0.125))
    pipeline = build_pipeline(network, XILINX)
    assert sum(XILINX.luts.count(stage.netlist) for stage in pipeline.stages) == 30_470
    x = network.input.quantize(raw(model, 500))
    x[:1], x[1:2] = network.input.lowest, network.input.highest
    expected = network.predict_integers(x)
    assert len(np.unique(expected, axis=0)) == len(x)
    np.testing.assert_array_equal(evaluate(pipeline, x, network.input.bits), expected)
