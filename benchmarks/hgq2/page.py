"""Tables and the plot of docs/hgq2.md, from the records alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from hls_projects.tools.synthesis import Cells
from reports.pages.table import Column, Table
from reports.plots.svg import COLORS, draw_svg, plain_axes
from reports.records.results_file import NetworkRecord

MARK = "<!-- by benchmarks/hgq2_comparison.py -->\n"
NETWORKS = {"mnist-small": "HGQ2, 784-256-64-10", "narrow": "HGQ2, 784-64-32-10"}


@dataclass(frozen=True)
class OwnPoint:
    """One of this project's networks, or a mean over seeds, synthesized in the same flow.

    Args:
        name: what it is called in the table.
        test_accuracy, validation_accuracy: shares in [0, 1].
        nonzeros: weights.
        luts, positions, carries, ffs: of Verilog written for the fewest LUT positions.
    """

    name: str
    test_accuracy: float
    validation_accuracy: float
    nonzeros: int
    luts: int
    positions: int
    carries: int
    ffs: int


# Ours of the architectures that HGQ2 trains, and the one of single LUTs.
COMPARED = ("mnist-small", "mnist-small-averaged", "mnist-narrow", "mnist-fast")
# Nonzeros; HGQ2's networks end far below.
LARGEST = 10_000


def own_points(
    records: Sequence[NetworkRecord], cells_of: Callable[[NetworkRecord], Cells]
) -> list[OwnPoint]:
    """Means over the seeds of COMPARED networks up to LARGEST, trained in full."""
    groups: dict[tuple[str, float | None], list[NetworkRecord]] = {}
    for record in records:
        own = record.method == "sparse" and record.network in COMPARED and not record.quick
        if own and record.nonzeros <= LARGEST:
            groups.setdefault((record.network, record.wanted_sparsity), []).append(record)
    return [_mean(*key, members, cells_of) for key, members in groups.items()]


def _mean(
    network: str,
    sparsity: float | None,
    members: Sequence[NetworkRecord],
    cells_of: Callable[[NetworkRecord], Cells],
) -> OwnPoint:
    cells = [cells_of(record) for record in members]
    seeds = "one seed" if len(members) == 1 else f"mean of {len(members)} seeds"
    return OwnPoint(
        f"{network}, {100 * (sparsity or 0):g} % asked for, {seeds}",
        fmean(record.test_accuracy for record in members),
        fmean(record.validation_accuracy for record in members),
        round(fmean(record.nonzeros for record in members)),
        *(round(fmean(getattr(found, kind) for found in cells))
          for kind in ("luts", "positions", "carries", "ffs")),
    )


def percent(share: float) -> str:
    return f"{100 * share:.2f}"


def comparison_table(records: Sequence[dict[str, Any]], own: Sequence[OwnPoint]) -> Table:
    """Every network, ours and HGQ2's, fewest LUT positions first."""
    number = "{:,}".format
    columns = (
        Column("network", "Network", left=True),
        Column("test", "Test accuracy (%)", percent),
        Column("validation", "Validation (%)", percent),
        Column("positions", "LUT positions", number),
        Column("luts", "LUT", number),
        Column("carries", "CARRY4", number),
        Column("ffs", "FF", number),
        Column("nonzeros", "Nonzero weights", number),
        Column("ebops", "EBOPs", number),
    )
    rows = [
        (
            NETWORKS[r["network"]], r["test_accuracy"], r["validation_accuracy"], r["positions"],
            r["luts"], r["carries"], r["ffs"], r["nonzeros"], r["ebops"],
        )
        for r in records
    ]
    rows += [
        (
            f"**{p.name}**", p.test_accuracy, p.validation_accuracy, p.positions,
            p.luts, p.carries, p.ffs, p.nonzeros, None,
        )
        for p in own
    ]
    return Table("LUT positions and accuracy", columns, tuple(sorted(rows, key=lambda row: row[3])))


def exports_table(records: Sequence[dict[str, Any]]) -> Table:
    """How each of HGQ2's networks came to be, and that its Verilog is it."""
    columns = (
        Column("positions", "LUT positions", "{:,}".format),
        *TRAINING,
        Column("epoch", "Epoch kept"),
        Column("latency", "Latency (cycles)"),
        Column("depth", "Adders in a row"),
        Column("differ", "Logits that differ, da4ml / Verilog", left=True),
    )
    rows = [
        (
            r["positions"], *_training(r), f"{r['epoch'] + 1} of {r['epochs']}",
            r["latency_cycles"], r["adder_depth"],
            f"{r['logits_that_differ']} / {r['verilog_logits_that_differ']} of {r['logits']:,}",
        )
        for r in records
    ]
    return Table("Exports", columns, tuple(sorted(rows)))


def trainings_table(trainings: Sequence[dict[str, Any]]) -> Table:
    """All trainings and where they ended."""
    columns = (
        *TRAINING,
        Column("epochs", "Epochs"),
        Column("validation", "Validation, last epoch (%)", percent),
        Column("ebops", "EBOPs, last epoch", "{:,}".format),
        Column("seconds", "CPU seconds", "{:,.0f}".format),
    )
    rows = [
        (*_training(t), t["epochs"], t["validation_accuracy"], t["ebops"], t["cpu_seconds"])
        for t in trainings
    ]
    return Table("Trainings", columns, tuple(rows))


TRAINING = (
    Column("network", "Network", left=True),
    Column("beta", "Last β", "{:g}".format),
    Column("rate", "Learning rate", "{:g}".format),
)


def _training(found: dict[str, Any]) -> tuple[str, float, float]:
    return NETWORKS[found["network"]], found["beta"], found["learning_rate"]


def cheapest_rival(
    records: Sequence[dict[str, Any]], accuracy: float, key: str = "test_accuracy"
) -> dict[str, Any] | None:
    """HGQ2's network of fewest positions that is at least as accurate; None if none is."""
    reached = [r for r in records if r[key] >= accuracy]
    return min(reached, key=lambda r: r["positions"]) if reached else None


def verdict(records: Sequence[dict[str, Any]], own: Sequence[OwnPoint]) -> str:
    """For each of our networks HGQ2's LUT positions at no less accuracy, as a list.

    By validation accuracy too: that is what HGQ2's networks were chosen by.
    """
    lines = []
    for point in sorted(own, key=lambda p: p.positions):
        parts = [f"- {point.name}: {percent(point.test_accuracy)} %, "
                 f"{point.positions:,} positions."]
        for key, kind in (("test_accuracy", "test"), ("validation_accuracy", "validation")):
            rival = cheapest_rival(records, getattr(point, key), key)
            parts.append(_rival_text(point, rival, kind))
        lines.append(" ".join(parts))
    return "\n".join(lines) + "\n"


def _rival_text(point: OwnPoint, rival: dict[str, Any] | None, kind: str) -> str:
    if rival is None:
        return f"HGQ2 reached its {kind} accuracy with none of its networks."
    return (
        f"HGQ2's cheapest of no less {kind} accuracy takes {rival['positions']:,}, "
        f"{rival['positions'] / point.positions:.2f} times as many "
        f"({percent(rival['test_accuracy'])} % on test data)."
    )


def plot(records: Sequence[dict[str, Any]], own: Sequence[OwnPoint]) -> str:
    """SVG: test accuracy over LUT positions, HGQ2's networks and ours."""

    def paint(figure):
        axes = figure.subplots()
        for place, (network, label) in enumerate(NETWORKS.items(), 1):
            line = sorted(
                (r["positions"], 100 * r["test_accuracy"])
                for r in records if r["network"] == network
            )
            if line:
                axes.plot(*zip(*line, strict=True), "o-", color=COLORS[place], label=label)
        ours = [(p.positions, 100 * p.test_accuracy) for p in own]
        if ours:
            style = {"color": COLORS[0], "markersize": 9, "label": "this project"}
            axes.plot(*zip(*ours, strict=True), "*", **style)
        axes.set(xscale="log", ylabel="test accuracy (%)")
        axes.set_xlabel("LUT positions (Yosys, synth_xilinx)")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.xaxis.set_minor_formatter("{x:,.0f}")
        axes.tick_params(axis="x", which="both", labelrotation=45)
        plain_axes(axes, "both")
        axes.legend(frameon=False)

    return draw_svg(6.4, 4.2, paint)


def write_page(
    page: Path,
    image: Path,
    records: Sequence[dict[str, Any]],
    trainings: Sequence[dict[str, Any]],
    own: Sequence[OwnPoint],
) -> None:
    """Replaces the page's part after MARK, and the plot."""
    from qkeras_models.files.atomic_write import write_atomically

    write_atomically(image, plot(records, own))
    text = page.read_text(encoding="utf-8").split(MARK)[0]
    parts = [
        "## Accuracy against LUT positions\n",
        verdict(records, own),
        f"![Test accuracy against LUT positions]({image.name})\n",
        comparison_table(records, own).to_markdown().replace("\\*\\*", "**"),
        "## How HGQ2's networks came to be\n",
        exports_table(records).to_markdown(),
        "All trainings, β and learning rate chosen by validation accuracy:\n",
        trainings_table(trainings).to_markdown(),
    ]
    write_atomically(page, text + MARK + "\n" + "\n".join(parts))
