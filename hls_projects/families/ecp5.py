"""Lattice ECP5: LUT4s and CCU2C."""

from hls_projects.families.family import Delays, Family, Flow
from hls_projects.families.luts import Lut4s
from hls_projects.rtl.chains.ccu2c import CCU2C

TOOLS = """\

## Yosys and nextpnr

    yosys -p "read_verilog top.v; synth_ecp5 -json top.json"
    nextpnr-ecp5 --85k --json top.json --out-of-context --freq 100

`convert.py --pnr` does this, and puts registers at the inputs so that the first layer is timed.
The CCU2C primitives are Lattice's own, so Diamond reads the file as well.
"""

ECP5 = Family(
    name="ecp5",
    folder="rtl/ecp5",
    chain=CCU2C,
    luts=Lut4s(),
    searched_bits=20,
    bits_a_lut=0.9,
    residual_bits=7,
    slack=2,
    proven_nonzeros=0,
    # Fitted to what nextpnr routed at speed grade 6: benchmarks/ecp5_delays.py.
    delays=Delays(lut=1.2, chain=1.7, carry=0.02, register=5.0),
    primitives="Carry chains are instantiated (CCU2C).",
    tools=TOOLS,
    flows=(
        Flow(
            "ecp5",
            "synth_ecp5 -top {top}",
            carry="CCU2C",
            lut="LUT4",
            luts_a_carry=2,
            lut_note="two LUT4s for each CCU2C, which consists of them, are counted",
            delay_note="speed grade 6, delays fitted to nextpnr's slowest paths, not routed",
        ),
    ),
    cells=(
        ("ffs", "TRELLIS_FF"),
        ("carries", "CCU2C"),
        ("brams", "DP16KD"),
        ("dsps", "MULT18X18D"),
    ),
    places=True,
)
