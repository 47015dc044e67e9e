import time

import pytest

from hls_projects.tools.synthesis import Cells, count_cells, synthesize_verilog
from hls_projects.tools.yosys import YosysError, run_yosys

POPCOUNT = """module top(input clk, input [5:0] a, output reg [2:0] y);
always @(posedge clk) y <= a[0] + a[1] + a[2] + a[3] + a[4] + a[5];
endmodule
"""


@pytest.fixture
def verilog(tmp_path):
    path = tmp_path / "top.v"
    path.write_text(POPCOUNT)
    return path


@pytest.mark.parametrize("target", ["xilinx", "xilinx7", "ecp5"])
def test_cells_of_a_small_design(verilog, target):
    cells = synthesize_verilog(verilog, target)
    assert cells.ffs == 3
    assert 3 <= cells.luts <= 20 and cells.luts == sum(cells.luts_by_size.values())
    assert (cells.brams, cells.dsps) == (0, 0)


def test_a_path_is_no_part_of_a_command(verilog, tmp_path):
    folder = tmp_path / "my runs; !touch broken"
    folder.mkdir()
    (folder / "top.v").write_text(POPCOUNT)
    assert synthesize_verilog(folder / "top.v", "ecp5").ffs == 3
    assert not list(tmp_path.rglob("broken"))


def test_the_same_design_is_not_synthesized_twice(verilog, tmp_path, monkeypatch):
    first = synthesize_verilog(verilog, cache=tmp_path / "cache")
    monkeypatch.setattr("hls_projects.tools.synthesis.run_yosys", None)
    assert synthesize_verilog(verilog, cache=tmp_path / "cache") == first
    verilog.write_text(POPCOUNT.replace("a[5]", "a[4]"))
    with pytest.raises(TypeError):
        synthesize_verilog(verilog, cache=tmp_path / "cache")


def test_instantiated_luts_count_one_each():
    counted = count_cells({"LUT6_2": 3, "LUT2": 5, "INV": 1, "FDRE": 7, "CARRY8": 2, "RAMB36E2": 1})
    assert counted == Cells(9, 7, 2, 1, 0, {"1": 1, "2": 5, "6": 3})


def test_errors_of_yosys_are_shown(tmp_path):
    (tmp_path / "bad.v").write_text("module top(input a; endmodule")
    with pytest.raises(YosysError, match="syntax error"):
        synthesize_verilog(tmp_path / "bad.v")
    with pytest.raises(ValueError, match="`target` must be one of xilinx"):
        synthesize_verilog(tmp_path / "bad.v", "ice40")


def test_limits_are_named(tmp_path, verilog):
    with pytest.raises(YosysError, match="time limit of 0.01 s"):
        run_yosys(["help"], folder=tmp_path, seconds=0.01)
    with pytest.raises(YosysError, match="memory limit of 90 MiB"):
        synthesize_verilog(verilog, memory_mib=90)


def test_nothing_runs_on_after_the_time_limit(tmp_path):
    late = tmp_path / "late"
    (tmp_path / "go_on.sh").write_text("sleep 3\ntouch late\n")
    with pytest.raises(YosysError, match="time limit"):
        run_yosys(["exec -- sh go_on.sh"], folder=tmp_path, seconds=1.5)
    time.sleep(3)
    assert not late.exists()
