"""Networks through Keras, integer network, C-simulation and RTL simulation, in batches."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

from hls_projects.from_keras.converter import convert
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import SimulationError, check_feasible
from hls_projects.tools.yosys import YosysError
from hls_projects.verification.csim import CompilerError
from hls_projects.verification.exactness import compare
from tests.fuzz.arrays import samples
from tests.fuzz.hardware import Case, csim_logits, rtl_logits
from tests.fuzz.networks import NetworkPiece, networks
from tests.fuzz.proofs import prove_all, prove_model, prove_projects

# What from_keras may refuse: integers that float32 cannot hold.
REFUSALS = ("2^24", "2^22", "float32's integers")
# Of TensorFlow's own optimizer, at graphs of QConv2DBatchnorm, which assigns its statistics anew.
KERAS_FAILS = "nodes in a cycle"
# What Verilog has no stream of, and is too large to be built at once.
NO_VERILOG = "RTL of "


@dataclass
class Tally:
    """What was compared so far."""

    networks: int = 0
    refused: int = 0
    without_verilog: int = 0
    logits: Counter[str] = field(default_factory=Counter)
    proofs: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def draw(count: int, number: int) -> list[NetworkPiece]:
    """So many networks, the same ones for the same number."""
    return [_draw_one(position, number) for position in range(count)]


def _draw_one(position: int, number: int) -> NetworkPiece:
    found: list[NetworkPiece] = []

    # One run a network: the first example of a run is always the simplest one, and within a long
    # run many are small changes of earlier ones.
    @seed(f"{number}:{position}")
    @settings(
        max_examples=2,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(networks())
    def collect(piece: NetworkPiece) -> None:
        found.append(piece)

    collect()
    return found[-1]


def check_all(pieces: Iterable[NetworkPiece], tally: Tally) -> None:
    """Every execution of every network; what differs is added to `tally.failures`."""
    cases = [case for piece in pieces if (case := check_keras(piece, tally)) is not None]
    if not cases:
        return
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for name, execute in (("C-simulation", csim_logits), ("RTL simulation", rtl_logits)):
            path = Path(folder, name.split("-")[0].split()[0])
            path.mkdir()
            able = cases if name == "C-simulation" else _with_verilog(cases, tally)
            try:
                received = execute(able, path)
            except (CompilerError, SimulationError, YosysError, ValueError) as error:
                networks = "; ".join(str(case.piece) for case in able)
                tally.failures.append(f"{name}: {error}: one of {networks}")
                continue
            _compare(name, able, received, tally)
            prove = prove_all if name == "RTL simulation" else prove_projects
            tally.failures += prove(able, path, tally.proofs)


def _with_verilog(cases: Sequence[Case], tally: Tally) -> list[Case]:
    found = []
    for case in cases:
        try:
            check_feasible(case.network)
        except ValueError as error:
            if NO_VERILOG not in str(error):
                raise
            tally.without_verilog += 1
        else:
            found.append(case)
    return found


def _compare(
    name: str, cases: Sequence[Case], received: Sequence[np.ndarray], tally: Tally
) -> None:
    for case, logits in zip(cases, received, strict=True):
        expected = case.network.predict_integers(case.x_int)
        tally.logits[name] += expected.size
        if not np.array_equal(expected, logits):
            wrong = np.argwhere(expected != logits)
            sample, channel = wrong[0]
            tally.failures.append(
                f"{name}: {len(wrong)} of {expected.size} logits differ, the first of sample "
                f"{sample}, class {channel}: {expected[sample, channel]} expected, "
                f"{logits[sample, channel]} received: {case.piece}"
            )


def check_keras(piece: NetworkPiece, tally: Tally) -> Case | None:
    """Compares Keras and integer network; None if the network is refused or fails here."""
    import keras

    keras.backend.clear_session()
    tally.networks += 1
    model = piece.model()
    try:
        converted = convert(model, piece.given)
    except ValueError as error:
        if any(reason in str(error) for reason in REFUSALS):
            tally.refused += 1
        else:
            tally.failures.append(f"from_keras: {error}: {piece}")
        return None
    network = IntegerNetwork(*converted.parts)
    format = network.input
    x = samples(format.shape, format.scale, format.lowest, format.highest, piece.seed)
    try:
        tally.logits["Keras"] += compare(network, x, model=model)["logits"]
        tally.failures += prove_model(model, converted, piece, tally.proofs)
    except Exception as error:
        if KERAS_FAILS in str(error):
            tally.refused += 1
        else:
            tally.failures.append(f"Keras: {error}: {piece}")
        return None
    return Case(piece, network, format.quantize(x))
