"""Proof that a C++ project computes its integer network, for every input."""

from hls_projects.proof.cpp.compiled.inputs import MOST_BITS
from hls_projects.proof.cpp.prove import prove_cpp
from hls_projects.proof.cpp.result import CppProof

__all__ = ["MOST_BITS", "CppProof", "prove_cpp"]
