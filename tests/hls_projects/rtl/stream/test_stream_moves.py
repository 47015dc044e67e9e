"""Streams whose pixels go in another order: zeros around images, crops, repeats, swapped axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hls_projects.kinds import (
    Concatenate,
    Conv2D,
    Crop,
    Dense,
    Flatten,
    Head,
    MaxPool,
    Pad,
    Permute,
    Reshape,
    UpSample,
)
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import prove_stream
from hls_projects.rtl import RtlSimulation, SimulationError, write_rtl
from hls_projects.rtl.stream.pixel_order import PixelOrder
from hls_projects.rtl.stream.stream_plan import plan_stream
from tests.hls_projects.networks import ternary
from tests.hls_projects.rtl.stream.pieces import conv, levels
from tests.hls_projects.zoo import random_inputs

RNG = np.random.default_rng(5)


@pytest.fixture(autouse=True)
def never_at_once(monkeypatch):
    """Small networks are streams too."""
    monkeypatch.setattr("hls_projects.rtl.stream.stream_plan.MOST_UNROLLED", 0)


def valid(size, inputs, outputs, strides=(1, 1)):
    return replace(conv(RNG, size, inputs, outputs, strides), padding="valid")


def first(size=2, strides=(1, 1), channels=3):
    """A convolution of two channels and its levels."""
    return valid(size, 2, channels, strides), levels(RNG, channels, 2, 4)


def last(inputs, size=3, outputs=2):
    return conv(RNG, size, inputs, outputs), levels(RNG, outputs, 2, 4), Flatten()


def last_levels(channels):
    return levels(RNG, channels, 2, 3), Flatten()


def closed(layers, shape=(6, 6, 2), bits=2, signed=False, sources=None):
    """Layers of which the last one flattens, a dense layer and a head."""
    found = {-1: shape}
    taken = sources or tuple((i - 1,) for i in range(len(layers)))
    for i, layer in enumerate(layers):
        found[i] = layer.output_shape(*(found[source] for source in taken[i]))
    count = len(layers)
    ends = Dense(ternary(RNG, *found[count - 1], 4, 0.4)), Head(np.zeros(4, np.int32))
    form = InputFormat(bits, signed, 1.0, shape)
    return IntegerNetwork(form, (*layers, *ends), sources=(*taken, (count - 1,), (count,)))


NETWORKS = {
    # Which the line buffer after it makes.
    "zeros": closed((Pad(((1, 1), (1, 1))), *first(3), Flatten())),
    "zeros, strides": closed((Pad(((0, 1), (1, 0))), *first(2, (2, 2)), Flatten()), (6, 7, 2)),
    "zeros, max pool": closed(
        (Pad(((1, 1), (1, 1))), MaxPool((3, 3), (2, 2)), *last(2)), bits=3, signed=True),
    "max pool's own": closed((MaxPool((3, 3), (2, 2), "same"), *last(2)), bits=3, signed=True),
    # More of them than its windows can see at once.
    "many zeros": closed((*first(2, (2, 2)), Pad(((1, 2), (0, 2))), valid(2, 3, 2), *last(2))),
    "crop": closed((Crop(((1, 2), (0, 1))), *first(2), Flatten())),
    "late crop": closed((*first(1), Crop(((1, 2), (2, 0))), Flatten())),
    "repeats": closed((*first(2, (2, 2)), UpSample((2, 2)), *last(3))),
    "axes": closed((*first(), Permute((1, 0, 2)), *last(3)), (6, 7, 2)),
    "rows": closed((*first(), Reshape((3, 10, 3)), *last(3)), (6, 7, 2)),
    "twice": closed((*first(2, (2, 2)), UpSample((2, 1)), Permute((1, 0, 2)), *last(3))),
    "series": closed(
        (Pad(((2, 0),)), Reshape((10, 1, 2)), Conv2D(ternary(RNG, 6, 3, 0.7).reshape(3, 1, 2, 3)),
         levels(RNG, 3, 2, 3), Flatten()), (8, 2)),
    "around": closed(
        (conv(RNG, 3, 2, 3), levels(RNG, 3, 2, 4), MaxPool((2, 2), (2, 2)), conv(RNG, 3, 3, 3),
         levels(RNG, 3, 2, 4), UpSample((2, 2)), Concatenate((0, 0)), *last(6)),
        sources=((-1,), (0,), (1,), (2,), (3,), (4,), (5, 1), (6,), (7,), (8,))),
    # Levels of pixels that moved: of sums, of levels, and of what enters.
    "crop, levels": closed((valid(2, 2, 3), Crop(((1, 0), (0, 1))), *last_levels(3))),
    "axes, levels": closed((valid(2, 2, 3), Permute((1, 0, 2)), *last_levels(3)), (6, 7, 2)),
    "repeats, levels": closed((valid(2, 2, 3, (2, 2)), UpSample((2, 2)), *last_levels(3))),
    "crop of pixels, levels": closed(
        (Crop(((1, 0), (0, 1))), levels(RNG, 2, 2, 2), *last(2)), bits=3, signed=True),
}

# Pauses within images, and after them: then buffers push on by themselves.
PATTERNS = [np.random.default_rng(i).random(41) < share for i, share in enumerate((0.3, 0.9))]


def orders(network):
    return [step.buffer for step in plan_stream(network).steps if step.moves]


@pytest.mark.parametrize("name", NETWORKS)
def test_exact_and_proved_whatever_the_gaps(name, tmp_path):
    network = NETWORKS[name]
    design = write_rtl(network, tmp_path)
    simulation, x = RtlSimulation(design), random_inputs(network, 60)
    expected = network.predict_integers(x)
    assert len(np.unique(expected, axis=0)) > 12
    np.testing.assert_array_equal(simulation.predict(x), expected)
    assert simulation.interval == design.pixels
    pauses = [np.arange(design.pixels + pause) < design.pixels for pause in (5, 14, 40)]
    for pattern in PATTERNS + pauses:
        np.testing.assert_array_equal(simulation.predict(x, pattern), expected)
    simulation.predict(x[:1])
    assert simulation.latency == design.latency
    proof = prove_stream(design.verilog, network)
    assert proof.complete, str(proof)


def test_zeros_that_windows_see_take_no_module():
    assert not orders(NETWORKS["zeros"]) and not orders(NETWORKS["zeros, max pool"])
    assert [order.order.count(-1) for order in orders(NETWORKS["many zeros"])] == [21]


def test_what_is_held_until_it_leaves():
    for name in ("crop", "late crop"):
        assert [order.capacity for order in orders(NETWORKS[name])] == [1]
    (repeats,) = orders(NETWORKS["repeats"])
    # At least the rest of a row that leaves twice; less than the nine pixels of an image.
    assert 2 < repeats.capacity < 9
    (axes,) = orders(NETWORKS["axes"])
    assert axes.pixels == 30 and axes.registers == axes.bits + 6 == 6 * (axes.capacity + 1)


@pytest.mark.parametrize("name, enough", [("repeats", 2), ("axes", 20)])
def test_far_fewer_places_would_be_too_few(name, enough, tmp_path, monkeypatch):
    network = NETWORKS[name]
    (order,) = orders(network)
    assert order.capacity > enough
    fewer = replace(order, capacity=enough)
    monkeypatch.setattr("hls_projects.rtl.stream.pixel_counts._roomy", lambda *_: fewer)
    simulation, x = RtlSimulation(write_rtl(network, tmp_path)), random_inputs(network, 200)
    with pytest.raises((SimulationError, AssertionError)):
        for pattern in [(True,), *PATTERNS]:
            np.testing.assert_array_equal(
                simulation.predict(x, pattern), network.predict_integers(x))


def test_pixels_leave_two_cycles_after_the_last_one_that_they_need():
    order = PixelOrder("order_1", 2, 3, (-1, 2, 0, -1))
    assert order.needs.tolist() == [0, 2, 2, 2] and order.oldest.tolist() == [0, 0, 0, 3, 3]
    assert order.leaving(np.array([5, 6, 7])).tolist() == [7, 9, 10, 11]
    assert order.enabled(np.arange(7)).tolist() == [0, 1, 1, 4, 5, 5, 8]
    assert order.first_needed(np.arange(5)).tolist() == [0, 0, 0, 3, 3]
