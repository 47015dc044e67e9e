"""Readers of vendor reports, on files in the real formats with invented counts."""

import pytest

from hls_projects.tools.csynth_report import read_csynth
from hls_projects.tools.vivado_report import Timing, Utilization, read_timing, read_utilization
from tests.hls_projects.tools.vendor_reports import VITIS_HLS, VIVADO_HLS

ULTRASCALE = """1. CLB Logic
------------

+----------------------------+------+-------+------------+-----------+-------+
|          Site Type         | Used | Fixed | Prohibited | Available | Util% |
+----------------------------+------+-------+------------+-----------+-------+
| CLB LUTs*                  | 5365 |     0 |          0 |    117120 |  4.58 |
|   LUT as Logic             | 4591 |     0 |          0 |    117120 |  3.92 |
| CLB Registers              | 6171 |     0 |          0 |    234240 |  2.63 |
| CARRY8                     |  353 |     0 |          0 |     14640 |  2.41 |
+----------------------------+------+-------+------------+-----------+-------+
* Warning! The Final LUT count, after physical optimizations, is typically lower.

3. BLOCKRAM
| Block RAM Tile    |  2.5 |     0 |          0 |       216 |  1.16 |
|   RAMB36/FIFO*    |    2 |     0 |          0 |       216 |  0.93 |
"""

SEVEN_SERIES = """| Slice LUTs              | 1,473 |     0 |     41000 |  3.59 |
| Slice Registers         |   293 |     0 |     82000 |  0.36 |
| Block RAM Tile |    0 |     0 |       135 |  0.00 |
| DSPs      |    4 |     0 |       240 |  1.67 |
"""

TIMING = """--------------------------------------------------------------------------------
| Design Timing Summary
| ---------------------
--------------------------------------------------------------------------------

    WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)
    -------      -------  ---------------------  -------------------      -------
     -0.427       -1.500                      9                  512        0.112

--------------------------------------------------------------------------------
| Clock Summary
| -------------

Clock   Waveform(ns)       Period(ns)      Frequency(MHz)
-----   ------------       ----------      --------------
ap_clk  {0.000 2.500}      5.000           200.000
"""


def write(tmp_path, text):
    path = tmp_path / "report"
    path.write_text(text)
    return path


def test_vivado_hls(tmp_path):
    report = read_csynth(write(tmp_path, VIVADO_HLS), "solution1")
    assert (report.solution, report.version, report.top) == ("solution1", "2019.2", "mnist_small")
    assert (report.best_latency, report.worst_latency) == (5, 7)
    assert (report.interval_min, report.interval_max) == (1, 2)
    assert (report.target_period, report.estimated_period) == (5.0, 4.253)
    assert report.resources == {"BRAM_18K": 0, "DSP": 3, "FF": 1185, "LUT": 9224, "URAM": 0}
    assert report.available["DSP"] == 6840


def test_vitis_hls_with_missing_parts(tmp_path):
    report = read_csynth(write(tmp_path, VITIS_HLS))
    assert report.resources == {"DSP": 0, "FF": 2044, "LUT": 12044}
    assert report.best_latency is None and report.worst_latency is None
    assert report.interval_min == 1 and report.interval_max is None
    assert report.available == {} and "BRAM_18K" not in report.resources


@pytest.mark.parametrize("text, message", [
    ("", "no valid XML"),
    (VIVADO_HLS[:300], "no valid XML"),
    ("<html></html>", "must hold a <profile>"),
    ("<!DOCTYPE x [<!ENTITY a 'aaa'>]><profile>&a;</profile>", "declares a document type"),
])
def test_other_files_are_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_csynth(write(tmp_path, text))


def test_utilization_of_both_families(tmp_path):
    assert read_utilization(write(tmp_path, ULTRASCALE)) == Utilization(5365, 6171, 353, 2.5)
    assert read_utilization(write(tmp_path, SEVEN_SERIES)) == Utilization(
        luts=1473, ffs=293, brams=0.0, dsps=4
    )
    with pytest.raises(ValueError, match="no table of site types"):
        read_utilization(write(tmp_path, "nothing"))


def test_timing(tmp_path):
    timing = read_timing(write(tmp_path, TIMING))
    assert timing == Timing(-0.427, 5.0)
    assert timing.fmax_mhz == pytest.approx(1000 / 5.427)
    assert read_timing(write(tmp_path, TIMING.split("| Clock Summary")[0])).fmax_mhz is None
    with pytest.raises(ValueError, match="no timing"):
        read_timing(write(tmp_path, "nothing"))


@pytest.mark.parametrize("number", ["inf", "nan", "-inf", "1e999"])
def test_figures_that_are_no_numbers_are_missing(tmp_path, number):
    path = tmp_path / "csynth.xml"
    path.write_text(VIVADO_HLS.replace("<LUT>9224<", f"<LUT>{number}<"))
    assert "LUT" not in read_csynth(path).resources
