"""Proof of a pipeline that takes all of a sample at once: from the input's bits to the logits'."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.blocks import Block, make_blocks
from hls_projects.proof.circuit import Circuit, CircuitError
from hls_projects.proof.counterexample.found import Counterexample
from hls_projects.proof.counterexample.search import smallest_first
from hls_projects.proof.counterexample.watched import Watched
from hls_projects.proof.graph.steps import Pool, graph_steps
from hls_projects.proof.netlist.own_bits import with_own_bits
from hls_projects.proof.reading import read_circuit, read_routed_circuit
from hls_projects.proof.result import Proof
from hls_projects.proof.section import Section, Values

# Kinds of layers that are blocks one after another, where nothing branches.
DENSE = frozenset({"dense", "threshold", "flatten", "reshape", "head", "thermometer"})


def prove_rtl(
    verilog: Path, network: IntegerNetwork, family: str = "xilinx", *, seconds: float = 1800.0
) -> Proof:
    """Reads Verilog of a network, written or synthesized, and compares it with the network.

    Args:
        verilog: the source file; its top module is `top`.
        network: whose layers are written out all at once, not as a stream of pixels.
        family: of its primitives: xilinx, ecp5, gatemate or generic.
        seconds: time limit of Yosys, which reads it.

    Raises:
        ValueError: for another family.
        YosysError: if Yosys cannot read it or reaches the limit.

    Example:
        >>> prove_rtl(write_rtl(network, folder).verilog, network).complete
        True
    """
    return _proved(lambda: read_circuit(verilog, family, seconds=seconds), network)


def prove_routed(board: Path, network: IntegerNetwork, *, seconds: float = 1800.0) -> Proof:
    """Compares the network within a routed board, from the sample's registers to the logits'.

    Args:
        board: folder of the bitstream, with synthesized.json, routed.json and network.v.
        network: whose layers stand there all at once, not as a stream of pixels.
        seconds: time limit of Yosys.

    Raises:
        YosysError: if Yosys cannot read it or reaches the limit.
    """
    return _proved(lambda: read_routed_circuit(board, seconds=seconds), network)


def _proved(read: Callable[[], Circuit], network: IntegerNetwork) -> Proof:
    started = time.monotonic()
    proof = Proof()
    try:
        proof = prove_pipeline(read(), network)
    except CircuitError as error:
        proof.message = str(error)
    proof.seconds = time.monotonic() - started
    return proof


def prove_pipeline(circuit: Circuit, network: IntegerNetwork) -> Proof:
    """Compares every register that a logit depends on, and every logit, with the network.

    A register is taken for the bit of a neuron that it equals on test vectors, then proven equal
    for every input; nothing of the netlist's names or order is trusted.  Where stages are cut
    within a layer, the registers between are passed as wires.

    Args:
        circuit: with ports clk, in_valid, x, out_valid and y.
        network: whose layers are written out all at once.
    """
    started = time.monotonic()
    proof = Proof()
    try:
        check_names(circuit)
        circuit = with_own_bits(circuit, network.input)
        steps, values = list(_steps(network)), Values.of_input(network.input)
        watched = Watched(circuit, steps, values)
        Section(circuit, steps, values, proof).run()
        proof.differences = smallest_first(proof.differences, watched)
        proof.counterexample = _counterexample(proof, watched, network)
    except CircuitError as error:
        proof.message = str(error)
    proof.seconds = time.monotonic() - started
    return proof


def _counterexample(
    proof: Proof, watched: Watched, network: IntegerNetwork
) -> Counterexample | None:
    """The input that shows the first difference, with the logits there."""
    if not proof.differences or proof.differences[0].x is None:
        return None
    x = proof.differences[0].x[None]
    inputs = x.reshape(-1, *network.input.shape).astype(np.int32)
    expected = network.predict_integers(inputs)
    return Counterexample(proof.differences[0], inputs, expected, watched.logits(x))


def _steps(network: IntegerNetwork) -> Iterator[Block | Pool]:
    if network.is_sequence and DENSE.issuperset(layer.kind for layer in network.layers):
        return make_blocks(network.layers, network.layer_names, network.input.shape)
    return graph_steps(network)


def check_names(circuit: Circuit) -> None:
    """Raises CircuitError unless the top module has the ports of a pipeline."""
    ports = circuit.inputs | circuit.outputs
    for name, bits in {"clk": 1, "in_valid": 1, "x": 0, "out_valid": 1, "y": 0}.items():
        found = circuit.outputs if name in ("out_valid", "y") else circuit.inputs
        if name not in found or (bits and len(found[name]) != bits):
            raise CircuitError(f"the top module has no port {name} as expected, only "
                               + ", ".join(f"{p}[{len(nets)}]" for p, nets in ports.items()))
