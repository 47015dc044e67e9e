"""The tables of a network's report, made from the report's JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.pages.table import Column, Table
from reports.records.record import Figure, Metric, Resources, Source, metrics_of, number_text

SIZE_FOOTNOTE = (
    "Source of all figures: counted. Weights only; thresholds and biases cost the same in all "
    "three encodings. Encoded bits are those of the real Golomb–Rice bitstream, header and padding "
    "included, decoded back and compared, and of weights of more than three values the fewest bits "
    "that hold each; vs binary and vs ternary say how many times fewer they "
    "are than 1 and 2 bits a weight. The entropy bound, in bits a weight, is for independent "
    "weights with the layer's shares of −1, 0 and 1."
)
COMPUTATION_FOOTNOTE = (
    "Source of all figures: counted. Additions per inference are Σ max(fan-in − 1, 0) over the "
    "outputs, bias and comparisons not counted. Accumulator bits hold every sum that any input can "
    "reach, in two's complement. A dead neuron has no nonzero weight."
)
MODULE_CELLS = {
    "luts": "LUT",
    "positions": "LUT positions",
    "ffs": "FF",
    "carries": "Carry cells",
    "brams": "BRAM",
    "dsps": "DSP",
}
MODULE_FOOTNOTE = (
    "Source of all figures: yosys. LUT is the number of LUT cells of all sizes; LUT1 to LUT6 say "
    "how many have that many inputs, LUT6_2 among LUT6. Modules are synthesized one by one, the "
    "whole network once more as one piece."
)
NOT_MEASURED_FOOTNOTE = (
    "n/a: convert.py measures latency and interval with --rtl, and counts cells with --yosys."
)
NOT_SYNTHESIZED: Resources = {"Not synthesized": {}}
TERMINAL_COLUMNS = (
    "name",
    "weights",
    "nonzeros",
    "sparsity",
    "encoded_bits",
    "bits_per_weight",
    "ratio_vs_binary",
    "ratio_vs_ternary",
    "additions",
)
EXACTNESS_METRICS = (
    ("samples", "Samples compared", "", Source.CSIM),
    ("logits", "Logits compared", "", Source.CSIM),
    ("mismatches", "Logits that differ", "", Source.CSIM),
    ("images_per_second", "Speed", "images/s", Source.MEASURED),
    ("compile_seconds", "Compilation", "s", Source.MEASURED),
)


def _shape_text(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


SIZE_COLUMNS = (
    Column("name", "Layer", left=True),
    Column("shape", "Shape", _shape_text),
    Column("weights", "Weights", number_text),
    Column("nonzeros", "Nonzeros", number_text),
    Column("sparsity", "Sparsity", "{:.2%}".format),
    Column("encoded_bits", "Encoded bits", number_text),
    Column("bits_per_weight", "Bits a weight", "{:.3f}".format),
    Column("entropy_bits_per_weight", "Entropy bound", "{:.3f}".format),
    Column("binary_bits", "Binary bits", number_text),
    Column("ternary_bits", "Ternary bits", number_text),
    Column("ratio_vs_binary", "vs binary", "{:.2f}×".format),
    Column("ratio_vs_ternary", "vs ternary", "{:.2f}×".format),
)
COMPUTATION_COLUMNS = (
    Column("name", "Layer", left=True),
    Column("neurons", "Neurons", number_text),
    Column("dead_neurons", "Dead neurons", number_text),
    Column("fan_in_mean", "Mean fan-in", "{:.2f}".format),
    Column("fan_in_max", "Max fan-in", number_text),
    Column("accumulator_bits", "Accumulator bits", number_text),
    Column("additions", "Additions", number_text),
    Column("dense_additions", "Additions, dense", number_text),
)


def size_table(sizes: Mapping[str, Any]) -> Table:
    """Bits of each layer and of the total; ``sizes`` is that part of the report's document."""
    return _layers_table("Size of the weights", SIZE_COLUMNS, sizes, SIZE_FOOTNOTE)


def computation_table(sizes: Mapping[str, Any]) -> Table:
    """Neurons, fan-in, accumulators and additions of each layer and of the total."""
    return _layers_table("Computation", COMPUTATION_COLUMNS, sizes, COMPUTATION_FOOTNOTE)


def terminal_size_table(sizes: Mapping[str, Any]) -> Table:
    """The columns of both tables that matter most, narrow enough for 80 characters."""
    columns = {column.key: column for column in (*SIZE_COLUMNS, *COMPUTATION_COLUMNS)}
    chosen = tuple(columns[key] for key in TERMINAL_COLUMNS)
    return _layers_table("Size of the weights", chosen, sizes, "Source of all figures: counted.")


def size_file_table(sizes: Mapping[str, Any]) -> Table:
    """Every figure of every layer and of the total, with its source, for CSV."""
    keys = list(sizes["total"])
    rows = tuple(
        (*(_csv_cell(row[key]) for key in keys), sizes["source"])
        for row in (*sizes["layers"], sizes["total"])
    )
    return Table("Sizes", tuple(map(_plain_column, [*keys, "source"])), rows)


def resource_table(resources: Resources) -> Table:
    """Metrics as rows, designs as columns, and in every cell the source of its figure."""
    resources = resources or NOT_SYNTHESIZED
    columns = [Column("metric", "", left=True)] + [
        Column(f"design_{place}", name) for place, name in enumerate(resources)
    ]
    rows = tuple(
        (metric.label, *(_figure_cell(figures, metric) for figures in resources.values()))
        for metric in metrics_of(resources)
    )
    footnotes = (*_source_notes(resources), *_figure_notes(resources))
    return Table("Resources and latency", tuple(columns), rows, footnotes)


def resource_file_table(resources: Resources) -> Table:
    """One row for each design and metric: value, unit, source and note, for CSV and JSON."""
    resources = resources or NOT_SYNTHESIZED
    rows = tuple(
        (design, metric.key, *figures.get(metric.key, Figure(None, metric.unit)).record().values())
        for design, figures in resources.items()
        for metric in metrics_of(resources)
    )
    keys = ("design", "metric", "value", "unit", "source", "note")
    return Table("Resources", tuple(map(_plain_column, keys)), rows)


def resources_of(records: Sequence[Mapping[str, Any]]) -> Resources:
    """What ``resource_file_table(...).to_records()`` was made from."""
    resources: dict[str, dict[str, Figure]] = {}
    for record in records:
        figure = Figure(record["value"], record["unit"], record["source"], record["note"])
        resources.setdefault(record["design"], {})[record["metric"]] = figure
    return resources


def module_table(modules: Sequence[Mapping[str, Any]]) -> Table:
    """Cells of each module, synthesized by itself, and of the whole network, flattened."""
    sizes = sorted({size for module in modules for size in module["luts_by_size"]})
    columns = (
        Column("target", "Target", left=True),
        Column("module", "Module", left=True),
        *(Column(key, label, number_text) for key, label in MODULE_CELLS.items()),
        *(Column(f"lut{size}", f"LUT{size}", number_text) for size in sizes),
    )
    rows = tuple(
        (
            module["target"],
            module["module"],
            *(module.get(key) for key in MODULE_CELLS),
            *(module["luts_by_size"].get(size, 0) for size in sizes),
        )
        for module in modules
    )
    return Table("Cells by module", columns, rows, (MODULE_FOOTNOTE,) if rows else ())


def exactness_table(exactness: Mapping[str, Any] | None) -> Table:
    """What was compared between executions, what differs and how long it took."""
    summary = exactness or {}
    rows = []
    for key, label, unit, source in EXACTNESS_METRICS:
        value = summary.get(key)
        rows.append((label, Figure(value, unit, None if value is None else source)))
    columns = (Column("metric", "", left=True), Column("value", "Value"))
    notes = [f"Note: {note}." for note in [summary.get("note")] if note]
    notes += [f"{proof}." for proof in summary.get("proofs", ())]
    return Table("Exactness", columns, tuple(rows), tuple(notes))


def _layers_table(
    title: str, columns: tuple[Column, ...], sizes: Mapping[str, Any], footnote: str
) -> Table:
    rows = tuple(
        tuple(row[column.key] for column in columns) for row in (*sizes["layers"], sizes["total"])
    )
    return Table(title, columns, rows, (footnote,))


def _figure_cell(figures: Mapping[str, Figure], metric: Metric) -> str | None:
    return figures[metric.key].text(metric.unit) if metric.key in figures else None


def _source_notes(resources: Resources) -> Iterator[str]:
    """A footnote that explains every source in the table, and one if nothing was measured."""
    figures = [figure for design in resources.values() for figure in design.values()]
    used = {figure.source for figure in figures if figure.value is not None}
    if used:
        named = [f"{source.value}: {source.description}" for source in Source if source in used]
        yield f"Sources: {'; '.join(named)}."
    if used <= {Source.ESTIMATE}:
        yield NOT_MEASURED_FOOTNOTE


def _figure_notes(resources: Resources) -> Iterator[str]:
    """Every distinct note of a design once, after the figures that have it."""
    labels = {metric.key: metric.label for metric in metrics_of(resources)}
    for design, figures in resources.items():
        for note in dict.fromkeys(figure.note for figure in figures.values() if figure.note):
            noted = [labels[key] for key, figure in figures.items() if figure.note == note]
            yield f"{design} ({', '.join(noted)}): {note}"


def _plain_column(key: str) -> Column:
    return Column(key, key)


def _csv_cell(value: Any) -> Any:
    return _shape_text(value).replace("×", "x") if isinstance(value, (list, tuple)) else value
