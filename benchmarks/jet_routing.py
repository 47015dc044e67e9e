"""Networks of jets placed and routed: LUT4s × ns of this project's and of HGQ2's, on ECP5.

    PYTHONPATH=. python benchmarks/jet_routing.py NETWORK …

NETWORK is a network.npz, or a folder that benchmarks/jet_rivals.py exported from HGQ2.  Both go
through the same Yosys and nextpnr (`hls_projects.tools.place_and_route`): a register at every
input, no pins, speed grade 6, one seed.  ns are the design's clock cycles at its routed Fmax.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.hgq2.measurement import VERILOG
from hls_projects.families import Goal
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl
from hls_projects.tools.place_and_route import place_and_route

GOALS = (Goal.CELLS, Goal.BALANCED)


def designs(path: Path, scratch: Path) -> Iterator[tuple[str, Path, str, int]]:
    """What it is, its Verilog, top module and latency in cycles."""
    if path.is_dir():
        compared = json.loads((path / "compared.json").read_text(encoding="utf-8"))
        yield "HGQ2", path / VERILOG, "network", compared["latency"]
        return
    network = IntegerNetwork.load(path)
    for goal in GOALS:
        design = write_rtl(network, scratch / goal.value, target="ecp5", optimize=goal)
        yield goal.value, design.verilog, "top", design.latency


def main(paths: list[str]) -> None:
    print("| network | design | LUT4 | FF | routed Fmax | cycles | ns | LUT4 × ns |")
    print("|---|---|---|---|---|---|---|---|")
    for path in paths:
        with tempfile.TemporaryDirectory() as scratch:
            for name, verilog, top, cycles in designs(Path(path), Path(scratch)):
                placed = place_and_route(verilog, top=top)
                ns = placed.latency_ns(cycles)
                print(
                    f"| {path} | {name} | {placed.luts:,} | {placed.ffs:,} "
                    f"| {placed.fmax_mhz:.0f} MHz | {cycles} | {ns:.1f} "
                    f"| {placed.luts * ns:,.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main(sys.argv[1:])
