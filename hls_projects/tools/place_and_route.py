"""Place and route with nextpnr: what a design takes of a device, and how fast."""

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
from hls_projects.tools.nextpnr import nextpnr_version, run_nextpnr
from hls_projects.tools.result_cache import cached
from hls_projects.tools.routers import ECP5, Demand, Router, router_named
from hls_projects.tools.yosys import run_yosys, yosys_version
from qkeras_models.files.atomic_write import write_atomically

# How full a device may be for a smaller one to be chosen; placement gets hard beyond.
COMFORTABLE = 0.95
# What the placer aims at, MHz; nextpnr's own 12 MHz asks nothing of it.
AIM = 100


class DesignTooLarge(RuntimeError):
    """A design needs more cells than the device has; nextpnr was not started.

    Attributes:
        needed, available: LUTs or flip-flops, whichever exceeds the device further.
        factor: needed / available.
    """

    def __init__(self, cells: str, needed: int, available: int, device: str) -> None:
        self.needed, self.available = needed, available
        self.factor = needed / available
        super().__init__(
            f"the design needs {needed:,} {cells}, {self.factor:.2f} times the {available:,} of "
            f"the {device}"
        )


@dataclass(frozen=True)
class PlacedDesign:
    """A design after place and route.

    Attributes:
        device: of the family's router, hls_projects.tools.routers.
        speed: of ECP5 the speed grade, 6 (slowest) to 8; of GateMate the mode, 1 (lowpower) to 3
            (speed).
        seed: of the placer; another seed gives another fmax_mhz.
        luts, luts_available: LUT4s, two for every CCU2C and nextpnr's constants included; of
            GateMate halves of CPEs, without those that routes pass.
        ffs, ffs_available: flip-flops, without those that were put at the inputs.
        carries: CCU2C or CC_ADDF cells.
        brams, dsps: DP16KD and MULT18X18D cells; of GateMate halves of block RAMs, and none.
        input_ffs: flip-flops put at the inputs so that their paths are timed; in no other count.
        fmax_mhz: highest clock frequency after routing, slow corner.
        logic_ns, routing_ns: delays of the slowest path; setup time and skew count as logic.
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
    family: str = "ecp5",
    device: str | None = None,
    speed: int | None = None,
    seed: int = 1,
    top: str = "top",
    clock: str = "clk",
    cache: Path | None = None,
    folder: Path | None = None,
    seconds: float = 3600.0,
    on_line: Callable[[str], None] | None = None,
    devices: Mapping[str, int] | None = None,
) -> PlacedDesign:
    """Places and routes a Verilog design out of context: no pins, a register at every input.

    Networks have more inputs and outputs than any package has pins.  Without pins nextpnr times
    only paths between registers, so inputs get registers of their own, which are not counted.
    The clock of ECP5 is taken as free of skew; GateMate's is routed.

    Args:
        verilog: the source file.
        family: ecp5 or gatemate.
        device: 25k, 45k or 85k; CCGM1A1 of GateMate; None takes the smallest that the design fills
            at most to 95 %, else the largest.
        speed: speed grade 6, 7 or 8; of GateMate a mode, 1 to 3; None takes 6, and mode 3.
        seed: of the placer; the same seed gives the same result.
        top, clock: the top module and its clock.
        cache: folder of earlier results, by content of the design and options.
        folder: where nextpnr's log and report are kept, as nextpnr.log and nextpnr.json; made if
            it is not there.
        seconds: limit of Yosys, and of nextpnr.
        on_line: called with every line that nextpnr prints.
        devices: LUTs of each device, which has as many flip-flops; smallest first.  None takes
            those of the family.

    Raises:
        ValueError: for another family, device, speed or clock, or for a design without registers.
        DesignTooLarge: if it does not fit; known after synthesis.
        YosysError, NextpnrError: if a tool fails or reaches its limit.
        RuntimeError: if nextpnr is not installed.
    """
    router = router_named(family)
    devices = router.devices if devices is None else devices
    speed = router.speeds[0] if speed is None else speed
    _check(device, speed, devices, router)
    command = FLOWS[family].command.format(top=top)
    versions = f"{yosys_version()} {nextpnr_version(router.package)}"
    common = _arguments(seed, top)
    of_devices = {name: [luts, router.arguments(name, speed)] for name, luts in devices.items()}
    options = json.dumps([command, clock, device, of_devices, common, versions])

    def compute() -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as work:
            netlist = _synthesize(verilog, command, Path(work), seconds)
            needed = router.demand(netlist["modules"][top])
            chosen = choose_device(needed, device, devices, router)
            registers = router.register_inputs(netlist["modules"][top], clock)
            arguments = [*of_devices[chosen][1], *common]
            text, elapsed = _run(netlist, arguments, router, Path(work), folder, seconds, on_line)
        choice = {"device": chosen, "speed": speed, "seed": seed, "seconds": elapsed}
        choice |= {"luts_available": devices[chosen], "ffs_available": devices[chosen]}
        found = read_report(json.loads(text), registers, router)
        return choice | {"carries": needed.carries} | found

    return PlacedDesign(**cached(cache, [verilog.read_bytes(), options.encode()], compute))


def choose_device(
    needed: Demand, device: str | None, devices: Mapping[str, int], router: Router = ECP5
) -> str:
    """The device to take: the one that was asked for, or the smallest that fits comfortably.

    Raises:
        DesignTooLarge: if the design does not fit it, or not the largest.
    """
    cells, most = max((router.luts, needed.luts), ("flip-flops", needed.ffs), key=lambda n: n[1])
    largest = max(devices, key=devices.get)
    if device is None:
        comfortable = [d for d in devices if most <= COMFORTABLE * devices[d]]
        device = min(comfortable, key=devices.get, default=largest)
    if most > devices[device]:
        raise DesignTooLarge(cells, most, devices[device], f"{router.name} {device}")
    return device


def read_report(
    report: dict[str, Any], input_ffs: int, router: Router = ECP5
) -> dict[str, Any]:
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
    used = router.used(report["utilization"])
    return used | {
        "input_ffs": input_ffs,
        "luts": used["luts"] - router.luts_an_input_ff * input_ffs,
        "ffs": used["ffs"] - input_ffs,
        "fmax_mhz": report["fmax"][slowest]["achieved"],
        "logic_ns": sum(step["delay"] for step in path) - routing,
        "routing_ns": routing,
    }


def _check(device: str | None, speed: int, devices: Mapping[str, int], router: Router) -> None:
    if device is not None and device not in devices:
        names = ", ".join(devices)
        raise ValueError(f"`device` must be one of {names}, or None. Received: {device!r}")
    if speed not in router.speeds:
        *others, last = map(str, sorted(router.speeds))
        raise ValueError(
            f"`speed` must be {', '.join(others)} or {last} of {router.name}. Received: {speed!r}"
        )


def _synthesize(verilog: Path, command: str, folder: Path, seconds: float) -> dict[str, Any]:
    shutil.copyfile(verilog, folder / "design.v")
    script = ["read_verilog design.v", f"{command} -json netlist.json"]
    run_yosys(script, folder=folder, seconds=seconds)
    return json.loads((folder / "netlist.json").read_text(encoding="utf-8"))


def _arguments(seed: int, top: str) -> list[str]:
    return [
        *("--json", "netlist.json", "--top", top, "--report", "report.json"),
        *("--seed", str(seed), "--freq", str(AIM), "--timing-allow-fail"),
    ]


def _run(
    netlist: dict[str, Any],
    arguments: list[str],
    router: Router,
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
    run_nextpnr(
        arguments, package=router.package, folder=work, seconds=seconds, log=log, on_line=on_line
    )
    elapsed = time.monotonic() - start
    text = (work / "report.json").read_text(encoding="utf-8")
    write_atomically(kept / "nextpnr.json", text)
    return text, elapsed
