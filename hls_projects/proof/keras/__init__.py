"""Proof that a Keras model computes its integer network, for every input."""

from hls_projects.proof.keras.model import KerasProof, prove_converted, prove_keras

__all__ = ["KerasProof", "prove_converted", "prove_keras"]
