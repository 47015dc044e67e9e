"""One network of a comparison, and the groups of seeds that are averaged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.network.estimate import error_note
from reports.pages.table import Column
from reports.records.record import RESOURCE_METRICS, Figure, Metric, Resources, Source
from reports.records.spread import Spread, spread_of
from training.methods import METHODS

if TYPE_CHECKING:
    from reports.network.sizes import NetworkSize
    from reports.records.results_file import NetworkRecord

SCORE = "score"
LABELS = {name: method.label for name, method in METHODS.items()} | {"search": "found by search"}
"""Labels of the known methods, in the order in which tables list them."""


@dataclass(frozen=True)
class ComparedNetwork:
    """A network's record and what else is known of it.

    Args:
        record: its figures.
        name: what it is called, if it stands for itself and not for its method, as a run does.
        resources: hardware figures by design; by default the record's own.
        size: counted from its integer network, if that is at hand.
        history: its history.csv, if there is one.
        stages: its shadow_weights.json, histograms at the end of each stage, if there is one.
    """

    record: NetworkRecord
    name: str = ""
    resources: Resources = field(default_factory=dict)
    size: NetworkSize | None = None
    history: Path | None = None
    stages: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Group:
    """Networks that differ only in their seed.

    Args:
        network: architecture.
        method: how they were trained; ``search 7`` for trial 7 of a search.
        wanted_sparsity: what was asked for, None for dense methods.
        quick: trained on a short schedule.
        name: of the only member, if it has one.
        members: at least one.
    """

    network: str
    method: str
    wanted_sparsity: float | None
    quick: bool
    name: str
    members: tuple[ComparedNetwork, ...]

    @property
    def series(self) -> str:
        """Name or method: what a plot draws as one line, whatever the sparsity."""
        return self.name or LABELS.get(self.method.partition(" ")[0], self.method)

    @property
    def trial(self) -> str:
        """Number of the trial of a search that this network is; empty for others."""
        return self.method.partition(" ")[2]

    @property
    def label(self) -> str:
        """Name, or method and wanted sparsity, as tables and plots call the group."""
        if self.name:
            return self.name
        if self.trial:
            return f"{self.series}, trial {self.trial}"
        wanted = "" if self.wanted_sparsity is None else f" {sparsity_text(self.wanted_sparsity)}"
        return f"{self.series}{wanted}{' (quick)' if self.quick else ''}"

    def spread(self, figure: str) -> Spread | None:
        """Of a record's field over the members that have it."""
        return spread_of(getattr(member.record, figure) for member in self.members)


def naming_columns(groups: Sequence[Group]) -> tuple[Column, Column]:
    """The first two columns of a table of groups: architecture, and method or run."""
    runs = all(group.name for group in groups)
    return (
        Column("network", "Network", left=True),
        Column("method", "Run" if runs else "Method", left=True),
    )


def metric_of(groups: Iterable[Group]) -> str:
    """What the groups' accuracies are called: by their metric, or a score if there are several."""
    metrics = {member.record.metric for group in groups for member in group.members}
    return metrics.pop() if len(metrics) == 1 else SCORE


def sparsity_text(share: float) -> str:
    """A share as percent, with at most two decimals and a space that does not break."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "\u00a0%"


def resources_of_record(record: NetworkRecord) -> Resources:
    """The hardware figures of a record as one design, named by where its LUTs come from."""
    figures = {
        metric.key: _figure(record, metric)
        for metric in RESOURCE_METRICS
        if getattr(record, metric.key, None) is not None
    }
    if not figures:
        return {}
    return {record.sources.get("luts", next(iter(figures.values())).source.value): figures}


def _figure(record: NetworkRecord, metric: Metric) -> Figure:
    source = Source(record.sources[metric.key])
    estimated = source is Source.ESTIMATE and metric.key in ("luts", "ffs")
    # Integer networks name their layers by kind.
    convolutional = any(name.startswith("conv2d") for name in record.layer_sparsity)
    note = error_note(record.nonzeros or 0, convolutional) if estimated else ""
    return Figure(getattr(record, metric.key), metric.unit, source, note)


def groups_of(networks: Iterable[ComparedNetwork]) -> tuple[Group, ...]:
    """Groups by architecture in order of appearance, then method and wanted sparsity."""
    found: dict[tuple[Any, ...], list[ComparedNetwork]] = {}
    for member in networks:
        record = member.record
        key = (record.network, record.method, record.wanted_sparsity, record.quick, member.name)
        found.setdefault(key, []).append(member)
    architectures = list(dict.fromkeys(key[0] for key in found))
    methods = list(LABELS)

    def order(key: tuple[Any, ...]) -> tuple[Any, ...]:
        network, method, wanted, *rest = key
        place = methods.index(method) if method in methods else len(methods)
        return architectures.index(network), place, -1.0 if wanted is None else wanted, rest

    return tuple(Group(*key, tuple(found[key])) for key in sorted(found, key=order))
