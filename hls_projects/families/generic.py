"""Any family: truth tables as expressions, no primitives."""

from hls_projects.families.ecp5 import ECP5
from hls_projects.families.family import Family
from hls_projects.families.luts import DualLuts
from hls_projects.rtl.chains.lut_counters import LUT_COUNTERS

TOOLS = """\

## Quartus

    quartus_sh --prepare -f "Agilex 7" -t top network
    quartus_sh --set -f VERILOG_FILE=top.v network

or add `top.v` to a project and make `top` its top-level entity; assign virtual pins to all ports
but `clk` to compile it alone. Give the clock with `create_clock -period {period} clk` in an SDC
file, then run Analysis & Synthesis and the Fitter.

Any other tool that reads Verilog-2005 takes it in the same way.
"""

GENERIC = Family(
    name="generic",
    folder="rtl/generic",
    chain=LUT_COUNTERS,
    luts=DualLuts(instantiated=False),
    searched_bits=30,
    bits_a_lut=0.9,
    residual_bits=9,
    slack=3,
    proven_nonzeros=10_000,
    delays=ECP5.delays,
    primitives="It instantiates no primitives.",
    tools=TOOLS,
)
