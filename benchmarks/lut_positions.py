"""LUT cells, occupied positions and latency of networks, for all goals of the Verilog.

PYTHONPATH=. python benchmarks/lut_positions.py [NETWORK …]

NETWORK is the name of a committed one, or a network.npz.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from hls_projects.conversion.rtl.trade_off import SLOW
from hls_projects.families import Goal
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import prove_rtl
from hls_projects.rtl import RtlDesign, RtlSimulation, count_rtl, write_rtl
from hls_projects.tools.synthesis import synthesize_verilog
from qkeras_models import load_pretrained

NETWORKS = Path("reports/results/networks")
NAMES = ("mnist-frontier-14", "mnist-frontier-12", "mnist-small")


def main(names: list[str]) -> None:
    print("| network | goal | LUT cells | LUT positions | CARRY4 | FF | latency, delay model "
          "| all layers in one cycle | logits that differ | proof | written in |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name in names or NAMES:
        for goal in Goal:
            print(row(name, goal), flush=True)


def row(name: str, goal: Goal) -> str:
    """One design: written, simulated on random samples, proved, synthesized for UltraScale+."""
    network = load(name)
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        design = write_rtl(network, Path(folder), optimize=goal)
        seconds = time.process_time() - start
        differ = differing(design, network)
        proof = prove_rtl(design.verilog, network)
        cells = synthesize_verilog(design.verilog)
        (joined,) = count_rtl(network, [SLOW], optimize=goal)
    return (
        f"| {name} | {goal.value} | {cells.luts:,} | {cells.positions:,} | {cells.carries:,} "
        f"| {cells.ffs:,} | {design.latency_ns:.1f} ns | {joined.latency_ns:.1f} ns "
        f"| {differ} "
        f"| {proof.proven} of {proof.outputs} | {seconds:.0f} s |"
    )


def differing(design: RtlDesign, network: IntegerNetwork) -> str:
    """How many logits of 1,000 random samples are not the network's."""
    form = network.input
    rng = np.random.default_rng(1)
    x = rng.integers(form.lowest, form.highest + 1, (1000, *form.shape))
    differ = np.count_nonzero(RtlSimulation(design).predict(x) != network.predict_integers(x))
    return f"{differ} of {1000 * network.classes:,}"


def load(name: str) -> IntegerNetwork:
    for found in (NETWORKS / f"{name}.npz", Path(name)):
        if found.is_file():
            return IntegerNetwork.load(found)
    return IntegerNetwork.from_keras(load_pretrained(name))


if __name__ == "__main__":
    main(sys.argv[1:])
