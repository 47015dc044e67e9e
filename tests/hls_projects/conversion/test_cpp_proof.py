"""A conversion says what was found of its C++, and fails where that is another network's."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest

import hls_projects.proof.cpp
from hls_projects.conversion.cpp_proof import prove_project
from hls_projects.conversion.options import ConversionOptions
from hls_projects.hls4ml_front_end.build import build_hls_model
from hls_projects.kinds import Dense, Head, Levels
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.csim import CSimulation
from tests.hls_projects.networks import network

NETWORK, OTHER = network((8, 6, 4), seed=3), network((8, 6, 4), seed=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hls")
    build_hls_model(NETWORK, folder).write()
    return folder


def proved(folder, net=NETWORK, simulation=None, **options):
    chosen = ConversionOptions(csim=False, **options)
    found = prove_project(net, folder, chosen, lambda description: nullcontext(), simulation)
    assert simulation is not None or found.counterexample is None
    return found.lines, found.failures


def test_what_is_proved_is_said_and_fails_nothing(folder):
    (line,), failures = proved(folder)
    assert line.startswith("C++: proved for every input: ") and failures == []
    assert proved(folder, prove=False) == ([], [])


def test_another_network_fails_the_conversion(folder):
    lines, failures = proved(folder, OTHER)
    assert lines == failures and lines[0].startswith("C++: not the network: ")


def test_a_checker_that_fails_proves_nothing(folder, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("out of luck")

    monkeypatch.setattr(hls_projects.proof.cpp, "prove_cpp", fails)
    lines, failures = proved(folder)
    assert lines == ["C++: not proved, since the checker failed"]
    assert failures == ["proving the C++ project: RuntimeError: out of luck"]


def test_a_large_network_is_only_proved_if_asked_for(folder, monkeypatch):
    monkeypatch.setattr("hls_projects.conversion.cpp_proof.READ_NONZEROS", 3)
    assert proved(folder) == (["C++: not proved, which takes long; see --prove"], [])
    assert proved(folder, prove=True)[0][0].startswith("C++: proved for every input: ")


@pytest.mark.parametrize("argmax", [False, True])
def test_an_input_that_c_simulation_shows_to_differ_is_made_small(tmp_path, argmax):
    each = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.int8)
    active = Levels(np.array([[1], [1]], np.int32), np.array([1, 1], np.int8))
    layers = Dense(each), active, Dense(np.eye(2, dtype=np.int8)), Head(np.zeros(2, np.int32))
    net = IntegerNetwork(InputFormat(1, False, 1.0, (4,)), layers)
    model = build_hls_model(net, tmp_path, argmax=argmax)
    model.write()
    kernel = tmp_path / "firmware" / "nnet_utils" / "sparse_ternary_dense_4.h"
    text = kernel.read_text()
    kernel.write_text(text.replace("res[0] = data[0];", "res[0] = data[0] + data[1];"))
    assert kernel.read_text() != text
    simulation = CSimulation(model, write=False)
    chosen = ConversionOptions(csim=False)
    found = prove_project(net, tmp_path, chosen, lambda _: nullcontext(), simulation)
    (line,) = found.failures
    assert "; an input of the network with 1 nonzero of 4, none of which can be 0; " in line
    assert line.endswith(f"simulation confirms it: logit 0 is {1 - argmax} instead of {+argmax}")
    assert line == f"C++: not the network: {found.counterexample}"
    # One of the two inputs of the second neuron.
    assert found.counterexample.inputs[0].nonzero()[0][0] in (2, 3)


def test_that_no_random_input_shows_it_is_said(folder):
    whole = SimpleNamespace(integer_inputs=True, argmax=False, predict=OTHER.predict_integers)
    (line,), _ = proved(folder, OTHER, whole)
    assert line.endswith("; C-simulation of 2,048 random inputs does not show it")
