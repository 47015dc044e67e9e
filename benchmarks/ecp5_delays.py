"""The delay model of ECP5 beside nextpnr's slowest path, on designs of all goals.

PYTHONPATH=. python benchmarks/ecp5_delays.py [--record docs/ecp5_delays.json]

Routes each design out of context: LFE5U-25F or the next larger one, speed grade 6, seed 1.  What
the record holds is not routed again.  Delays are fitted to every other design, by least squares of
the logarithm of model / routed; the others are kept out.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from benchmarks.lut_positions import load
from hls_projects.conversion.rtl.trade_off import SLOW
from hls_projects.families import ECP5, Delays
from hls_projects.logic.delays import shortest_period
from hls_projects.logic.netlist import Netlist
from hls_projects.rtl import write_rtl
from hls_projects.rtl.pipeline.stages import build_pipeline
from hls_projects.tools.place_and_route import place_and_route


class Routed(NamedTuple):
    """A design: its network and goal, and whether all layers share one cycle."""

    network: str
    goal: str
    joined: bool

    @property
    def name(self) -> str:
        return f"{self.network}, {self.goal}, {'one cycle' if self.joined else 'a stage a layer'}"

    @property
    def period(self) -> float | None:
        return SLOW if self.joined else None

    def netlists(self) -> list[tuple[Netlist, bool]]:
        """Its stages' logic, and whether registers follow each; no delays are in that."""
        stages = build_pipeline(load(self.network), ECP5.optimized(self.goal)).stages
        last = len(stages) - 1
        return [(s.netlist, not self.joined or i == last) for i, s in enumerate(stages)]


# In turn for the fit and kept out of it.
DESIGNS = tuple(
    Routed(name, goal, joined)
    for name, goal, joined in (
        ("mnist-small-sparse-0.995-0", "cells", False),
        ("mnist-small-sparse-0.995-1", "cells", False),
        ("mnist-small-sparse-0.995-0", "area", False),
        ("mnist-small-sparse-0.995-1", "area", True),
        ("mnist-small-sparse-0.995-0", "balanced", True),
        ("mnist-small-sparse-0.995-1", "balanced", False),
        ("mnist-small-sparse-0.995-0", "speed", False),
        ("mnist-small-sparse-0.995-1", "speed", True),
        ("mnist-small-sparse-0.99-0", "speed", True),
        ("mnist-small-sparse-0.99-1", "speed", False),
        ("mnist-small-sparse-0.99-0", "cells", False),
        ("mnist-small-sparse-0.99-1", "cells", True),
        ("mnist-small-sparse-0.99-0", "balanced", False),
        ("mnist-frontier-14", "speed", False),
        ("mnist-frontier-14", "balanced", True),
        ("mnist-frontier-16", "balanced", False),
    )
)


def route(design: Routed) -> dict[str, float | int]:
    """What nextpnr says of it: slowest path in ns, LUT4s, and seconds of place and route."""
    with tempfile.TemporaryDirectory() as folder:
        written = write_rtl(load(design.network), Path(folder), target=ECP5, optimize=design.goal,
                            clock_period=design.period)
        placed = place_and_route(written.verilog)
    return {"ns": 1000.0 / placed.fmax_mhz, "luts": placed.luts,
            "seconds": round(placed.seconds)}


def fitted(netlists: list[list[tuple[Netlist, bool]]], routed: list[float]) -> Delays:
    """Delays of the least squares of log(model / routed), from those in use."""

    def delays(logs: np.ndarray) -> Delays:
        return Delays(*np.exp(logs))

    def loss(logs: np.ndarray) -> float:
        periods = [shortest_period(stages, delays(logs)) for stages in netlists]
        return float(np.square(np.log(np.divide(periods, routed))).sum())

    now = ECP5.delays
    start = np.log([now.lut, now.chain, now.carry, now.register])
    return delays(minimize(loss, start, method="Nelder-Mead", options={"maxiter": 400}).x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", type=Path, default=Path("docs/ecp5_delays.json"))
    record_file = parser.parse_args().record
    record = json.loads(record_file.read_text()) if record_file.exists() else {}
    for design in DESIGNS:
        if design.name not in record:
            record[design.name] = route(design)
            record_file.write_text(json.dumps(record, indent=1) + "\n")
            print(design.name, record[design.name], flush=True)
    routed = [record[design.name]["ns"] for design in DESIGNS]
    netlists = [design.netlists() for design in DESIGNS]
    print(f"fitted: {fitted(netlists[::2], routed[::2])}; in use: {ECP5.delays}\n")
    print("| design | LUT4 | nextpnr, ns | model, ns | off | |\n|---|---|---|---|---|---|")
    errors = []
    for i, (design, stages, ns) in enumerate(zip(DESIGNS, netlists, routed, strict=True)):
        errors.append(shortest_period(stages, ECP5.delays) / ns - 1)
        print(f"| {design.name} | {record[design.name]['luts']:,} | {ns:.1f} "
              f"| {ns * (1 + errors[-1]):.1f} | {errors[-1]:+.0%} "
              f"| {'kept out' if i % 2 else 'in the fit'} |")
    for name, part in (("in the fit", errors[::2]), ("kept out", errors[1::2])):
        sizes = np.abs(part)
        print(f"{name}: off by {sizes.mean():.0%} in the mean, {sizes.max():.0%} at most")


if __name__ == "__main__":
    main()
