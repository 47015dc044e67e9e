"""C-simulation of convolutional networks, in arrays and in streams."""

from __future__ import annotations

import numpy as np
import pytest
from hls4ml.converters import convert_from_keras_model

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.kinds import MaxPool, Reshape, Role, Thermometer
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.csim import CSimulation
from hls_projects.verification.exactness import compare
from qkeras_models.networks.builders import feed_forward
from tests.hls_projects.keras_models import randomize
from tests.hls_projects.networks import edge_inputs, image_network, network

NET = image_network(
    (6, 7, 2),
    [(4, (3, 2), (1, 1), "same"), MaxPool((2, 3), (1, 2)), (5,), (3, (2, 2), (2, 1), "valid")],
    signed=True,
)
LINES = image_network((6, 5), [Reshape((6, 5, 1)), (4, (3, 3), (1, 1), "same")], bits=1)

# One window alone, which sees a part of the image, one that sees all of it, and many as large.
ONE_WINDOW = image_network((4, 3, 2), [MaxPool((2, 2), (3, 2))], bits=2)
WHOLE = image_network((2, 3, 2), [(4, (2, 3), (2, 3), "same")], bits=2)
AS_LARGE = image_network((2, 3, 2), [(4, (2, 3), (1, 1), "same")], bits=2)
CODES = Thermometer(np.array([-1, 1, 0], np.int32), np.array([0, 0, 1], np.int32))
CODED = image_network((4, 3, 2), [CODES, (3, (2, 2), (1, 1), "valid")], signed=True)

CASES = {
    "streams": (NET, {}),
    "arrays": (NET, {"io_type": "io_parallel", "backend": "Vivado"}),
    "one_window": (ONE_WINDOW, {"io_type": "io_parallel"}),
    "whole_image": (WHOLE, {"io_type": "io_parallel"}),
    "windows_as_large": (AS_LARGE, {"io_type": "io_parallel"}),
    "shared_adders": (NET, {"strategy": "distributed_arithmetic"}),
    "coded_streams": (CODED, {}),
    "coded_arrays": (CODED, {"io_type": "io_parallel", "quantized_inputs": False}),
    "images_without_channels": (LINES, {"quantized_inputs": False}),
    "dense_streams": (network((20, 9, 4), shape=(4, 5)), {"io_type": "io_stream"}),
}


@pytest.mark.parametrize("name", CASES)
def test_every_logit_and_layer_is_exact(name, tmp_path):
    net, options = CASES[name]
    hls_model = build_hls_model(net, tmp_path / "hls", project_name="net", **options)
    simulation = CSimulation(hls_model)
    x = edge_inputs(net.input)
    assert compare(net, x, csim=simulation)["mismatches"] == 0
    if name == "streams":
        traced = simulation.trace(net.input.quantize(x))
        own = zip(net.layers, net.trace(net.input.quantize(x)), strict=True)
        computed = (values for layer, values in own if layer.role is not Role.SHAPE)
        for received, expected in zip(traced, computed, strict=True):
            np.testing.assert_array_equal(received, expected)


def test_hls4mls_own_converter_is_exact_in_streams(tmp_path):
    model = randomize(feed_forward((8, 8, 1), ("3c3", "p2", 5), 3, input_bits=3, input_scale=0.25))
    hls_model = convert_from_keras_model(
        model, output_dir=str(tmp_path / "hls"), backend="Vitis", io_type="io_stream",
        project_name="net",
    )
    net = IntegerNetwork.from_keras(model)
    x = edge_inputs(net.input)
    assert compare(net, x, model=model, csim=CSimulation(hls_model))["mismatches"] == 0


def test_kernels_are_adders_of_the_nonzero_weights_alone(tmp_path):
    hls_model = build_hls_model(NET, tmp_path / "hls", project_name="net")
    (first, *_) = (n for n in hls_model.get_layers() if n.class_name == "SparseTernaryConv2D")
    code = first.firmware_file()
    terms = code.count("data[")  # also once a signature
    signatures = code.count("data_T data[")
    assert terms - signatures == NET.layers[0].nonzeros
