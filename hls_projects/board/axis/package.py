"""Writes the AXI4-Stream wrapper of a network, and a script that makes an IP of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from hls_projects.board.axis.block_design import PLATFORMS, block_design
from qkeras_models.files.atomic_write import write_atomically

if TYPE_CHECKING:
    from hls_projects.rtl import RtlDesign

AXIS = Path(__file__).parents[1] / "verilog" / "axis.v"
DRIVER = Path(__file__).with_name("driver.py")
# Bytes of a field, for software that knows integers of these sizes.
FIELDS = 1, 2, 4
# The FPGA of a PYNQ-Z2.
PART = "xc7z020clg400-1"

TCL = """\
# Packages the network as an IP: vivado -mode batch -source package_ip.tcl
# Written from Vivado's documents; it was not run by the authors.
create_project -in_memory -part {part}
read_verilog {{network.v network_axis.v}}
set_property top network_axis [current_fileset]
ipx::package_project -root_dir ip -vendor user -library user -taxonomy /UserIP -import_files
set_property name network_axis [ipx::current_core]
ipx::infer_bus_interfaces xilinx.com:interface:axis_rtl:1.0 [ipx::current_core]
ipx::associate_bus_interfaces -busif s_axis -clock aclk [ipx::current_core]
ipx::associate_bus_interfaces -busif m_axis -clock aclk [ipx::current_core]
ipx::save_core [ipx::current_core]
"""

README = """\
# {name} between two AXI4-Streams

`network_axis.v` is the wrapper, `network.v` the network, `package_ip.tcl` makes an IP of both; that
script was not run on a vendor's tool.

- `s_axis`: one integer a beat in {in_bytes} byte(s), {inputs} beats a sample, `tlast` with the
  last one. The integers are those of the network's input format. A sample of another length is
  dropped.
- `m_axis`: one logit a beat, {out_bytes} byte(s), two's complement, {classes} beats, `tlast` with
  the last one.
- `aresetn` forgets samples and results. Both streams may pause at any time.

`pynq-z2.tcl` and `kv260.tcl` make a bitstream of that IP, with a DMA between it and the board's
processors. `driver.py` is for Python on that board, with the package `pynq`:

    from driver import NetworkOverlay
    logits = NetworkOverlay("pynq-z2.bit", "network.npz", "streams.json").predict(x)

Package the IP for the board's device: for the KV260 that is `convert.py --wrapper axis --part
xck26-sfvc784-2LV-c`. None of these was run on a vendor's tool or a board.
"""


def field_bytes(bits: int) -> int:
    """Bytes of a field that holds so many bits: 1, 2 or 4."""
    return next(size for size in FIELDS if bits <= 8 * size)


def axis_verilog(design: RtlDesign) -> str:
    """Verilog of module `network_axis` for a design, whose module `top` stands elsewhere."""
    parameters = {
        "BITS": design.input_bits,
        "INPUTS": design.inputs,
        "PIXELS": design.pixels,
        "CLASSES": design.classes,
        "LOGIT_BITS": design.logit_bits,
        "IN_BYTES": field_bytes(design.input_bits),
        "OUT_BYTES": field_bytes(design.logit_bits),
    }
    text = AXIS.read_text(encoding="utf-8")
    for name, value in parameters.items():
        text = re.sub(rf"(parameter {name} =) \d+", rf"\g<1> {value}", text)
    return text


def write_axis(design: RtlDesign, folder: Path, *, name: str, part: str) -> None:
    """Writes folder/network_axis.v, network.v, Tcl of the IP and of boards, driver.py, README.md.

    Args:
        design: the network's Verilog, as write_rtl returns it.
        folder: made if it is not there.
        name: of the network.
        part: FPGA that the IP is packaged for.
    """
    write_atomically(folder / "network_axis.v", axis_verilog(design))
    write_atomically(folder / "network.v", design.verilog.read_bytes())
    write_atomically(folder / "package_ip.tcl", TCL.format(part=part))
    streams = {"in_bytes": field_bytes(design.input_bits), "inputs": design.inputs,
               "out_bytes": field_bytes(design.logit_bits), "classes": design.classes}
    write_atomically(folder / "streams.json", json.dumps(streams))
    write_atomically(folder / "driver.py", DRIVER.read_bytes())
    for platform in PLATFORMS:
        text = block_design(platform, streams["in_bytes"])
        write_atomically(folder / f"{platform.name}.tcl", text)
    write_atomically(folder / "README.md", README.format(
        name=name, inputs=design.inputs, classes=design.classes,
        in_bytes=field_bytes(design.input_bits), out_bytes=field_bytes(design.logit_bits)))
