"""A conversion says what was found of its C++, and fails where that is another network's."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

import hls_projects.proof.cpp
from hls_projects.conversion.cpp_proof import prove_project
from hls_projects.conversion.options import ConversionOptions
from hls_projects.hls4ml_front_end.build import build_hls_model
from tests.hls_projects.networks import network

NETWORK = network((8, 6, 4), seed=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hls")
    build_hls_model(NETWORK, folder).write()
    return folder


def proved(folder, net=NETWORK, **options):
    chosen = ConversionOptions(csim=False, **options)
    return prove_project(net, folder, chosen, lambda description: nullcontext())


def test_what_is_proved_is_said_and_fails_nothing(folder):
    (line,), failures = proved(folder)
    assert line.startswith("C++: proved for every input: ") and failures == []
    assert proved(folder, prove=False) == ([], [])


def test_another_network_fails_the_conversion(folder):
    lines, failures = proved(folder, network((8, 6, 4), seed=4))
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
