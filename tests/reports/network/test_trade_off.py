"""Verilog of every goal, counted: the figures are those of the designs that are written."""

import pytest

from hls_projects.conversion.options import RtlOptions
from hls_projects.conversion.rtl.trade_off import trade_offs
from hls_projects.families import ECP5, XILINX, Goal
from hls_projects.rtl import write_rtl
from reports.network.breakdown.trade_off import trade_off_records, trade_off_tables
from reports.plots.over_luts.trade_off_plot import trade_off_plot
from tests.hls_projects.networks import image_network, network

NET = network((24, 8, 6, 5), bits=2, seed=5)


def test_every_goal_stands_there_with_and_without_registers(tmp_path):
    found = trade_offs(NET, XILINX, clock_period=2.0)
    ways = ["one stage a layer", "none between layers", "for 2 ns"]
    assert [(one.goal, one.registers) for one in found] == [
        (goal.value, way) for goal in Goal for way in ways
    ]
    for one, period in zip(found[-3:], (None, 1e6, 2.0), strict=True):
        design = write_rtl(NET, tmp_path, optimize="speed", clock_period=period)
        assert (one.luts, one.positions, one.ffs, one.cycles) == (
            design.luts, design.positions, design.ffs, design.latency)
        assert one.latency == pytest.approx(design.latency_ns)


def test_an_image_takes_a_cycle_a_pixel():
    stream = image_network((4, 4, 1), [(2, (3, 3), (1, 1), "same")])
    for one in trade_offs(stream, XILINX):
        assert one.samples_a_second == pytest.approx(1e9 / (16 * one.period))


def test_a_table_a_family_and_one_plot():
    records = trade_off_records([*trade_offs(NET, XILINX), *trade_offs(NET, ECP5)])
    tables = trade_off_tables(records)
    assert [table.title for table in tables] == ["Small or fast, xilinx", "Small or fast, ecp5"]
    assert [len(table.rows) for table in tables] == [8, 8]
    assert {row[3] for row in tables[1].rows} == {None}
    svg = trade_off_plot(records)
    assert all(goal.value in svg for goal in Goal) and "LUT positions" in svg
    assert "LUT cells" in trade_off_plot(records[8:])


def test_time_multiplexed_layers_are_refused():
    with pytest.raises(ValueError, match="--trade-off.*--time-multiplex"):
        RtlOptions(trade_off=True, time_multiplex=True).check()
