"""Proof that a netlist computes its integer network, for every input."""

from hls_projects.proof.counterexample.difference import Difference
from hls_projects.proof.counterexample.found import Counterexample
from hls_projects.proof.dense import prove_pipeline, prove_routed, prove_rtl
from hls_projects.proof.largest_logit import prove_class
from hls_projects.proof.reading import read_circuit
from hls_projects.proof.result import Proof
from hls_projects.proof.stream import prove_stream

__all__ = [
    "Counterexample", "Difference", "Proof", "prove_class", "prove_pipeline", "prove_routed",
    "prove_rtl", "prove_stream", "read_circuit",
]
