"""Verilog and routed netlists as circuits: read by Yosys, primitives as models define them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hls_projects.board.simulation.netlist import CELLS
from hls_projects.proof.circuit import FALSE, Circuit, CircuitError
from hls_projects.proof.netlist.folding import fold_constants
from hls_projects.proof.netlist.inlining import inline_inner_nets
from hls_projects.proof.netlist.routed import network_within
from hls_projects.proof.reading.reader import Reader
from hls_projects.tools.yosys import run_yosys

# Simulation models that come with Yosys, by family; none where the design has no primitives.
MODELS = {
    "xilinx": "+/xilinx/cells_sim.v",
    "ecp5": "+/ecp5/cells_sim.v",
    "gatemate": "+/gatemate/cells_sim.v",
    "generic": None,
}


def read_circuit(
    verilog: Path,
    family: str = "xilinx",
    *,
    top: str = "top",
    whole: Sequence[str] = (),
    seconds: float = 1800.0,
) -> Circuit:
    """The circuit of a Verilog file, written or synthesized.

    Args:
        verilog: the source file, RTL or a netlist.
        family: of its primitives: xilinx, ecp5, gatemate or generic.
        top: the top module.
        whole: patterns of modules that are kept whole, as boxes.
        seconds: time limit of Yosys.

    Raises:
        ValueError: for another family.
        CircuitError: for a cell that is no gate, no primitive and no plain flip-flop, and for a
            net that two cells drive, or a loop.
        YosysError: if Yosys cannot read it or reaches the limit.
    """
    if family not in MODELS:
        raise ValueError(f"`family` must be one of {', '.join(MODELS)}. Received: {family!r}")
    with tempfile.TemporaryDirectory(prefix="proof-") as folder:
        shutil.copyfile(verilog, Path(folder, "design.v"))
        models = MODELS[family]
        read = ["read_verilog design.v"]
        if models:
            read.append(f"read_verilog -nooverwrite {models}")
        commands = _commands(read, models and Path(models).name, top, whole)
        if family == "gatemate":
            # Its clock buffer is a wire, and synthesis ties resets and enables to constants.
            for command, before in (("flatten", "setattr -mod -unset keep_hierarchy =CC_BUFG"),
                                    ("dffunmap -srst-only", "opt_expr; opt_dff -nodffe -nosdff")):
                commands.insert(commands.index(command), before)
        return _circuit(commands, Path(folder), top, seconds)


def read_around(top: Path, wrapper: Path, module: str, *, seconds: float = 1800.0) -> Circuit:
    """The circuit of a module that holds a module `top`, which stays a box.

    Args:
        top, wrapper: Verilog files of module `top` and of the module around it.
        module: that module's name.
        seconds: time limit of Yosys.

    Raises: see read_circuit.
    """
    with tempfile.TemporaryDirectory(prefix="proof-") as folder:
        shutil.copyfile(top, Path(folder, "design.v"))
        shutil.copyfile(wrapper, Path(folder, "wrapper.v"))
        read = ["read_verilog design.v", "read_verilog wrapper.v", "blackbox top"]
        return _circuit(_commands(read, None, module, ()), Path(folder), module, seconds)


def read_routed_circuit(board: Path, *, seconds: float = 1800.0) -> Circuit:
    """The circuit of the network within a routed netlist of an ECP5 board.

    Args:
        board: folder of the bitstream.
        seconds: time limit of Yosys.

    Raises: see read_circuit and network_within.
    """
    with tempfile.TemporaryDirectory(prefix="proof-") as folder:
        shutil.copyfile(board / "network.v", Path(folder, "network.v"))
        run_yosys(["read_verilog network.v", "hierarchy -top top", "proc",
                   "write_json network.json"], folder=Path(folder), seconds=seconds)
        text = Path(folder, "network.json").read_text(encoding="utf-8")
        module = network_within(board, json.loads(text)["modules"]["top"])
        Path(folder, "routed.json").write_text(json.dumps({"modules": {"top": module}}))
        shutil.copyfile(CELLS, Path(folder, CELLS.name))
        read = [f"read_verilog -icells {CELLS.name}", "read_json routed.json"]
        commands = _commands(read, CELLS.name, "top", ())
        return _circuit(commands, Path(folder), "top", seconds)


def _circuit(commands: Sequence[str], folder: Path, top: str, seconds: float) -> Circuit:
    _check_drivers(run_yosys(commands, folder=folder, seconds=seconds))
    modules = json.loads((folder / "design.json").read_text(encoding="utf-8"))["modules"]
    circuit = Reader(modules, top).circuit()
    fold_constants(circuit)
    inline_inner_nets(circuit, {net for net in circuit.functions if net < FALSE})
    return circuit


def _commands(
    read: Sequence[str], models: str | None, top: str, whole: Sequence[str]
) -> list[str]:
    primitives = f"A:src=*{models}*"
    return [
        *read,
        f"hierarchy -top {top}",
        "proc",
        # Yosys joins nets that are assigned to each other, and reports only here who drives both.
        "check",
        # Flip-flops are taken apart, other primitives stay cells, each kind once.
        *([f"setattr -mod -set keep_hierarchy 1 {primitives} t:$*ff* %m %d"] if models else []),
        *(f"setattr -mod -set keep_hierarchy 1 {pattern}" for pattern in whole),
        "flatten",
        "check",
        # A synchronous reset is logic like any other.
        "dffunmap -srst-only",
        "opt_expr",
        # A constant shifted by an address is a truth table, and stays one.
        "wreduce t:$shr",
        "techmap t:$shr %n",
        "simplemap",
        "opt_expr",
        "opt_clean",
        "write_json design.json",
    ]


def _check_drivers(printed: str) -> None:
    """Raises CircuitError if `check` found a net of several drivers; one would win silently."""
    for line in printed.splitlines():
        if "onflicting" in line and line.startswith("Warning"):
            raise CircuitError(line.removeprefix("Warning: ").rstrip(":"))
