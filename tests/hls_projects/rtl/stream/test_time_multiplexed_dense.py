"""Dense layers behind an image that take as many cycles as it has pixels."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from hls_projects.kinds import Dense, Flatten, Head, Levels, MaxPool, Reshape
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlSimulation, check_feasible, write_rtl
from hls_projects.rtl.pipeline.dead_neurons import without_dead_neurons
from hls_projects.rtl.stream.bank_schedule import schedule_banks
from hls_projects.tools.synthesis import synthesize_verilog
from tests.hls_projects.networks import edge_inputs, image_network, network, ternary

# Two time-multiplexed layers; signed inputs, levels of 4 bits and both directions; one neuron.
ZOO = {
    "two": (
        image_network((6, 7, 2), [
            (4, (3, 3), (1, 1), "same"), MaxPool((2, 2), (2, 2)), (3, (2, 3), (1, 1), "same"),
            Flatten(), (11,), (10,),
        ]), {},
    ),
    "signed": (
        image_network((7, 8, 2), [MaxPool((3, 2), (2, 3)), Flatten(), (9,)], signed=True,
                        input_bits=8, bits=4), {"target": "ecp5", "stage_delay": 4.0},
    ),
    "one neuron": (
        image_network((5, 5, 1), [(3, (5, 5), (1, 1), "same"), Flatten(), (1,)],
                        input_bits=1, bits=1), {"target": "generic"},
    ),
    # Two images and more are held before the time-multiplexed layer, which they reach in bursts.
    "bursts": (
        image_network((5, 5, 1), [
            (2, (3, 3), (2, 2), "same"), *[(2, (5, 5), (1, 1), "same")] * 2, Flatten(), (26,),
        ]), {"target": "generic"},
    ),
    # Twelve neurons in twelve cycles, so that images wait for one another.
    "full": (image_network((3, 4, 3), [(5, (2, 2), (1, 1), "same"), Flatten(), (12,)]), {}),
}


@pytest.mark.parametrize("name", ZOO)
def test_logits_latency_and_interval(name, tmp_path):
    net, options = ZOO[name]
    design = write_rtl(net, tmp_path, **options, time_multiplex=True)
    simulation = RtlSimulation(design)
    x = net.input.quantize(edge_inputs(net.input, 50))
    expected = net.predict_integers(x)
    assert len(np.unique(expected, axis=0)) > 1
    np.testing.assert_array_equal(simulation.predict(x), expected)
    assert simulation.interval == design.pixels == int(np.prod(net.input.shape[:2]))
    np.testing.assert_array_equal(simulation.predict(x[:1]), expected[:1])
    assert simulation.latency == design.latency
    random = (np.random.default_rng(3).random(41) < share for share in (0.1, 0.5, 0.95))
    # One pixel of the next image, then nothing for long, then the rest of it and of two more.
    stalled = [True] * (design.pixels + 1) + [False] * 3 * design.pixels
    bursts = stalled + [True] * (3 * design.pixels - 1) + [False] * 2 * design.pixels
    for gaps in (*random, bursts):
        np.testing.assert_array_equal(simulation.predict(x, gaps), expected)


def test_fewer_luts_than_side_by_side(tmp_path):
    steps = [MaxPool((2, 2), (2, 2)), Flatten(), (20,)]
    net = image_network((12, 12, 2), steps)
    multiplexed = write_rtl(net, tmp_path / "multiplexed", time_multiplex=True)
    whole = write_rtl(net, tmp_path / "whole")
    layer = synthesize_verilog(multiplexed.verilog, top="multiplexed_1")
    assert layer.luts < 0.2 * synthesize_verilog(whole.verilog, top="layer_2").luts
    assert multiplexed.rom_bits > 20 * 36
    # The ROM has the register of its output itself.
    assert layer.brams == 1 and layer.ffs < multiplexed.ffs


@pytest.mark.parametrize(("inputs", "neurons", "cycles"), [(30, 9, 40), (50, 20, 20), (4, 3, 99)])
def test_every_weight_is_read_once_by_its_bank(inputs, neurons, cycles):
    weights = ternary(np.random.default_rng(1), inputs, neurons, 0.3)
    schedule = schedule_banks(weights, cycles)
    assert schedule.cycles <= cycles and schedule.last.sum() == neurons
    found = np.zeros_like(weights)
    for bank, reads in zip(schedule.banks, schedule.reads.T, strict=True):
        read = reads >= 0
        assert np.isin(reads[read], bank).all()
        np.add.at(found, (reads[read], schedule.neurons[read]), 1)
    np.testing.assert_array_equal(found, weights != 0)
    assert len(np.concatenate(schedule.banks)) == np.any(weights, axis=1).sum()


def test_as_few_banks_as_the_longest_time_allows():
    weights = ternary(np.random.default_rng(2), 60, 10, 0.5)
    counts = [len(schedule_banks(weights, cycles).banks) for cycles in (400, 100, 40, 10)]
    assert counts[0] == 1 and counts == sorted(counts) and counts[-1] <= 60


def test_dead_neurons_leave_the_logits_as_they_are():
    net = network((12, 20, 16, 12, 3), input_bits=2)
    smaller = without_dead_neurons(net)
    x = net.input.quantize(edge_inputs(net.input))
    np.testing.assert_array_equal(smaller.predict_integers(x), net.predict_integers(x))
    for before, after in zip(net.weight_layers[1:], smaller.weight_layers[1:], strict=True):
        assert len(after.weights) < len(before.weights)
        assert after.weights.any(axis=1).all()
    _, (lowest, highest), *_ = smaller.ranges()
    assert (lowest < highest).all()
    assert without_dead_neurons(smaller).weights == smaller.weights


def test_a_layer_of_dead_neurons_keeps_one():
    net = network((5, 4, 3), density=0.0)
    smaller = without_dead_neurons(net)
    assert smaller.weight_layers[1].weights.shape == (1, 3)
    x = net.input.quantize(edge_inputs(net.input))
    np.testing.assert_array_equal(smaller.predict_integers(x), net.predict_integers(x))


def test_biases_that_would_not_fit_stay():
    # 1 or 2, and always 3: their difference is at most 2, so that the logit fits.
    threshold = Levels(np.array([[-9, 1, 5], [-9, -8, -7]], np.int32), np.ones(2, np.int8))
    layers = (
        Dense(np.array([[1, 1]], np.int8)), threshold, Dense(np.array([[-1], [1]], np.int8)),
        Reshape((1,)), Head(np.array([2**31 - 3], np.int32)),
    )
    net = IntegerNetwork(InputFormat(2, False, 1.0, (1,)), layers)
    assert [type(layer) for layer in without_dead_neurons(net).layers].count(Reshape) == 0
    assert without_dead_neurons(net).layers[-1].bias.tolist() == [2**31 - 3]


def test_what_cannot_be_multiplexed_is_refused(tmp_path):
    pool = MaxPool((2, 2), (2, 2))
    nothing = "`time_multiplex` is for dense layers of more nonzeros than an image has pixels"
    few = image_network((4, 4, 1), [pool, Flatten(), (3,)])
    pixel = image_network((1, 1, 8), [(6, (1, 1), (1, 1), "same"), Flatten(), (1,)])
    for net in (network((8, 4, 3)), image_network((4, 4, 1), [pool]), few, pixel):
        for refuse in (check_feasible, partial(write_rtl, folder=tmp_path)):
            with pytest.raises(ValueError, match=nothing):
                refuse(net, time_multiplex=True)
    wide = image_network((4, 4, 1), [pool, Flatten(), (60,)])
    with pytest.raises(ValueError, match="done in 16, .* Received: .. neurons"):
        write_rtl(wide, tmp_path, time_multiplex=True)
    assert not (tmp_path / "top.v").exists()


def test_a_wrong_word_of_the_program_is_seen(tmp_path):
    net = ZOO["two"][0]
    design = write_rtl(net, tmp_path, time_multiplex=True)
    lines = design.verilog.read_text().splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if "words[5] = " in line)
    lines[place] = lines[place].replace("words[5]", "words[4]")
    wrong = tmp_path / "wrong.v"
    wrong.write_text("".join(lines))
    x = net.input.quantize(edge_inputs(net.input, 50))
    received = RtlSimulation(replace(design, verilog=wrong)).predict(x)
    assert (received != net.predict_integers(x)).any()
