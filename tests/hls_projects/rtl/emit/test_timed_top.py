"""The top between registers gives the class of the logits."""

from dataclasses import replace

import numpy as np
import pytest

from hls_projects.kinds import Flatten
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.rtl.emit.timed_top import class_bits, rounds, write_timed_top
from tests.hls_projects.networks import image_network, network
from tests.hls_projects.zoo import random_inputs


def images(seed):
    steps = [(2, (3, 3), (1, 1), "valid"), Flatten(), (3,)]
    return image_network((4, 4, 1), steps, seed=seed)


NETWORKS = {
    "seven classes": (lambda seed: network((20, 8, 7), bits=2, seed=seed), {}),
    "two in one cycle": (lambda seed: network((20, 8, 2), bits=2, seed=seed), {"clock_period": 50}),
    "one logit": (lambda seed: network((20, 8, 1), bits=2, seed=seed), {}),
    "images": (images, {}),
}


def classes(net, x):
    logits = net.predict_integers(x)
    return logits.argmax(axis=1) if net.classes > 1 else (logits[:, 0] > 0).astype(int)


def of_several_classes(make):
    """The first of some networks that does not give all inputs one class."""
    return next(net for net in map(make, range(100))
                if np.bincount(classes(net, random_inputs(net, 100))).max() < 90)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_class_is_that_of_the_logits(tmp_path, name):
    make, options = NETWORKS[name]
    net = of_several_classes(make)
    design = write_rtl(net, tmp_path, **options)
    timed = write_timed_top(design, 2.5)
    inner = design.verilog.read_text().replace("module top(", "module network(")
    outer = timed.read_text().replace("top network(", "network network(")
    whole = tmp_path / "whole.v"
    whole.write_text(inner + outer.replace("module timed_top(", "module top(")
                     .replace("] class\n", "] y\n").replace("wire [", "wire [", 1)
                     .replace(" y;", " logits;").replace(".y(y)", ".y(logits)")
                     .replace("y[", "logits[").replace("|y", "|logits")
                     .replace("assign class", "assign y"))
    bits, latency = class_bits(design), design.latency + 1 + rounds(net.classes)
    simulated = replace(design, verilog=whole, classes=1, logit_bits=bits, latency=latency)
    x = random_inputs(net, 100)
    found = RtlSimulation(simulated).predict(x)[:, 0] % (1 << bits)
    np.testing.assert_array_equal(found, classes(net, x))


def test_constraints_are_those_of_the_clock(tmp_path):
    timed = write_timed_top(write_rtl(network((4, 3)), tmp_path), 2.5)
    for suffix in (".xdc", ".sdc"):
        text = timed.with_suffix(suffix).read_text()
        assert text == "create_clock -name clk -period 2.5 [get_ports clk]\n"
