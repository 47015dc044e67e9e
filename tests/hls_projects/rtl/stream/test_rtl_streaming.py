"""Verilog of convolutional networks, simulated: exact, and as fast as it says."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from hls_projects.kinds import (
    Conv2D,
    Dense,
    Flatten,
    Head,
    MaxPool,
    Permute,
    Reshape,
    UpSample,
)
from hls_projects.kinds.windows import Windows
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlSimulation, check_feasible, write_rtl
from hls_projects.rtl.estimate import estimate, layer_facts
from hls_projects.rtl.stream.line_buffer import LineBuffer
from hls_projects.tools.synthesis import synthesize_design, synthesize_layers
from tests.hls_projects.networks import edge_inputs, image_network
from tests.hls_projects.rtl.stream.pieces import window_luts

# Strides, both paddings, pools that overlap and that leave rows over, dense layers of pixels,
# numbers of every width.
ZOO = {
    "vgg": (
        image_network((6, 7, 2), [
            (4, (3, 3), (1, 1), "same"), (3, (3, 3), (1, 1), "same"), MaxPool((2, 2), (2, 2)),
            (3, (2, 3), (1, 1), "same"),
        ]), {},
    ),
    "strides": (
        image_network((7, 6, 2), [(3, (3, 4), (2, 3), "same"), (3, (2, 2), (1, 1), "valid")],
                        signed=True, input_bits=3), {"target": "generic"},
    ),
    "pools": (
        image_network((7, 8, 2), [MaxPool((3, 2), (2, 3)), (3,), (2, (1, 1), (1, 1), "same"),
                                    MaxPool((2, 1), (1, 1))], signed=True, input_bits=8, bits=4),
        {"target": "ecp5", "stage_delay": 4.0},
    ),
    "lines": (
        image_network((5, 5), [Reshape((5, 5, 1)), (3, (5, 5), (1, 1), "same")],
                        input_bits=1, bits=1), {},
    ),
    # Of more columns than a table counts, with zeros around the image and without.
    "wide": (
        image_network((3, 70, 1), [(2, (2, 3), (1, 1), "same"), (3, (2, 3), (1, 2), "valid")]), {},
    ),
}


@pytest.mark.parametrize("name", ZOO)
def test_logits_latency_and_interval(name, tmp_path):
    net, options = ZOO[name]
    design = write_rtl(net, tmp_path, **options)
    simulation = RtlSimulation(design)
    x = net.input.quantize(edge_inputs(net.input, 50))
    expected = net.predict_integers(x)
    assert len(np.unique(expected, axis=0)) > 20
    np.testing.assert_array_equal(simulation.predict(x), expected)
    pixels = int(np.prod(net.input.shape[:2]))
    assert simulation.latency == design.latency
    assert simulation.interval == design.pixels == pixels
    gaps = np.random.default_rng(3).random(41) < 0.5
    np.testing.assert_array_equal(simulation.predict(x, gaps), expected)


# In the second one the buffers hold several images.
@pytest.mark.parametrize(("shape", "layers"), [
    ((7, 6, 2), [(1, (1, 2), (1, 2), "same"), (3, (2, 3), (3, 2), "same")]),
    ((3, 3, 1), [(2, (3, 3), (2, 2), "same"), *[(2, (5, 5), (1, 1), "same")] * 3]),
])
def test_pixels_of_the_next_image_make_the_last_one_later(shape, layers, tmp_path):
    net = image_network(shape, layers)
    design = write_rtl(net, tmp_path)
    simulation = RtlSimulation(design)
    for samples in (300, 50):
        x = net.input.quantize(edge_inputs(net.input, samples))
        np.testing.assert_array_equal(simulation.predict(x), net.predict_integers(x))
        assert simulation.latency > design.latency
    assert simulation.interval == design.pixels
    simulation.predict(x[:1])
    assert simulation.latency == design.latency


def test_buffers_are_counted(tmp_path):
    design = write_rtl(ZOO["vgg"][0], tmp_path)
    lines = (2 * 7 + 3) * 4, (2 * 7 + 3) * 8, (7 + 2) * 6, (3 + 3) * 6
    assert design.buffer_bits == sum(lines) + 3 * 3 * 6
    design = write_rtl(ZOO["lines"][0], tmp_path)
    cells = synthesize_layers(design.verilog, cache=tmp_path)
    # Counters, and the window's own register where zeros surround the image, come on top.
    assert cells["window_1"].ffs >= 4 * 5 + 5 and cells["collect"].ffs >= 5 * 5 * 3
    window = cells["window_1"]
    assert abs(window_luts(ZOO["lines"][0]) - window.luts) <= 0.25 * window.luts
    total = synthesize_design(design.verilog, design.pixels, cache=tmp_path)
    assert total.ffs == sum(module.ffs for module in cells.values())


def test_a_window_that_looks_beyond_the_image_sees_zeros_there():
    buffer = LineBuffer("w", 4, 5, 2, Windows((3, 3), (1, 1)), ((1, 1), (1, 1)))
    assert (buffer.delay, buffer.pixels, buffer.bits) == (6, 13, 26)
    assert buffer.centres().tolist() == list(range(20))
    times = buffer.leaving(np.arange(20))
    assert times[0] == 6 + 2 and times[-1] == 19 + 6 + 2


def test_orders_without_hardware_are_named(tmp_path):
    """Of large networks; small ones are built all at once."""
    form, weights = InputFormat(2, False, 1.0, (32, 32, 1)), np.ones((3, 3, 1, 1), np.int8)
    last = Flatten(), Dense(np.ones((4096, 1), np.int8)), Head(np.zeros(1, np.int32))
    grown = IntegerNetwork(form, (
        Conv2D(weights, padding="same"), UpSample((2, 2)), *last))
    turned = IntegerNetwork(replace(form, shape=(32, 32, 4)), (
        Permute((0, 2, 1)), Conv2D(np.ones((3, 3, 32, 1), np.int8), padding="same"), Flatten(),
        Dense(np.ones((128, 1), np.int8)), Head(np.zeros(1, np.int32))))
    late = IntegerNetwork(form, (
        MaxPool((1, 1), (1, 1)), Flatten(), Reshape((32, 32, 1)),
        Conv2D(weights, padding="same"), Flatten(),
        Dense(np.ones((1024, 1), np.int8)), Head(np.zeros(1, np.int32))))
    for refuse in (check_feasible, partial(write_rtl, folder=tmp_path)):
        with pytest.raises(ValueError, match="RTL of convolutional .*Received: upsample to 4,096 "
                           "pixels, where 1,024 of an image enter"):
            refuse(grown)
        with pytest.raises(ValueError, match="Received: permute of channels"):
            refuse(turned)
        with pytest.raises(ValueError, match="RTL of convolutional .*Received: reshape after flat"):
            refuse(late)
    assert not list(tmp_path.iterdir())


def test_sums_that_no_levels_follow_go_on(tmp_path):
    net, _ = ZOO["vgg"]
    conv, _, *rest = net.layers
    bare = IntegerNetwork(net.input, (replace(conv), *rest))
    x = bare.input.quantize(edge_inputs(bare.input, 50))
    simulation = RtlSimulation(write_rtl(bare, tmp_path))
    np.testing.assert_array_equal(simulation.predict(x), bare.predict_integers(x))


@pytest.mark.parametrize("name", ["vgg", "lines"])
def test_estimates_follow_the_netlist(name, tmp_path):
    net, _ = ZOO[name]
    design = write_rtl(net, tmp_path)
    found = estimate(net)
    # The netlist is of stages alone; windows stand in modules of their own.
    assert abs(found.luts - window_luts(net) - design.luts) <= 0.1 * design.luts
    # Constant and equal activations take no register.
    assert design.ffs <= found.ffs <= 1.05 * design.ffs
    convolutions = [layer for layer in net.layers if isinstance(layer, Conv2D)]
    facts = layer_facts(net)[: len(convolutions)]
    assert [f.nonzeros for f in facts] == [layer.nonzeros for layer in convolutions]
