"""Verilog that raw values enter: binarization of pixels, or more levels, is part of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hls_projects.conversion.options import ConversionOptions, RtlOptions
from hls_projects.conversion.rtl.convert import convert_to_rtl
from hls_projects.kinds import Add, Dense, Head, Reshape, Select
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.raw_inputs import raw_values, with_raw_inputs
from hls_projects.proof import prove_rtl, prove_stream
from hls_projects.rtl import RtlSimulation, write_rtl
from tests.hls_projects.branches import branched
from tests.hls_projects.networks import image_network, network


def of_input(net, bits, scale):
    return replace(net, input=InputFormat(bits, False, scale, net.input.shape))


def gray(net):
    """The same network of images that lack the axis of their one channel."""
    shape = net.input.shape
    form = InputFormat(net.input.bits, False, net.input.scale, shape[:-1])
    return replace(net, input=form, layers=(Reshape(shape), *net.layers))


def reshaped(net):
    """The same network of flat samples, which become its images in two steps."""
    rows, columns, channels = net.input.shape
    form = InputFormat(net.input.bits, False, net.input.scale, (rows * columns * channels,))
    steps = Reshape((rows, columns * channels)), Reshape((rows, columns, channels))
    return replace(net, input=form, layers=(*steps, *net.layers))


def channels_of_rows(net):
    """The same network of images of one channel, whose rows are its channels."""
    rows, columns, channels = net.input.shape
    form = InputFormat(net.input.bits, False, net.input.scale, (rows * columns, channels, 1))
    return replace(net, input=form, layers=(Reshape(net.input.shape), *net.layers))


NETWORKS = {
    "binarized": of_input(network((20, 6, 4)), 1, 0.375),
    "two bits, a scale of each": of_input(network((4, 6, 3)), 2, (0.25, 0.1, 0.5, 0.05)),
    "an image": of_input(image_network((4, 5, 2), [(3, (2, 2), (1, 1), "same")]), 2, 0.25),
    "a gray image": gray(
        of_input(image_network((4, 5, 1), [(3, (2, 2), (1, 1), "same")]), 2, 0.375)),
    "rows as channels of an image": channels_of_rows(
        of_input(image_network((4, 5, 2), [(3, (1, 1), (1, 1), "same")]), 2, 0.375)),
    "a twice reshaped image": reshaped(
        of_input(image_network((4, 5, 2), [(3, (1, 1), (1, 1), "same")]), 2, 0.375)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_raw_values_have_the_logits_of_what_they_stand_for(name, tmp_path):
    net = NETWORKS[name]
    raw = with_raw_inputs(net, 8, 1 / 256)
    values = np.random.default_rng(0).integers(0, 256, (300, *net.input.shape), np.int32)
    values[:, 0] = np.arange(300).reshape(-1, *(1,) * (values.ndim - 2)) % 256
    x = values / 256
    expected = net.predict(x)
    assert len(np.unique(expected, axis=0)) > 5
    np.testing.assert_array_equal(raw_values(raw, x), values)
    np.testing.assert_array_equal(raw.predict_integers(values), expected)
    design = write_rtl(raw, tmp_path)
    # Of a stream of pixels they are not told from the LUTs of its other layers.
    assert design.input_bits == 8 and (design.encoder_luts == 0) == name.endswith("image")
    np.testing.assert_array_equal(RtlSimulation(design).predict(values), expected)


def test_each_level_begins_at_its_least_value_and_is_proved(tmp_path):
    raw = with_raw_inputs(NETWORKS["binarized"], 8, 1 / 256)
    assert raw.layers[0].levels.tolist() == [[96]] * 20
    proof = prove_rtl(write_rtl(raw, tmp_path).verilog, raw)
    assert proof.complete, str(proof)


@pytest.mark.parametrize(("name", "before", "channels"), [
    ("a gray image", 1, 1), ("a twice reshaped image", 2, 2),
])
def test_levels_of_an_image_are_those_of_a_pixel_and_proved(name, before, channels, tmp_path):
    raw = with_raw_inputs(NETWORKS[name], 8, 1 / 256)
    assert raw.layers[before].levels[:, :2].tolist() == [[96, 192]] * channels
    proof = prove_stream(write_rtl(raw, tmp_path).verilog, raw)
    assert proof.complete and not proof.differences, str(proof)


def test_networks_with_branches():
    net = branched(signed=False)
    net = of_input(net, 2, 0.25)
    values = np.random.default_rng(0).integers(0, 16, (50, *net.input.shape), np.int32)
    raw = with_raw_inputs(net, 4, 1 / 16)
    np.testing.assert_array_equal(raw.predict_integers(values), net.predict(values / 16))


def test_integers_that_raw_values_already_are_take_nothing():
    net = of_input(network((5, 3)), 8, 1 / 256)
    assert with_raw_inputs(net, 8, 1 / 256) is net


@pytest.mark.parametrize("bits, scale, signed, message", [
    (0, 1.0, False, "`bits` of raw inputs must be 1 to 16. Received: 0"),
    (17, 1.0, False, "`bits` of raw inputs must be 1 to 16. Received: 17"),
    (8, 0.0, False, "`scale` of raw inputs must be > 0. Received: 0.0"),
    (8, 1.0, True, "never negative. Received: integers of -2 to 1"),
])
def test_what_cannot_be(bits, scale, signed, message):
    net = network((5, 3))
    net = replace(net, input=InputFormat(2, signed, 1.0, (5,)))
    with pytest.raises(ValueError, match=message):
        with_raw_inputs(net, bits, scale)


def test_several_inputs_are_named():
    layers = (Select(0, (2,)), Select(2, (2,)), Add((0, 0), (1, 1)),
              Dense(np.ones((2, 1), np.int8)), Head(np.zeros(1, np.int32)))
    net = IntegerNetwork(InputFormat(1, False, 0.5, (4,)), layers, {},
                         ((-1,), (-1,), (0, 1), (2,), (3,)))
    with pytest.raises(ValueError, match="networks of one input. Received: select_1, select_2"):
        with_raw_inputs(net, 8, 1 / 256)


def test_options_that_do_not_go_together():
    with pytest.raises(ValueError, match="`--raw-scale` needs `--raw-bits`. Received: 0.5"):
        RtlOptions(raw_scale=0.5).check()
    with pytest.raises(ValueError, match="leave out it, or `--board`"):
        RtlOptions(raw_bits=8, board=True).check()
    with pytest.raises(ValueError, match="leave out it, or `--wrapper`"):
        ConversionOptions(rtl=RtlOptions(raw_bits=8), wrapper="axis").check()


def test_samples_that_are_no_raw_values_are_named(tmp_path):
    from contextlib import nullcontext

    with pytest.raises(ValueError, match="raw values of 0 to 255, times 0.00390625.*Received: 0.3"):
        convert_to_rtl(NETWORKS["binarized"], np.full((2, 20), 0.3), tmp_path,
                       RtlOptions(raw_bits=8), lambda _: nullcontext())
