"""Cologne Chip GateMate: what a netlist of Yosys takes, and nextpnr's options and report.

A CPE has two halves; each is a tree of LUTs over four bits, or a full adder with a LUT of two bits
before A and before B, and a flip-flop.  LUTs are counted in halves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hls_projects.tools.routers.registers import (
    Net,
    clock_net,
    readers,
    register_inputs,
)
from hls_projects.tools.routers.router import Demand, Router

# Halves of CPEs, and as many flip-flops.
DEVICES = {"CCGM1A1": 40_960}
MODES = {3: "speed", 2: "economy", 1: "lowpower"}
HALVES = {"CC_LUT1": 1, "CC_LUT2": 1, "CC_L2T4": 1, "CC_MX2": 1, "CC_L2T5": 2, "CC_MX4": 2}
OUTPUTS = {"O", "S", "Y"}
DIRECTIONS = {"CLK": "input", "D": "input", "EN": "input", "SR": "input", "Q": "output"}


def demand(module: dict[str, Any]) -> Demand:
    """What a flattened module takes of a device, as nextpnr packs it.

    A chain of n full adders takes 2⌈n / 2⌉ halves, and a CPE where its carry enters.  A LUT of one
    or two bits that only a full adder reads is a part of it.  A flip-flop is in the half that
    drives it, or in one of its own where anything else reads that.
    """
    cells, used = list(module["cells"].values()), readers(module)
    adders = [cell["connections"] for cell in cells if cell["type"] == "CC_ADDF"]
    ffs = [cell["connections"] for cell in cells if cell["type"] == "CC_DFF"]
    added = {bit for pins in adders for pin in "AB" for bit in pins[pin] if used[bit] == 1}
    driven = {
        bit for cell in cells if cell["type"] in (*HALVES, "CC_ADDF")
        for pin, bits in cell["connections"].items() if pin in OUTPUTS
        for bit in bits if used[bit] == 1
    }
    halves = sum(
        HALVES.get(cell["type"], 0) for cell in cells
        if cell["type"] not in ("CC_LUT1", "CC_LUT2") or cell["connections"]["O"][0] not in added
    )
    halves += sum(2 * -(-length // 2) + 2 for length in _chain_lengths(adders))
    halves += sum(pins["D"][0] not in driven for pins in ffs)
    return Demand(halves, len(ffs), len(adders))


def _chain_lengths(adders: list[dict[str, list[Net]]]) -> list[int]:
    by_carry = {pins["CI"][0]: pins for pins in adders}
    leaving = {pins["CO"][0] for pins in adders if pins.get("CO")}
    lengths = []
    for pins in adders:
        if pins["CI"][0] in leaving:
            continue
        length = 1
        while pins.get("CO") and pins["CO"][0] in by_carry:
            pins = by_carry[pins["CO"][0]]
            length += 1
        lengths.append(length)
    return lengths


def registered(module: dict[str, Any], clock: str) -> int:
    """Puts flip-flops behind the inputs, and leaves of the ports what nextpnr takes without pads.

    It takes an output that nothing else reads, once, and no clock that skips its buffer.

    Raises:
        ValueError: if `clock` is no input port of one bit, or drives no register.
    """
    entering = clock_net(module, clock)
    buffered = [
        cell["connections"]["O"] for cell in module["cells"].values()
        if cell["type"] == "CC_BUFG" and cell["connections"]["I"] == [entering]
    ]
    if not buffered:
        raise ValueError("no path can be timed: the design has no registers")
    (module["ports"][clock]["bits"],) = buffered
    registers = register_inputs(module, clock, _flip_flop)
    used = readers(module)
    leaving = dict.fromkeys(
        bit for port in module["ports"].values() if port["direction"] == "output"
        for bit in port["bits"] if isinstance(bit, int) and not used[bit]
    )
    module["ports"] = {
        clock: {"direction": "input", "bits": [entering]},
        "outputs": {"direction": "output", "bits": list(leaving)},
    }
    return registers


def _flip_flop(clock: Net, data: Net, output: Net) -> dict[str, Any]:
    plain = dict.fromkeys(("CLK_INV", "EN_INV", "SR_INV", "SR_VAL"), "0")
    pins = {"CLK": [clock], "D": [data], "EN": ["1"], "SR": ["0"], "Q": [output]}
    return {
        "hide_name": 1,
        "type": "CC_DFF",
        "parameters": plain,
        "attributes": {},
        "port_directions": DIRECTIONS,
        "connections": pins,
    }


def _arguments(device: str, speed: int) -> list[str]:
    # Routes along carry lines of unused CPEs overflow the stack of nextpnr 0.11 once they are long.
    return ["--device", device, "-o", f"fpga_mode={speed}", "-o", "no-cpe-cp"]


def _used(utilization: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    used = {cell: found["used"] for cell, found in utilization.items()}
    # Full adders and multiplexers of four have rows of their own in nextpnr's report.
    whole = sum(used.get(cell, 0) for cell in ("CPE_ADDF", "CPE_ADDF2", "CPE_MX4"))
    return {
        "luts": used["CPE_LT"] + 2 * whole,
        "ffs": used["CPE_FF"],
        "brams": used.get("RAM_HALF", 0),
        "dsps": 0,
    }


GATEMATE = Router(
    name="GateMate",
    package="yowasp-nextpnr-himbaechel-gatemate",
    luts="CPE halves",
    carry="CC_ADDF",
    devices=DEVICES,
    speeds=tuple(MODES),
    demand=demand,
    register_inputs=registered,
    arguments=_arguments,
    used=_used,
    luts_an_input_ff=1,
    device_text=lambda device, speed: f"{device}, mode {MODES[speed]}",
)
