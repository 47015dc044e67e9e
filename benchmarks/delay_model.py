"""The delay model of UltraScale+ beside published paths.

PYTHONPATH=. python benchmarks/delay_model.py

Each path is from register to register, in ns, by Vivado after place and route.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hls_projects.families import XILINX, Delays

POSITIONS_A_CARRY8 = 8


class Path(NamedTuple):
    """Cells of a path, what the vendor's tool says of it, and where that is published."""

    luts: int
    carries: int
    ns: float
    device: str
    source: str


NETWORKS = "worst path of a published LUT network"
FITTED = (
    Path(1, 0, 0.64, "UltraScale+ −2", NETWORKS),
    Path(2, 0, 0.93, "UltraScale+ −2", NETWORKS),
    Path(3, 0, 1.21, "UltraScale+ −2", NETWORKS),
    Path(4, 0, 1.34, "UltraScale+ −2", NETWORKS),
)
KEPT_OUT = (
    Path(3, 2, 1.13, "UltraScale+ −2", NETWORKS),
    Path(3, 1, 1.47, "xczu3eg −1, slower", "Calyx, timing of a loop's comparison"),
    Path(3, 2, 1.60, "xczu3eg −1, slower", "Calyx, timing of a loop's comparison"),
)


def modelled(path: Path, delays: Delays) -> float:
    """A path by the model, in ns."""
    chain = delays.chain + delays.carry * POSITIONS_A_CARRY8 * path.carries
    return delays.register + delays.lut * path.luts + (chain if path.carries else 0.0)


def fitted(paths: tuple[Path, ...]) -> tuple[float, float]:
    """Register and LUT of the least squares."""
    slope, start = np.polyfit([path.luts for path in paths], [path.ns for path in paths], 1)
    return float(start), float(slope)


def main() -> None:
    register, lut = fitted(FITTED)
    print(f"fitted: register {register:.3f} ns, LUT {lut:.3f} ns; in use: {XILINX.delays}\n")
    print("| LUTs | CARRY8 | device | published, ns | model, ns | off | source |")
    print("|---|---|---|---|---|---|---|")
    for path in (*FITTED, *KEPT_OUT):
        ns = modelled(path, XILINX.delays)
        print(f"| {path.luts} | {path.carries} | {path.device} | {path.ns:.2f} | {ns:.2f} | "
              f"{ns / path.ns - 1:+.0%} | {path.source} |")
    errors = []
    for left_out in FITTED:
        register, lut = fitted(tuple(path for path in FITTED if path is not left_out))
        errors.append(abs((register + lut * left_out.luts) / left_out.ns - 1))
    print(f"\neach of the first {len(FITTED)} left out of the fit in turn: off by "
          f"{np.mean(errors):.0%} in the mean, {max(errors):.0%} at most")


if __name__ == "__main__":
    main()
