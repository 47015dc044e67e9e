"""Logic synthesis with Yosys: what a design costs in cells of a real FPGA family."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hls_projects.families import FAMILIES, FLOWS
from hls_projects.tools.lut_positions import count_positions
from hls_projects.tools.result_cache import cached
from hls_projects.tools.yosys import run_yosys, yosys_version

STATISTICS = "tee -q -o stat.json stat -json"
# Modules of the design alone: without the library's, and without names that nothing needs.
NETLIST = (
    "opt_clean -purge", "setattr -unset src", "select *", "write_json -selected netlist.json"
)

# Inputs of other cells that take a LUT.
ONE_OUTPUT = {"INV": "1", "CC_MX2": "3"}


@dataclass(frozen=True)
class Cells:
    """Cells of the flattened netlist.

    Attributes:
        luts: LUT cells, sizes 1 to 6 each counting one, an instantiated LUT6_2 too.
        ffs, carries, brams, dsps: cells of each kind.
        luts_by_size: number of LUTs by number of inputs.
        positions: occupied LUT positions, see hls_projects.tools.lut_positions; None where the
            flow's rules of placement are not known here.
    """

    luts: int = 0
    ffs: int = 0
    carries: int = 0
    brams: int = 0
    dsps: int = 0
    luts_by_size: dict[str, int] = field(default_factory=dict)
    positions: int | None = None


def synthesize_verilog(
    verilog: Path,
    target: str = "xilinx",
    *,
    top: str = "top",
    cache: Path | None = None,
    seconds: float = 1800.0,
    memory_mib: int = 16384,
) -> Cells:
    """Cells of a Verilog design, synthesized for a target, or as found in the cache.

    Args:
        verilog: the source file.
        target: a flow of hls_projects.families, such as xilinx (UltraScale+), xilinx7 or ecp5.
        top: the top module.
        cache: folder of earlier results, by content; the same design and options are never
            synthesized twice.
        seconds, memory_mib: limits of the Yosys process.

    Raises:
        ValueError: for another target.
        YosysError: if Yosys fails or reaches a limit.
    """
    check_target(target)
    command = FLOWS[target].synthesis(top)
    return _synthesize(verilog, target, command, cache, seconds, memory_mib)[top]


def synthesize_layers(
    verilog: Path,
    target: str = "xilinx",
    *,
    top: str = "top",
    cache: Path | None = None,
    seconds: float = 1800.0,
    memory_mib: int = 16384,
) -> dict[str, Cells]:
    """Cells of each module, synthesized by itself: the layers of a network, and `top`.

    Their sum may exceed the flattened design, which is also optimized across modules.

    Args:
        verilog, target, top, cache, seconds, memory_mib: as for synthesize_verilog.

    Raises:
        ValueError: for another target.
        YosysError: if Yosys fails or reaches a limit.
    """
    check_target(target)
    command = FLOWS[target].synthesis(top, hierarchical=True)
    return _synthesize(verilog, target, command, cache, seconds, memory_mib)


def synthesize_design(verilog: Path, pixels: int, cache: Path | None = None) -> Cells:
    """Cells of a network for UltraScale+; of a stream of pixels its modules' one by one, summed.

    Args:
        verilog, cache: as for synthesize_verilog.
        pixels: of a sample, 1 where it enters at once.

    Raises:
        YosysError: if Yosys fails or reaches a limit.
    """
    if pixels > 1:
        return sum_cells(synthesize_layers(verilog, cache=cache).values())
    return synthesize_verilog(verilog, cache=cache)


def _synthesize(
    verilog: Path, target: str, command: str, cache: Path | None, seconds: float, memory_mib: int
) -> dict[str, Cells]:
    """Cells of every module, without those of the modules inside."""
    placed = FLOWS[target].positions
    script = ["read_verilog design.v", command, STATISTICS, *(NETLIST if placed else ())]

    def synthesize() -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copyfile(verilog, Path(folder, "design.v"))
            run_yosys(script, folder=Path(folder), seconds=seconds, memory_mib=memory_mib)
            statistics = _read(Path(folder, "stat.json"))["modules"]
            netlists = _read(Path(folder, "netlist.json"))["modules"] if placed else {}
        return {
            name.removeprefix("\\"): {
                "cells": module["num_cells_by_type"],
                "positions": count_positions(netlists[name.removeprefix("\\")]).total
                if placed else None,
            }
            for name, module in statistics.items()
        }

    content = [verilog.read_bytes(), *map(str.encode, script), yosys_version().encode()]
    return {
        name: replace(count_cells(found["cells"]), positions=found["positions"])
        for name, found in sorted(cached(cache, content, synthesize).items())
    }


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def check_target(target: str) -> None:
    """Raises ValueError unless designs can be synthesized for the target."""
    if target not in FLOWS:
        raise ValueError(f"`target` must be one of {', '.join(FLOWS)}. Received: {target!r}")


def count_cells(by_type: dict[str, int]) -> Cells:
    """Cells by kind, from Yosys's count of cells by type.

    GateMate's trees of LUTs, CC_L2T4 and CC_L2T5, count as LUTs of 4 and 5 inputs, and its
    multiplexer of two as one of 3.  INV counts as a LUT1 where the family has one: an inverter that
    is left takes a LUT.
    """
    luts: dict[str, int] = {}
    kinds = {"ffs": 0, "carries": 0, "brams": 0, "dsps": 0}
    for name, count in by_type.items():
        size = re.fullmatch(r"(?:CC_)?(?:LUT|L2T)(\d)(_\d)?", name)
        if size or name in ONE_OUTPUT:
            inputs = size[1] if size else ONE_OUTPUT[name]
            luts[inputs] = luts.get(inputs, 0) + count
        for kind, pattern in (pair for family in FAMILIES.values() for pair in family.cells):
            if re.match(pattern, name):
                kinds[kind] += count
    return Cells(luts=sum(luts.values()), luts_by_size=dict(sorted(luts.items())), **kinds)


def sum_cells(modules: Collection[Cells]) -> Cells:
    """Cells of several modules together."""
    total = Cells()
    for cells in modules:
        sizes = Counter(total.luts_by_size) + Counter(cells.luts_by_size)
        counts = {
            name: getattr(total, name) + getattr(cells, name)
            for name in ("luts", "ffs", "carries", "brams", "dsps")
        }
        total = Cells(**counts, luts_by_size=dict(sorted(sizes.items())))
    positions = [cells.positions for cells in modules]
    return replace(total, positions=None if None in positions else sum(positions))
