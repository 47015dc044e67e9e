"""Tables of accuracy and size: one row a group of seeds, and one row a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from reports.comparison.compared_network import (
    ComparedNetwork,
    Group,
    metric_of,
    naming_columns,
)
from reports.pages.table import Column, Table
from reports.records.record import Source, number_text
from reports.records.spread import Spread, percent_text


def _with(template: str) -> Callable[[Spread], str]:
    return lambda spread: spread.text(template.format)


def _count_text(spread: Spread) -> str:
    return spread.text(lambda value: number_text(round(value)))


GROUP_COLUMNS = (
    Column("seeds", "Seeds", number_text),
    Column("test_accuracy", "Test accuracy (%)", percent_text),
    Column("validation_accuracy", "Validation accuracy (%)", percent_text),
    Column("sparsity", "Zeros (%)", percent_text),
    Column("nonzeros", "Nonzeros", _count_text),
    Column("encoded_bits", "Encoded bits", _count_text),
    Column("bits_per_weight", "Bits a weight", _with("{:.3f}")),
    Column("ratio_vs_binary", "Smaller than binary (×)", _with("{:.2f}")),
    Column("ratio_vs_ternary", "Smaller than ternary (×)", _with("{:.2f}")),
)
RECORD_COLUMNS = (
    Column("seed", "Seed", str),
    Column("test_accuracy", "Test accuracy (%)", lambda share: f"{100 * share:.2f}"),
    Column("validation_accuracy", "Validation accuracy (%)", lambda share: f"{100 * share:.2f}"),
    Column("weights", "Weights", number_text),
    Column("nonzeros", "Nonzeros", number_text),
    Column("sparsity", "Zeros (%)", lambda share: f"{100 * share:.2f}"),
    Column("encoded_bits", "Encoded bits", number_text),
    Column("learning_rate", "Learning rate", "{:g}".format),
    Column("epochs", "Epochs", number_text),
    Column("seconds", "Training (s)", lambda seconds: number_text(round(seconds))),
    Column("network_file", "Network file", left=True),
    Column("command", "Command", left=True),
)
LABELS = {
    "test_accuracy": "test accuracy",
    "validation_accuracy": "validation accuracy",
    "sparsity": "zeros",
    "nonzeros": "nonzeros",
    "encoded_bits": "encoded bits",
    "bits_per_weight": "bits a weight",
    "ratio_vs_binary": "ratio to binary",
    "ratio_vs_ternary": "ratio to ternary",
}


def group_table(groups: Sequence[Group]) -> Table:
    """Accuracy and size of every group, mean ± standard deviation over its seeds."""
    rows = tuple(
        (
            group.network,
            group.label,
            len(group.members),
            *(group.spread(column.key) for column in GROUP_COLUMNS[1:]),
        )
        for group in groups
    )
    notes = (
        "Mean ± sample standard deviation over seeds; a single seed has none. Encoded bits are the "
        "real bitstream's; ratios compare it with 1 bit a weight (binary) and 2 bits a weight "
        "(ternary).",
        *_source_notes(groups),
    )
    columns = (*naming_columns(groups), *_named(GROUP_COLUMNS, groups))
    return Table("Accuracy and size", columns, rows, notes)


def record_table(groups: Sequence[Group]) -> Table:
    """One row a trained network, with what made it."""
    rows = tuple(_record_row(group, member) for group in groups for member in group.members)
    columns = (*naming_columns(groups), *_named(RECORD_COLUMNS, groups))
    return Table("Every network", columns, rows)


def _named(columns: Sequence[Column], groups: Sequence[Group]) -> Iterator[Column]:
    """The columns, those of accuracies by the name of the groups' metric."""
    metric = metric_of(groups)
    for column in columns:
        yield replace(column, label=column.label.replace("accuracy", metric))


def _record_row(group: Group, member: ComparedNetwork) -> tuple[Any, ...]:
    cells = (getattr(member.record, column.key) for column in RECORD_COLUMNS)
    return group.network, group.label, *(None if cell == "" else cell for cell in cells)


def _source_notes(groups: Sequence[Group]) -> tuple[str, ...]:
    """Where the table's figures come from, one sentence a source."""
    found: dict[str, set[str]] = {}
    for group in groups:
        for member in group.members:
            for figure, source in member.record.sources.items():
                if figure in LABELS:
                    found.setdefault(source, set()).add(figure)
    return tuple(
        f"{source.description[0].upper()}{source.description[1:]} ({source.value}): "
        f"{', '.join(LABELS[figure] for figure in LABELS if figure in found[source.value])}."
        for source in Source
        if source.value in found
    )
