"""A report's document as a page, which report.md and report.html are written from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.network.breakdown.confusion import MOST_SHOWN, confusion_table
from reports.network.breakdown.trade_off import trade_off_tables
from reports.network.report_tables import (
    computation_table,
    exactness_table,
    module_table,
    resource_table,
    resources_of,
    size_table,
)
from reports.pages.page import Image, Page, Plot, Section
from reports.pages.table import Column, Table
from reports.records.record import Source, number_text

PLOT_TITLES = {
    "sizes": "Sparsity and bits of each layer",
    "luts": "LUTs of each layer",
    "trade_off": "Small or fast: latency and LUT positions of every goal",
    "fan_in": "Fan-in of the neurons",
    "training": "Training: accuracy, nonzeros and thresholds over epochs",
}


def report_page(document: Mapping[str, Any], plots: Mapping[str, str]) -> Page:
    """The page of a report.

    Args:
        document: what report.json holds.
        plots: SVG documents by name, keys of ``PLOT_TITLES``.
    """
    exactness = document["exactness"] or {}
    tables = [
        _result_table(document),
        *_confusion(document),
        size_table(document["sizes"]),
        computation_table(document["sizes"]),
        resource_table(resources_of(document["resources"])),
        *([module_table(document["modules"])] if document["modules"] else []),
        *trade_off_tables(document["trade_offs"]),
        exactness_table(document["exactness"]),
    ]
    drawn = tuple(Plot(name, PLOT_TITLES[name], svg) for name, svg in plots.items())
    return Page(document["model_name"], (), (
        *(Section(table.title, tables=(table,)) for table in tables),
        *_board(exactness.get("board")),
        *_counterexamples(exactness.get("counterexamples", ())),
        *_outputs(document["outputs"]),
        Section("What failed", tuple(document["failures"])),
        Section("Plots", plots=drawn),
        *_origin(document),
    ))


def _confusion(document: Mapping[str, Any]) -> Iterator[Table]:
    """The confusion matrix, where there is one that can be read."""
    found = document["confusion"]
    if found is not None and len(found["classes"]) <= MOST_SHOWN:
        accuracy = document["accuracy"]
        samples = f"{number_text(accuracy['samples'])} samples of the {accuracy['dataset']}"
        yield confusion_table(found, samples)


def _result_table(document: Mapping[str, Any]) -> Table:
    total = document["sizes"]["total"]
    rows = (
        _accuracy(document["accuracy"]),
        (_question(document["exactness"]), *_verdict(document["exactness"])),
        ("Weights", number_text(total["weights"]), Source.COUNTED.value),
        ("Nonzero weights", number_text(total["nonzeros"]), Source.COUNTED.value),
        ("Sparsity", _text(total["sparsity"], "{:.2%}"), Source.COUNTED.value),
        ("Encoded size", f"{number_text(total['encoded_bits'])} bits", Source.COUNTED.value),
        ("Smaller than binary", _text(total["ratio_vs_binary"], "{:.2f}×"), Source.COUNTED.value),
        ("Smaller than ternary", _text(total["ratio_vs_ternary"], "{:.2f}×"), Source.COUNTED.value),
    )
    columns = (
        Column("figure", "", left=True),
        Column("value", "Value"),
        Column("source", "Source", left=True),
    )
    return Table("Result", columns, rows)


def _accuracy(accuracy: Mapping[str, Any] | None) -> tuple[str, str | None, str | None]:
    if accuracy is None:
        return "Test accuracy", None, None
    samples = number_text(accuracy["samples"])
    text = f"{accuracy['text']} ({accuracy['dataset']}, {samples} samples)"
    return f"Test {accuracy['metric']}", text, accuracy["source"]


def _question(exactness: Mapping[str, Any] | None) -> str:
    executions = (exactness or {}).get("executions", ["Keras"])
    whose = "Keras computed" if "Keras" in executions else "the integer network computes"
    return f"Hardware computes what {whose}"


def _verdict(exactness: Mapping[str, Any] | None) -> tuple[str | None, str | None]:
    """Exact only if logits were compared and none differs."""
    logits, mismatches = ((exactness or {}).get(key) for key in ("logits", "mismatches"))
    if not logits or mismatches is None:
        return None, None
    answer = "NO" if mismatches else "yes"
    compared = f"{number_text(mismatches)} of {number_text(logits)} logits differ"
    return f"{answer}, {compared}", Source.CSIM.value


def _board(board: Mapping[str, Any] | None) -> Iterator[Section]:
    """What was routed for a board: cells of each layer and the wrapper, and where they stand."""
    if board is None:
        return
    columns = (
        Column("part", "Layer", left=True),
        Column("luts", "LUT4", number_text),
        Column("ffs", "FF", number_text),
    )
    rows = [(part, luts, board["ffs"][part]) for part, luts in board["luts"].items()]
    rows.append(("total", sum(board["luts"].values()), sum(board["ffs"].values())))
    table = Table("Cells of the board", columns, tuple(rows), (
        f"{board['device']} has {number_text(board['available'])} of each. A LUT4 is half a CCU2C "
        "too. The wrapper is the serial line, its frames and the largest logit.",
    ))
    image = Image(board["image"], "The placed design, coloured by layer")
    yield Section(f"On {board['board']}", (board["line"],), (table,), images=(image,))


def _counterexamples(records: Sequence[Mapping[str, Any]]) -> Iterator[Section]:
    """Inputs at which Verilog or C++ is not the network."""
    title = "Where hardware differs"
    for record in records:
        family = record["verilog"]
        design = "C++" if family is None else f"Verilog for {family}"
        line = f"{design}: {record['line']}."
        drawn = [Image(record["image"], "The input that shows it")] if record["image"] else []
        yield Section(title, (line,), images=tuple(drawn))


def _outputs(meanings: Sequence[str]) -> Iterator[Section]:
    if meanings:
        columns = (Column("output", "Output"), Column("meaning", "Meaning", left=True))
        rows = tuple((str(number), text) for number, text in enumerate(meanings))
        yield Section("Outputs", tables=(Table("Outputs", columns, rows),))


def _origin(document: Mapping[str, Any]) -> Iterator[Section]:
    if document["provenance"]:
        columns = (Column("key", "", left=True), Column("value", "Value", left=True))
        rows = tuple((key, _plain_text(value)) for key, value in document["provenance"].items())
        yield Section("Provenance", tables=(Table("Provenance", columns, rows),))
    lines = [line for command in document["commands"] for line in command.splitlines()]
    yield Section("Commands", code=tuple(lines))


def _plain_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _text(value: float | None, template: str) -> str | None:
    return None if value is None else template.format(value)
