"""nextpnr for GateMate on a small design: what it counts is what we expect, and named errors."""

import json
from importlib.util import find_spec

import pytest

from hls_projects.rtl import write_rtl
from hls_projects.tools.place_and_route import DesignTooLarge, place_and_route
from hls_projects.tools.routers.gatemate import DEVICES, demand, registered
from hls_projects.tools.synthesis import FLOWS
from hls_projects.tools.yosys import run_yosys
from tests.hls_projects.networks import network

PACKAGE = "yowasp-nextpnr-himbaechel-gatemate"
routed = pytest.mark.skipif(
    find_spec("yowasp_nextpnr_himbaechel_gatemate") is None, reason=f"{PACKAGE} is not installed"
)
HALF = """module top(input clk, input [1:0] a, output reg y);
always @(posedge clk) y <= ^a;
endmodule
"""


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    return write_rtl(network((16, 8, 4)), tmp_path_factory.mktemp("rtl"), target="gatemate")


def netlist(verilog, folder):
    synthesis = FLOWS["gatemate"].synthesis()
    run_yosys([f"read_verilog {verilog}", f"{synthesis} -json n.json"], folder=folder)
    return json.loads((folder / "n.json").read_text())["modules"]["top"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@routed
def test_a_small_network(design, tmp_path, cache):
    placed = place_and_route(design.verilog, family="gatemate", cache=cache)
    assert (placed.device, placed.speed) == ("CCGM1A1", 3)
    assert (placed.luts_available, placed.ffs_available) == (DEVICES["CCGM1A1"],) * 2
    needed = demand(netlist(design.verilog, tmp_path))
    assert (placed.ffs, placed.carries) == (design.ffs, needed.carries)
    assert abs(placed.luts - needed.luts) <= 2 + 0.05 * needed.luts
    period = 1000 / placed.fmax_mhz
    assert 20 < placed.fmax_mhz < 700
    assert placed.logic_ns + placed.routing_ns == pytest.approx(period, abs=0.1)


@routed
def test_a_slower_mode_is_slower(design, cache):
    fast, slow = (place_and_route(design.verilog, family="gatemate", speed=speed, cache=cache)
                  for speed in (3, 1))
    assert fast.fmax_mhz > slow.fmax_mhz


def test_inputs_get_registers_and_outputs_are_named_once(tmp_path):
    (tmp_path / "top.v").write_text(HALF)
    module = netlist("top.v", tmp_path)
    assert (demand(module).luts, demand(module).ffs) == (1, 1)
    module["ports"]["again"] = module["ports"]["y"]
    assert registered(module, "clk") == 2
    assert sorted(module["ports"]) == ["clk", "outputs"]
    assert len(module["ports"]["outputs"]["bits"]) == 1
    clocks = {c["connections"]["CLK"][0] for c in module["cells"].values()
              if c["type"] == "CC_DFF"}
    assert len(clocks) == 1 and module["ports"]["clk"]["bits"][0] not in clocks


def test_what_cannot_be_placed_is_named(design, tmp_path, monkeypatch):
    monkeypatch.setattr("hls_projects.tools.place_and_route.run_nextpnr", None)
    monkeypatch.setattr("hls_projects.tools.place_and_route.nextpnr_version", lambda package: "0")
    with pytest.raises(DesignTooLarge, match="CPE halves, .* times the 8 of the GateMate a"):
        place_and_route(design.verilog, family="gatemate", devices={"a": 8})
    with pytest.raises(ValueError, match="`family` must be one of ecp5, gatemate. Received: 'no'"):
        place_and_route(design.verilog, family="no")
    with pytest.raises(ValueError, match="`speed` must be 1, 2 or 3 of GateMate. Received: 6"):
        place_and_route(design.verilog, family="gatemate", speed=6)
    (tmp_path / "top.v").write_text("module top(input clk, a, output y); assign y = !a; endmodule")
    with pytest.raises(ValueError, match="no path can be timed"):
        place_and_route(tmp_path / "top.v", family="gatemate")
