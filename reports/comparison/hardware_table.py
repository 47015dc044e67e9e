"""Hardware of the compared networks, every source of a figure in a column of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from reports.comparison.compared_network import Group, metric_of, naming_columns
from reports.pages.table import Column, Table
from reports.records.record import RESOURCE_METRICS, Metric, Source, number_text
from reports.records.spread import Spread, percent_text, spread_of


def hardware_spreads(group: Group, metric: str) -> dict[tuple[str, Source], Spread]:
    """Spread of one metric over a group's members, by design and source.

    One that not all members have says so: its accuracy, of all seeds, stands beside it.
    """
    values: dict[tuple[str, Source], list[float]] = {}
    for member in group.members:
        for design, figures in member.resources.items():
            figure = figures.get(metric)
            if figure is not None and figure.value is not None:
                values.setdefault((design, figure.source), []).append(figure.value)
    seeds = len(group.members)
    return {
        key: replace(spread_of(found), seeds=seeds if len(found) < seeds else None)
        for key, found in values.items()
    }


def hardware_table(groups: Sequence[Group]) -> Table | None:
    """One row a group and design; LUTs from two sources never share a column.

    None if no group has a hardware figure.
    """
    pairs = _metrics_and_sources(groups)
    rows = [row for group in groups for row in _rows(group, pairs)]
    if not pairs or not rows:
        return None
    columns = [
        *naming_columns(groups),
        Column("accuracy", f"Test {metric_of(groups)} (%)", percent_text),
    ]
    columns += [
        Column(
            f"{metric.key}_{source.value}",
            f"{metric.label} ({source.value})",
            _metric_text(metric),
        )
        for metric, source in pairs
    ]
    used = dict.fromkeys(source for _, source in pairs)
    named = [f"{source.value}: {source.description}" for source in used]
    footnote = f"Sources: {'; '.join(named)}. Figures of two sources do not compare."
    return Table("Hardware", tuple(columns), tuple(rows), (footnote, *_notes(groups)))


def _metrics_and_sources(groups: Sequence[Group]) -> list[tuple[Metric, Source]]:
    """Every metric with every source that some group has it from, in the usual order."""
    return [
        (metric, source)
        for metric in RESOURCE_METRICS
        for source in sorted(Source, key=lambda source: source is Source.ESTIMATE)
        if any(source == key[1] for group in groups for key in hardware_spreads(group, metric.key))
    ]


def _notes(groups: Sequence[Group]) -> tuple[str, ...]:
    """Every distinct note of a figure once, after the metric and source that it belongs to."""
    notes = (
        f"{metric.label} ({figure.source.value}): {figure.note}"
        for metric in RESOURCE_METRICS
        for group in groups
        for member in group.members
        for figures in member.resources.values()
        if (figure := figures.get(metric.key)) is not None and figure.source and figure.note
    )
    return tuple(dict.fromkeys(notes))


def _rows(group: Group, pairs: Sequence[tuple[Metric, Source]]) -> list[tuple[Any, ...]]:
    rows = _designs_together(group, pairs)
    return [
        (
            group.network,
            f"{group.label} · {design}" if len(rows) > 1 else group.label,
            group.spread("test_accuracy"),
            *(cells.get((metric.key, source)) for metric, source in pairs),
        )
        for design, cells in rows
    ]


def _designs_together(
    group: Group, pairs: Sequence[tuple[Metric, Source]]
) -> list[tuple[str, dict[tuple[str, Source], Spread]]]:
    """Designs that fill no cell twice share a row, named by the first of them."""
    found: dict[str, dict[tuple[str, Source], Spread]] = {}
    for key in dict.fromkeys(metric.key for metric, _ in pairs):
        for (design, source), spread in hardware_spreads(group, key).items():
            found.setdefault(design, {})[key, source] = spread
    rows: list[tuple[str, dict[tuple[str, Source], Spread]]] = []
    for design, cells in found.items():
        free = next((row for _, row in rows if not row.keys() & cells.keys()), None)
        if free is None:
            rows.append((design, cells))
        else:
            free.update(cells)
    return rows


def _metric_text(metric: Metric) -> Callable[[Spread], str]:
    """Times and frequencies with two decimals, counts as whole numbers."""
    decimals = 2 if metric.unit in ("ns", "MHz") else None
    return lambda spread: spread.text(lambda value: number_text(round(value, decimals)))
