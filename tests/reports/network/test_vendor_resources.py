from hls_projects.tools.csynth_report import CSynthReport
from hls_projects.tools.vendor_tools import VendorReport
from hls_projects.tools.vivado_report import Timing, Utilization
from reports.network.vendor_resources import vendor_resources
from reports.records.record import Figure, Source


def test_figures_carry_their_source_and_missing_is_none():
    csynth = CSynthReport("solution1", target_period=5.0, worst_latency=6,
                          resources={"LUT": 9224, "FF": 0})
    report = VendorReport((csynth,), Utilization(luts=7001), Timing(0.5, 5.0))
    designs = vendor_resources("Vitis", report)
    assert list(designs) == ["Vitis solution1", "Vivado"]
    hls, vivado = designs.values()
    assert hls["luts"] == Figure(9224, "LUT", Source.CSYNTH)
    assert hls["ffs"].value == 0 and hls["dsps"] == Figure(None, "DSP")
    assert hls["latency_ns"].value == 30.0 and hls["fmax_mhz"].value is None
    assert vivado["luts"] == Figure(7001, "LUT", Source.IMPL)
    assert vivado["fmax_mhz"].value == 1000 / 4.5
