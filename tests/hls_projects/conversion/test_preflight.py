"""A conversion that would not fit is known before it starts."""

from __future__ import annotations

from hls_projects.conversion.preflight import available_memory, memory_warning, needs
from tests.hls_projects.networks import network


def test_a_network_that_fits_is_converted_without_a_word():
    assert memory_warning(network((20, 16, 4))) is None
    assert available_memory() > 1 << 26


def test_the_layer_that_takes_most_is_named():
    net = network((40, 300, 200, 4), density=0.5)
    warning = memory_warning(net, available=100 << 20)
    assert "of which 100 MiB are free; layer dense_2 takes most" in warning
    (largest,) = (need.bytes for need in needs(net) if need.layer == "dense_2")
    assert f"about {largest >> 20:,} MiB" in warning


def test_without_compilation_little_is_needed():
    net = network((40, 300, 200, 4), density=0.5)
    assert memory_warning(net, csim=False, available=100 << 20) is None
