"""A report's document as a Markdown page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.network.report_tables import (
    computation_table,
    exactness_table,
    module_table,
    resource_table,
    resources_of,
    size_table,
)
from reports.pages.table import Column, Table, escape_markdown
from reports.records.record import Source, number_text

PLOT_TITLES = {
    "sizes.svg": "Sparsity and bits of each layer",
    "fan_in.svg": "Fan-in of the neurons",
    "training.svg": "Training: accuracy, nonzeros and thresholds over epochs",
}


def report_markdown(document: Mapping[str, Any], plots: Sequence[str]) -> str:
    """The page report.md.

    Args:
        document: what report.json holds.
        plots: file names of the plots beside the page, keys of ``PLOT_TITLES``.
    """
    tables = [
        _result_table(document),
        size_table(document["sizes"]),
        computation_table(document["sizes"]),
        resource_table(resources_of(document["resources"])),
        *([module_table(document["modules"])] if document["modules"] else []),
        exactness_table(document["exactness"]),
    ]
    sections = [
        f"# {escape_markdown(document['model_name'])}\n",
        *(f"## {table.title}\n\n{table.to_markdown()}" for table in tables),
        *_board((document["exactness"] or {}).get("board")),
        *_counterexamples((document["exactness"] or {}).get("counterexamples", ())),
        *_outputs(document["outputs"]),
        *_failures(document["failures"]),
        *_plots(plots),
        *_origin(document),
    ]
    return "\n".join(sections)


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


def _board(board: Mapping[str, Any] | None) -> Iterator[str]:
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
    table = Table("Board", columns, tuple(rows), (
        f"{board['device']} has {number_text(board['available'])} of each. A LUT4 is half a CCU2C "
        "too. The wrapper is the serial line, its frames and the largest logit.",
    ))
    yield f"## On {board['board']}\n\n{escape_markdown(board['line'])}\n"
    yield table.to_markdown()
    yield f"![The placed design, coloured by layer]({board['image']})\n"


def _counterexamples(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Inputs at which Verilog or C++ is not the network."""
    if records:
        yield "## Where hardware differs\n"
    for record in records:
        family = record["verilog"]
        design = "C++" if family is None else f"Verilog for {family}"
        yield f"{design}: {escape_markdown(record['line'])}.\n"
        if record["image"]:
            yield f"![The input that shows it]({record['image']})\n"


def _outputs(meanings: Sequence[str]) -> Iterator[str]:
    if meanings:
        columns = (Column("output", "Output"), Column("meaning", "Meaning", left=True))
        rows = tuple((str(number), text) for number, text in enumerate(meanings))
        yield f"## Outputs\n\n{Table('Outputs', columns, rows).to_markdown()}"


def _failures(failures: Sequence[str]) -> Iterator[str]:
    if failures:
        yield "## What failed\n"
        yield "".join(f"- {escape_markdown(' '.join(text.split()))}\n" for text in failures)


def _plots(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield "## Plots\n"
    for name in names:
        yield f"![{PLOT_TITLES[name]}]({name})\n"


def _origin(document: Mapping[str, Any]) -> Iterator[str]:
    if document["provenance"]:
        columns = (Column("key", "", left=True), Column("value", "Value", left=True))
        rows = tuple((key, _plain_text(value)) for key, value in document["provenance"].items())
        yield f"## Provenance\n\n{Table('Provenance', columns, rows).to_markdown()}"
    if document["commands"]:
        lines = [line for command in document["commands"] for line in command.splitlines()]
        yield "## Commands\n\n" + "".join(f"    {line}\n" for line in lines)


def _plain_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _text(value: float | None, template: str) -> str | None:
    return None if value is None else template.format(value)
