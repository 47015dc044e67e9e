"""A network of sixteen input bits, wrapped for a simulated board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from hls_projects.board.build import hello_of
from hls_projects.board.protocol import Hello
from hls_projects.board.simulation.wire_simulation import WireSimulation
from hls_projects.board.wrapper import Wrapper, memory_files
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlDesign, write_rtl

DIVISOR = 8
TIMEOUT, QUIET = 100, 20
# Bit times after which such a board says nothing more.
SILENT = 400


def hello(network: IntegerNetwork, design: RtlDesign) -> Hello:
    """What a simulated board says, at a line of 1 Mbit/s and 8 MHz."""
    return hello_of(network, design, board="simulated", baud=1_000_000, name="tiny",
                    kilohertz=8000)


def simulation(
    network: IntegerNetwork,
    folder: Path,
    tested: np.ndarray | None = None,
    results: np.ndarray | None = None,
) -> tuple[WireSimulation, Hello]:
    """Boards of a network's written Verilog, and what they say of themselves.

    Args:
        network: what they compute.
        folder: for the Verilog.
        tested, results: integer samples and logits of a self-test.
    """
    design = write_rtl(network, folder, target="ecp5")
    said = hello(network, design)
    memories = {}
    if tested is not None:
        said = replace(said, images=len(tested))
        memories = memory_files(said, tested, results)
    wrapper = Wrapper(said, DIVISOR, timeout=TIMEOUT, quiet=QUIET)
    return WireSimulation.of_verilog(design.verilog, wrapper.bare(), memories), said
