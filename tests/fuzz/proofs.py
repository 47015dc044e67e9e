"""Every network's Keras model, C++ and Verilog proved, as far as there is a proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hls_projects.from_keras.converter import Converted
from hls_projects.proof import Proof, prove_rtl, prove_stream
from hls_projects.proof.cpp import prove_cpp
from hls_projects.proof.keras import prove_converted
from hls_projects.rtl.stream.stream_plan import streams
from tests.fuzz.hardware import Case
from tests.fuzz.networks import NetworkPiece


def prove_model(
    model: Any, converted: Converted, piece: NetworkPiece, verdicts: Counter[str]
) -> list[str]:
    """Counts the verdict on a Keras model; returns where it is not what it was converted to."""
    proof = prove_converted(model, converted)
    verdicts["Keras proved" if proof.complete else "Keras not proved"] += 1
    return [f"proof: {proof}: {piece}"] if proof.differences else []


def prove_all(cases: Sequence[Case], folder: Path, verdicts: Counter[str]) -> list[str]:
    """Counts verdicts on Verilog that `rtl_logits` wrote; returns what is not its network."""
    failures = []
    for number, case in enumerate(cases):
        proof = _proof(case, folder / f"net{number}" / "top.v")
        if proof is None:
            verdicts["simulated only"] += 1
            continue
        verdicts["proved" if proof.complete else "not proved"] += 1
        if proof.wrong:
            failures.append(f"proof: {proof}: {case.piece}")
    return failures


def prove_projects(cases: Sequence[Case], folder: Path, verdicts: Counter[str]) -> list[str]:
    """Counts verdicts on C++ that `csim_logits` wrote; returns what is wrong, or not read."""
    failures = []
    for number, case in enumerate(cases):
        proof = prove_cpp(folder / f"net{number}", case.network, most_bits=0)
        verdicts["C++ proved" if proof.complete else "C++ not proved"] += 1
        if not proof.complete:
            failures.append(f"proof: {proof}: {case.piece}")
    return failures


def _proof(case: Case, verilog: Path) -> Proof | None:
    """Of a network; None where nothing proves it."""
    network, family = case.network, getattr(case.piece.target, "name", case.piece.target)
    if not streams(network):
        return prove_rtl(verilog, network, family)
    return None if case.piece.time_multiplex else prove_stream(verilog, network, family)
