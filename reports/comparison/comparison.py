"""The comparison of several networks as one page, from their records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from qkeras_models.files.atomic_write import write_atomically
from reports.comparison.claims import claims_table
from reports.comparison.compared_network import ComparedNetwork, Group, groups_of
from reports.comparison.comparison_tables import group_table, record_table
from reports.comparison.hardware_table import hardware_table
from reports.comparison.published import published_table
from reports.pages.page import Page, Plot, Section
from reports.plots.accuracy_sparsity_plot import accuracy_sparsity_plot
from reports.plots.over_luts.accuracy_luts_ns_plot import accuracy_luts_ns_plot
from reports.plots.over_luts.accuracy_luts_plot import accuracy_luts_plot
from reports.plots.over_luts.latency_plot import latency_luts_plot
from reports.plots.shadow_weight_plot import shadow_weight_plot
from reports.plots.sparsity_plots import entropy_plot, layer_sparsity_plot
from reports.plots.training_plots import training_plot

# Trainings that are drawn one by one.
MOST_TRAININGS = 3


def comparison_page(
    networks: Sequence[ComparedNetwork],
    title: str,
    introduction: Sequence[str] = (),
    *,
    claims: bool,
    data: str | None = None,
) -> Page:
    """Tables and plots of all networks; sections without any figure are left out.

    Args:
        networks: what is compared, at least one unless ``claims`` are asked for.
        title: heading of the page.
        introduction: paragraphs below it.
        claims: whether the claims table stands there, and what follows it is folded.
        data: set that the accuracies are of, if published_data names it: published designs stand
            beside them then, and the claims are those about it.
    """
    groups = groups_of(networks)
    sections = (
        _frontier_section(groups, data),
        Section("Claims", tables=(claims_table(groups, data),) if claims else ()),
        *(
            replace(section, folded=claims) for section in (
                _accuracy_section(groups),
                _hardware_section(groups, data),
                _size_section(networks, groups),
                _training_section(groups),
                Section("Every network", tables=(record_table(groups),) if networks else ()),
            )
        ),
    )
    return Page(title, tuple(introduction), sections)


def write_comparison(page: Page, target: Path) -> list[Path]:
    """Writes the page as HTML, as Markdown beside it, and the Markdown's plots.

    Args:
        target: the HTML file; its folder is created.  The others are ``<stem>.md`` and
            ``<stem>-plots/*.svg``, where plots of an earlier page do not stay.

    Returns:
        The HTML file and the Markdown file.
    """
    from reports.pages.page_html import page_html
    from reports.pages.page_markdown import page_markdown

    plots = target.with_name(f"{target.stem}-plots")
    target.parent.mkdir(parents=True, exist_ok=True)
    drawn = {plots / f"{plot.name}.svg": plot.svg for s in page.sections for plot in s.plots}
    for path, svg in drawn.items():
        plots.mkdir(exist_ok=True)
        write_atomically(path, svg)
    for path in {*plots.glob("*.svg")} - drawn.keys():
        path.unlink()
    markdown = target.with_suffix(".md")
    write_atomically(markdown, page_markdown(page, plots.name))
    write_atomically(target, page_html(page))
    return [target, markdown]


def _accuracy_section(groups: Sequence[Group]) -> Section:
    plots = tuple(
        Plot(
            f"accuracy-sparsity-{place}",
            f"Accuracy against sparsity, {name}",
            svg,
            "Mean over seeds, bars ± standard deviation; dashed: dense networks. Source: the "
            "table of accuracy and size.",
        )
        for place, name, svg in _by_architecture(groups, accuracy_sparsity_plot)
    )
    tables = (group_table(groups),) if groups else ()
    return Section("Accuracy and size", tables=tables, plots=plots)


def _frontier_section(groups: Sequence[Group], data: str | None) -> Section:
    svg = accuracy_luts_plot(groups, data)
    caption = (
        "Every marker is another source. LUT cells of open synthesis and of a vendor's tool are "
        "counted before placement; positions are what a placed design would occupy. An estimate "
        "stands where nothing was synthesized. Magnitude pruning, L2 alone and no retraining are "
        "in the tables only."
        + (" Hollow diamonds: published designs, vendor-tool figures." if data else "")
    )
    plot = Plot("accuracy-luts", "Accuracy against LUTs", svg or "", caption, wide=True)
    return Section("Frontier", plots=(plot,) if svg else ())


def _hardware_section(groups: Sequence[Group], data: str | None) -> Section:
    table = hardware_table(groups)
    if table is None:
        return Section("Hardware")
    svg = latency_luts_plot(groups, data)
    caption = (
        "Accuracies stand at the points. Ours by the delay model, of designs of fewest LUT "
        "cells with a register stage a layer; other goals of the Verilog are faster."
    )
    plots = [Plot("latency-luts", "Latency against LUTs", svg, caption, wide=True)] if svg else []
    if svg := accuracy_luts_ns_plot(groups, data):
        caption = (
            "LUT cells times ns of the Verilog of goal balanced, all layers in one cycle: counted, "
            "and by the delay model. Hollow diamonds: the published figures multiplied."
        )
        plots.append(
            Plot("accuracy-luts-ns", "Accuracy against LUTs × ns", svg, caption, wide=True)
        )
    tables = (table, published_table(data)) if data else (table,)
    return Section("Hardware", tables=tables, plots=tuple(plots))


def _size_section(networks: Sequence[ComparedNetwork], groups: Sequence[Group]) -> Section:
    plots = []
    svg = entropy_plot(networks)
    if svg:
        caption = (
            "Whole networks, counted from their weights; the bound is the sum over layers of the "
            "entropy of independent weights with the layer's shares of −1, 0 and 1."
        )
        plots.append(Plot("bits-entropy", "Bits a weight against entropy", svg, caption))
    for place, name, drawn in _by_architecture(groups, layer_sparsity_plot):
        caption = "Mean over seeds, counted from the weights."
        title = f"Sparsity of each layer, {name}"
        plots.append(Plot(f"layer-sparsity-{place}", title, drawn, caption))
    return Section("Where the zeros are", plots=tuple(plots))


def _training_section(groups: Sequence[Group]) -> Section:
    return Section("Training", plots=tuple(_training_plots(groups)))


def _training_plots(groups: Sequence[Group]) -> Iterator[Plot]:
    """Histograms and history of the first seed of groups that kept them; of many, the first's."""
    kept = [(place, group) for place, group in enumerate(groups)
            if any(member.stages or member.history for member in group.members)]
    for place, group in kept if len(kept) <= MOST_TRAININGS else kept[:1]:
        name = f"{group.network}, {group.label}"
        staged = next((member for member in group.members if member.stages), None)
        if staged:
            yield Plot(
                f"shadow-weights-{place}",
                f"Shadow weights at the end of each stage, {name}",
                shadow_weight_plot(staged.stages),
                f"Counted in training, seed {staged.record.seed}; the count is logarithmic.",
                wide=True,
            )
        known = next((member for member in group.members if member.history), None)
        if known:
            yield Plot(
                f"training-{place}",
                f"Accuracy, nonzeros and thresholds over epochs, {name}",
                training_plot(known.history),
                f"Recorded in training, seed {known.record.seed}.",
                wide=True,
            )


def _by_architecture(
    groups: Sequence[Group], draw: Callable[[Sequence[Group]], str | None]
) -> Iterator[tuple[int, str, str]]:
    """Number, name and plot of every architecture that has one."""
    for place, name in enumerate(dict.fromkeys(group.network for group in groups)):
        svg = draw([group for group in groups if group.network == name])
        if svg:
            yield place, name, svg
