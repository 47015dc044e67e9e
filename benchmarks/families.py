"""Size and speed of networks on FPGA families: UltraScale+ by the model, others routed.

PYTHONPATH=. python benchmarks/families.py [NETWORK …] [--families xilinx,ecp5,gatemate]

NETWORK is the name of a committed one, or a network.npz.  What was routed before is in the cache.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.lut_positions import differing, load
from hls_projects.families import FAMILIES, FLOWS
from hls_projects.rtl import RtlDesign, write_rtl
from hls_projects.tools.place_and_route import place_and_route
from hls_projects.tools.routers import ROUTERS
from hls_projects.tools.synthesis import synthesize_verilog
from training.data import cache_folder

NAMES = ("mnist-small-sparse-0.995-0", "mnist-frontier-14", "mnist-frontier-12")
GOAL = "area"
# Of nextpnr, in seconds.
LIMIT = 3600.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("networks", nargs="*")
    parser.add_argument("--families", default="xilinx,ecp5,gatemate")
    chosen = parser.parse_args()
    print("| network | family | LUTs | carry cells | FF | Fmax | latency | logits that differ "
          "| place and route |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in chosen.networks or NAMES:
        for family in chosen.families.split(","):
            print(row(name, family), flush=True)


def row(name: str, family: str) -> str:
    """One design: written, simulated on random samples, synthesized, routed where nextpnr can."""
    network = load(name)
    with tempfile.TemporaryDirectory() as folder:
        design = write_rtl(network, Path(folder), target=family, optimize=GOAL)
        found = placed(design, family) if FAMILIES[family].places else modelled(design, family)
        return f"| {name} | {family} | {found[0]} | {differing(design, network)} | {found[1]} |"


def placed(design: RtlDesign, family: str) -> tuple[str, str]:
    found = place_and_route(
        design.verilog, family=family, cache=cache_folder() / "synthesis", seconds=LIMIT
    )
    router = ROUTERS[family]
    return (
        f"{found.luts:,} {router.luts} | {found.carries:,} {router.carry} | {found.ffs:,} "
        f"| {found.fmax_mhz:.1f} MHz | {found.latency_ns(design.latency):.1f} ns"
    ), f"{found.seconds:.0f} s"


def modelled(design: RtlDesign, family: str) -> tuple[str, str]:
    cells = synthesize_verilog(design.verilog, family, cache=cache_folder() / "synthesis")
    return (
        f"{cells.luts:,} {FLOWS[family].lut} | {cells.carries:,} {FLOWS[family].carry} "
        f"| {cells.ffs:,} | {design.fmax_mhz:.1f} MHz, model | {design.latency_ns:.1f} ns, model"
    ), "not routed"


if __name__ == "__main__":
    main()
