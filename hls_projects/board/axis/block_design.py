"""Block designs with a DMA for boards of AMD: Tcl for Vivado, from public documents, not run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """A board with processors beside its programmable logic.

    Args:
        name: of the board.
        part: its device.
        board_part: its name in Vivado's board files.
        processors: name and version of the IP of its processors.
        options: that give these a master for the DMA's registers and a slave for its data.
        preset: of the automation that configures them for the board.
        master, slave: those interfaces.
    """

    name: str
    part: str
    board_part: str
    processors: tuple[str, str]
    options: dict[str, str]
    preset: str
    master: str
    slave: str


PLATFORMS = (
    Platform(
        "pynq-z2", "xc7z020clg400-1", "tul.com.tw:pynq-z2:part0:1.0",
        ("processing_system7", "5.5"),
        {"CONFIG.PCW_USE_M_AXI_GP0": "1", "CONFIG.PCW_USE_S_AXI_HP0": "1"},
        'make_external "FIXED_IO, DDR" apply_board_preset "1"', "M_AXI_GP0", "S_AXI_HP0",
    ),
    Platform(
        "kv260", "xck26-sfvc784-2LV-c", "xilinx.com:kv260_som:part0:1.4",
        ("zynq_ultra_ps_e", "3.5"),
        {"CONFIG.PSU__USE__M_AXI_GP0": "1", "CONFIG.PSU__USE__M_AXI_GP1": "0",
         "CONFIG.PSU__USE__S_AXI_GP2": "1"},
        'apply_board_preset "1"', "M_AXI_HPM0_FPD", "S_AXI_HP0_FPD",
    ),
)

TCL = """\
# Bitstream for {name}, after package_ip.tcl: vivado -mode batch -source {name}.tcl
# Written from Vivado's documents; it was not run by the authors.
create_project -force {name} {name} -part {part}
set_property board_part {board_part} [current_project]
set_property ip_repo_paths ip [current_project]
update_ip_catalog
create_bd_design overlay
create_bd_cell -type ip -vlnv xilinx.com:ip:{processors}:{version} ps
apply_bd_automation -rule xilinx.com:bd_rule:{processors} -config {{{preset}}} [get_bd_cells ps]
set_property -dict {{{options}}} [get_bd_cells ps]
create_bd_cell -type ip -vlnv xilinx.com:ip:axi_dma:7.1 dma
set_property -dict {{CONFIG.c_include_sg 0 CONFIG.c_sg_length_width 26 \
CONFIG.c_m_axi_mm2s_data_width 32 CONFIG.c_m_axis_mm2s_tdata_width {in_bits} \
CONFIG.c_m_axi_s2mm_data_width 32}} [get_bd_cells dma]
create_bd_cell -type ip -vlnv user:user:network_axis:1.0 network
connect_bd_intf_net [get_bd_intf_pins dma/M_AXIS_MM2S] [get_bd_intf_pins network/s_axis]
connect_bd_intf_net [get_bd_intf_pins network/m_axis] [get_bd_intf_pins dma/S_AXIS_S2MM]
apply_bd_automation -rule xilinx.com:bd_rule:axi4 -config {{Master /ps/{master} \
Slave /dma/S_AXI_LITE}} [get_bd_intf_pins dma/S_AXI_LITE]
apply_bd_automation -rule xilinx.com:bd_rule:axi4 -config {{Master /dma/M_AXI_MM2S \
Slave /ps/{slave}}} [get_bd_intf_pins ps/{slave}]
apply_bd_automation -rule xilinx.com:bd_rule:axi4 -config {{Master /dma/M_AXI_S2MM \
Slave /ps/{slave}}} [get_bd_intf_pins dma/M_AXI_S2MM]
connect_bd_net [get_bd_pins dma/m_axi_mm2s_aclk] [get_bd_pins network/aclk]
connect_bd_net [get_bd_pins dma/axi_resetn] [get_bd_pins network/aresetn]
assign_bd_address
validate_bd_design
save_bd_design
make_wrapper -files [get_files overlay.bd] -top -import
set_property top overlay_wrapper [current_fileset]
launch_runs impl_1 -to_step write_bitstream -jobs 4
wait_on_run impl_1
file copy -force {name}/{name}.runs/impl_1/overlay_wrapper.bit {name}.bit
file copy -force {name}/{name}.gen/sources_1/bd/overlay/hw_handoff/overlay.hwh {name}.hwh
"""


def block_design(platform: Platform, in_bytes: int) -> str:
    """The Tcl of a bitstream: processors, a DMA, and the packaged network between its streams.

    Args:
        platform: of PLATFORMS.
        in_bytes: of a beat into the network, 1, 2 or 4.
    """
    processors, version = platform.processors
    return TCL.format(
        **vars(platform) | {
            "processors": processors,
            "version": version,
            "options": " ".join(f"{name} {value}" for name, value in platform.options.items()),
            "in_bits": 8 * in_bytes,
        }
    )
