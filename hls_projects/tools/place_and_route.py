"""Place and route for Lattice ECP5 with nextpnr: what a design takes of a device, and how fast."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hls_projects.families import FLOWS
from hls_projects.tools.ecp5_netlist import Demand, demand, register_inputs
from hls_projects.tools.nextpnr import nextpnr_version, run_nextpnr
from hls_projects.tools.result_cache import cached
from hls_projects.tools.yosys import run_yosys, yosys_version
from qkeras_models.files.atomic_write import write_atomically

# LUT4s, and as many flip-flops, of nextpnr's devices LFE5U-25F, -45F and -85F.
DEVICES = {"25k": 24_288, "45k": 43_848, "85k": 83_640}
# How full a device may be for a smaller one to be chosen; placement gets hard beyond.
COMFORTABLE = 0.95
SPEEDS = (6, 7, 8)
# What the placer aims at, MHz; nextpnr's own 12 MHz asks nothing of it.
AIM = 100


class DesignTooLarge(RuntimeError):
    """A design needs more cells than the device has; nextpnr was not started.

    Attributes:
        needed, available: LUT4s or flip-flops, whichever exceeds the device further.
        factor: needed / available.
    """

    def __init__(self, cells: str, needed: int, available: int, device: str) -> None:
        self.needed, self.available = needed, available
        self.factor = needed / available
        super().__init__(
            f"the design needs {needed:,} {cells}, {self.factor:.2f} times the {available:,} of "
            f"the ECP5 {device}"
        )


@dataclass(frozen=True)
class PlacedDesign:
    """A design after place and route.

    Attributes:
        device: of DEVICES.
        speed: speed grade, 6 (slowest) to 8.
        seed: of the placer; another seed gives another fmax_mhz.
        luts, luts_available: LUT4s, two for every CCU2C and nextpnr's constants included.
        ffs, ffs_available: flip-flops, without those that were put at the inputs.
        carries: CCU2C cells.
        brams, dsps: DP16KD and MULT18X18D cells.
        input_ffs: flip-flops put at the inputs so that their paths are timed; in no other count.
        fmax_mhz: highest clock frequency after routing, slow corner.
        logic_ns, routing_ns: delays of the slowest path; its setup time counts as logic.
        seconds: time that place and route took.
    """

    device: str
    speed: int
    seed: int
    luts: int
    luts_available: int
    ffs: int
    ffs_available: int
    carries: int
    brams: int
    dsps: int
    input_ffs: int
    fmax_mhz: float
    logic_ns: float
    routing_ns: float
    seconds: float

    def latency_ns(self, cycles: int) -> float:
        """Time of a number of clock cycles at the highest frequency."""
        return 1000.0 * cycles / self.fmax_mhz


def place_and_route(
    verilog: Path,
    *,
    device: str | None = None,
    speed: int = 6,
    seed: int = 1,
    top: str = "top",
    clock: str = "clk",
    cache: Path | None = None,
    folder: Path | None = None,
    seconds: float = 3600.0,
    on_line: Callable[[str], None] | None = None,
    devices: Mapping[str, int] = DEVICES,
) -> PlacedDesign:
    """Places and routes a Verilog design out of context: no pins, a register at every input.

    Networks have more inputs and outputs than any package has pins.  Without pins nextpnr times
    only paths between registers, so inputs get registers of their own, which are not counted.
    The clock is taken as free of skew.

    Args:
        verilog: the source file.
        device: 25k, 45k or 85k; None takes the smallest that the design fills at most to 95 %,
            else the largest.
        speed: speed grade 6, 7 or 8.
        seed: of the placer; the same seed gives the same result.
        top, clock: the top module and its clock.
        cache: folder of earlier results, by content of the design and options.
        folder: where nextpnr's log and report are kept, as nextpnr.log and nextpnr.json; made if
            it is not there.
        seconds: limit of Yosys, and of nextpnr.
        on_line: called with every line that nextpnr prints.
        devices: LUT4s of each device, which has as many flip-flops; smallest first.

    Raises:
        ValueError: for another device, speed or clock, or for a design without registers.
        DesignTooLarge: if it does not fit; known after synthesis.
        YosysError, NextpnrError: if a tool fails or reaches its limit.
        RuntimeError: if nextpnr is not installed.
    """
    _check(device, speed, devices)
    command = FLOWS["ecp5"].command.format(top=top)
    versions = f"{yosys_version()} {nextpnr_version()}"
    options = json.dumps([command, clock, device, speed, seed, AIM, dict(devices), versions])

    def compute() -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as work:
            netlist = _synthesize(verilog, command, Path(work), seconds)
            needed = demand(netlist["modules"][top])
            chosen = choose_device(needed, device, devices)
            registers = register_inputs(netlist["modules"][top], clock)
            arguments = _arguments(chosen, speed, seed, top)
            text, elapsed = _run(netlist, arguments, Path(work), folder, seconds, on_line)
        choice = {"device": chosen, "speed": speed, "seed": seed, "seconds": elapsed}
        return choice | {"carries": needed.carries} | read_report(json.loads(text), registers)

    return PlacedDesign(**cached(cache, [verilog.read_bytes(), options.encode()], compute))


def choose_device(needed: Demand, device: str | None, devices: Mapping[str, int]) -> str:
    """The device to take: the one that was asked for, or the smallest that fits comfortably.

    Raises:
        DesignTooLarge: if the design does not fit it, or not the largest.
    """
    cells, most = max(("LUT4", needed.luts), ("flip-flops", needed.ffs), key=lambda n: n[1])
    largest = max(devices, key=devices.get)
    if device is None:
        comfortable = [d for d in devices if most <= COMFORTABLE * devices[d]]
        device = min(comfortable, key=devices.get, default=largest)
    if most > devices[device]:
        raise DesignTooLarge(cells, most, devices[device], device)
    return device


def read_report(report: dict[str, Any], input_ffs: int) -> dict[str, Any]:
    """Fields of PlacedDesign from the report of nextpnr.

    Raises:
        ValueError: if no path between registers was timed.
    """
    if not report["fmax"]:
        raise ValueError("nextpnr timed no path: the design has no registers that depend on others")
    slowest = min(report["fmax"], key=lambda clock: report["fmax"][clock]["achieved"])
    edge = f"posedge {slowest}"
    (path,) = [
        p["path"] for p in report["critical_paths"] if (p["from"], p["to"]) == (edge, edge)
    ]
    routing = sum(step["delay"] for step in path if step["type"] == "routing")
    luts, ffs = report["utilization"]["TRELLIS_COMB"], report["utilization"]["TRELLIS_FF"]
    return {
        "input_ffs": input_ffs,
        "luts": luts["used"],
        "luts_available": luts["available"],
        "ffs": ffs["used"] - input_ffs,
        "ffs_available": ffs["available"],
        "brams": report["utilization"]["DP16KD"]["used"],
        "dsps": report["utilization"]["MULT18X18D"]["used"],
        "fmax_mhz": report["fmax"][slowest]["achieved"],
        "logic_ns": sum(step["delay"] for step in path) - routing,
        "routing_ns": routing,
    }


def _check(device: str | None, speed: int, devices: Mapping[str, int]) -> None:
    if device is not None and device not in devices:
        names = ", ".join(devices)
        raise ValueError(f"`device` must be one of {names}, or None. Received: {device!r}")
    if speed not in SPEEDS:
        raise ValueError(f"`speed` must be 6, 7 or 8. Received: {speed!r}")


def _synthesize(verilog: Path, command: str, folder: Path, seconds: float) -> dict[str, Any]:
    shutil.copyfile(verilog, folder / "design.v")
    script = ["read_verilog design.v", f"{command} -json netlist.json"]
    run_yosys(script, folder=folder, seconds=seconds)
    return json.loads((folder / "netlist.json").read_text(encoding="utf-8"))


def _arguments(device: str, speed: int, seed: int, top: str) -> list[str]:
    return [
        *(f"--{device}", "--package", "CABGA381", "--speed", str(speed)),
        *("--json", "netlist.json", "--top", top, "--report", "report.json"),
        *("--seed", str(seed), "--freq", str(AIM), "--out-of-context", "--timing-allow-fail"),
    ]


def _run(
    netlist: dict[str, Any],
    arguments: list[str],
    work: Path,
    folder: Path | None,
    seconds: float,
    on_line: Callable[[str], None] | None,
) -> tuple[str, float]:
    """nextpnr's report on a netlist, and the time it took; log and report are kept in `folder`."""
    (work / "netlist.json").write_text(json.dumps(netlist), encoding="utf-8")
    kept = folder or work
    kept.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    log = kept / "nextpnr.log"
    run_nextpnr(arguments, folder=work, seconds=seconds, log=log, on_line=on_line)
    elapsed = time.monotonic() - start
    text = (work / "report.json").read_text(encoding="utf-8")
    write_atomically(kept / "nextpnr.json", text)
    return text, elapsed
