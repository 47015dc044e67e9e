"""Xilinx, 7-series and UltraScale+: LUT6_2 and CARRY4."""

from hls_projects.families.family import Delays, Family, Flow
from hls_projects.families.luts import DualLuts
from hls_projects.rtl.chains.carry4 import CARRY4, Carry4

TOOLS = """\

## Vivado

    create_project network build -part xcvu9p-flga2104-2L-e
    add_files top.v
    set_property top top [current_fileset]
    synth_design -mode out_of_context
    create_clock -period {period} [get_ports clk]
    opt_design; place_design; route_design
    report_utilization; report_timing_summary

On 7-series give such a part. The LUT and CARRY4 primitives are of 7-series; Vivado maps CARRY4 to
CARRY8 on UltraScale+. Out of context is needed for most networks: they have more ports than a
package has pins. Inside a design of your own, instantiate `top` and leave `-mode` out.

Quartus does not know these primitives: `convert.py --generic-rtl` writes Verilog without them.
"""

# Without shift registers in LUTs: every register counts as flip-flops.
SYNTHESIS = "synth_xilinx -family {family} -top {{top}} -flatten -noiopad -noclkbuf -nosrl"

XILINX = Family(
    name="xilinx",
    folder="rtl",
    chain=CARRY4,
    smallest=Carry4(positions=True),
    luts=DualLuts(instantiated=True),
    searched_bits=30,
    bits_a_lut=1.6,
    residual_bits=9,
    slack=3,
    proven_nonzeros=10_000,
    # Fitted to published paths of UltraScale+, speed grade −2: benchmarks/delay_model.py.
    delays=Delays(lut=0.24, chain=0.155, carry=0.005, register=0.43),
    primitives="LUTs and carry chains are instantiated (LUT1 to LUT6, LUT6_2, CARRY4).",
    tools=TOOLS,
    flows=(
        Flow(
            "xilinx",
            SYNTHESIS.format(family="xcup"),
            carry="CARRY4",
            carry_note="two CARRY4 make one CARRY8 of UltraScale+",
            positions=True,
            delay_note="UltraScale+, delays fitted to published paths, not routed: a figure to "
            "compare designs by",
        ),
        Flow("xilinx7", SYNTHESIS.format(family="xc7"), carry="CARRY4", positions=True),
    ),
    cells=(
        ("ffs", r"FD[RSCP]E"),
        ("carries", r"CARRY\d"),
        ("brams", r"RAMB\d+"),
        ("dsps", "DSP48"),
    ),
)
