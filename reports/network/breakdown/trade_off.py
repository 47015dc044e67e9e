"""Verilog of one network for all goals: what it takes and how fast it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.pages.table import Column, Table
from reports.records.record import Source, number_text

if TYPE_CHECKING:
    from hls_projects.conversion.rtl.trade_off import TradeOff

NOTE = (
    "Counted in the netlist that is written, and by the delay model; `--optimize GOAL` writes such "
    "a design, simulates and proves it, and `--yosys` synthesizes it."
)


def trade_off_records(found: Sequence[TradeOff]) -> list[dict[str, Any]]:
    """A record for each design, for report.json: counts, ns, samples a second."""
    return [
        {
            "family": one.family,
            "goal": one.goal,
            "registers": one.registers,
            "luts": one.luts,
            "positions": one.positions,
            "ffs": one.ffs,
            "cycles": one.cycles,
            "period_ns": round(one.period, 3),
            "latency_ns": round(one.latency, 3),
            "samples_a_second": round(one.samples_a_second),
            "source": Source.DELAYS.value,
        }
        for one in found
    ]


def trade_off_tables(records: Sequence[Mapping[str, Any]]) -> list[Table]:
    """A table for each family."""
    families = dict.fromkeys(record["family"] for record in records)
    return [_table(f, [record for record in records if record["family"] == f]) for f in families]


def _table(family: str, records: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        Column("goal", "Optimized for", left=True),
        Column("registers", "Registers", left=True),
        Column("luts", "LUT cells", number_text),
        Column("positions", "LUT positions", number_text),
        Column("ffs", "FF", number_text),
        Column("cycles", "Cycles", number_text),
        Column("period_ns", "Slowest path (ns)", "{:.2f}".format),
        Column("latency_ns", "Latency (ns)", "{:.1f}".format),
        Column("samples_a_second", "Samples a second", number_text),
    )
    rows = tuple(tuple(record[column.key] for column in columns) for record in records)
    return Table(f"Small or fast, {family}", columns, rows, (NOTE,))
