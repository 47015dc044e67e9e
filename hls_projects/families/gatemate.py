"""Cologne Chip GateMate: trees of LUT2s, and full adders."""

from hls_projects.families.family import Delays, Family, Flow
from hls_projects.families.luts import Lut4s
from hls_projects.rtl.chains.addf import ADDF

TOOLS = """\

## Yosys and nextpnr

    yosys -p "read_verilog top.v; synth_gatemate -luttree -json top.json"
    nextpnr-himbaechel --device CCGM1A1 --json top.json -o no-cpe-cp

A network has more inputs and outputs than the package has pins. `convert.py --pnr --yosys gatemate`
leaves them without pads, and puts registers at the inputs so that the first layer is timed.
"""


SYNTHESIS = "synth_gatemate -top {top} -luttree -noiopad"

GATEMATE = Family(
    name="gatemate",
    folder="rtl/gatemate",
    chain=ADDF,
    luts=Lut4s(),
    searched_bits=20,
    bits_a_lut=0.9,
    residual_bits=4,
    slack=2,
    proven_nonzeros=0,
    # Fitted to the slowest paths of two networks that nextpnr routed: benchmarks/families.py.
    delays=Delays(lut=1.5, chain=2.6, carry=0.05, register=1.0),
    primitives="Full adders (CC_ADDF) and LUTs before them (CC_LUT1, CC_LUT2) are instantiated.",
    tools=TOOLS,
    flows=(
        Flow(
            "gatemate",
            # Without its mapping of multiplexers, which spends a CPE where a LUT tree does.
            f"{SYNTHESIS} -run begin:map_muxs; {SYNTHESIS} -run map_luts:",
            carry="CC_ADDF",
            lut="LUT tree",
            delay_note="mode speed, slow corner, fitted to two networks that nextpnr routed",
            lut_note="LUTs of one or two bits before a full adder are counted, and are part of it",
        ),
    ),
    cells=(
        ("ffs", "CC_DFF"),
        ("carries", "CC_ADDF"),
        ("brams", r"CC_BRAM_\d+K"),
        ("dsps", "CC_MULT"),
    ),
    places=True,
)
