"""The report of one network: document, pages, CSV files, plots and terminal output."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.run_folder import RunFolder
from reports.network.report_tables import resource_file_table, size_file_table
from reports.network.sizes import NetworkSize, fan_ins, network_size
from reports.records.record import Resources, Source, checked_resources
from training.data.targets.task import Task, score_text

if TYPE_CHECKING:
    import rich.console

    from hls_projects.network.integer_network import IntegerNetwork

FORMAT = 1


class Accuracy(NamedTuple):
    """A score on test data.

    Args:
        value: at most 1; a share of 0 to 1 unless `metric` is R².
        dataset: its name.
        samples: how many.
        metric: the score's name, see training.data.targets.task.
        rmse: errors of each target in its own units, of a regression.
    """

    value: float
    dataset: str
    samples: int
    metric: str = Task.CLASSES.metric
    rmse: Sequence[float] | None = None

    @property
    def text(self) -> str:
        """The score, and errors where it has them."""
        return score_text(self.metric, self.value, self.rmse)


def write_report(
    folder: Path,
    network: IntegerNetwork,
    *,
    model_name: str,
    accuracy: Accuracy | tuple[float, str, int] | None = None,
    outputs: Sequence[str] = (),
    exactness: Mapping[str, Any] | None = None,
    resources: Resources | None = None,
    modules: Sequence[Mapping[str, Any]] = (),
    failures: Sequence[str] = (),
    provenance: Mapping[str, Any] | None = None,
    commands: Sequence[str] = (),
    history: Path | None = None,
    confusion: Mapping[str, Any] | None = None,
    layer_luts: Sequence[Mapping[str, Any]] = (),
    trade_offs: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Writes ``report/`` into a run folder, each file whole or not at all.

    report.md and report.html, which say the same; report.json, sizes.csv, resources.csv, sizes.svg,
    fan_in.svg; luts.svg if layers' LUTs are known, trade_off.svg if Verilog of all goals is, and
    training.svg if there is a history.  The same arguments give the same files, byte for byte.

    Args:
        folder: the run folder; created if it is missing.
        network: what the report is about.
        model_name: heading of the report.
        accuracy: on test data.
        outputs: what each output of hardware means, where that is not simply its class.
        exactness: what C-simulation was compared with Keras on: ``samples``, ``logits``,
            ``mismatches``, ``images_per_second``, ``compile_seconds``; what is missing is n/a, and
            further keys appear in report.json only, but for ``board``, what was routed for one, and
            ``counterexamples``, inputs at which Verilog differs.
        resources: Figures by design, such as ``Yosys, xilinx``, and then by metric (the keys of
            ``reports.records.record.RESOURCE_METRICS`` in the usual rows, any other in rows of
            its own).
        modules: cells of each module of a synthesized design: ``target``, ``module``, and the
            fields of ``hls_projects.tools.synthesis.Cells``.
        failures: what went wrong in steps that the report can do without.
        provenance: versions, seeds, options; JSON values, joined to the network's own.
        commands: the command lines that made the run.
        history: the training history's CSV file (see ``reports.plots.training_plots``).
        confusion: samples by true and predicted class, see ``reports.network.breakdown.confusion``;
            with an accuracy.
        layer_luts: LUTs of layers, see ``reports.network.breakdown.layer_luts``.
        trade_offs: Verilog of all goals, see ``reports.network.breakdown.trade_off``.

    Returns:
        The document of report.json, which ``print_report`` prints.

    Raises:
        ValueError: for an accuracy outside 0 to 1, a resource that is no Figure, NaN, or a history
            that cannot be read; nothing is written then.
        TypeError: for a provenance or exactness that JSON cannot hold.
    """
    from reports.network.report_page import report_page
    from reports.pages.page_html import page_html
    from reports.pages.page_markdown import page_markdown
    from reports.plots.over_luts.trade_off_plot import trade_off_plot
    from reports.plots.size_plots import fan_in_plot, lut_plot, size_plot
    from reports.plots.training_plots import training_plot

    size = network_size(network)
    document = _document(network, size, model_name, accuracy, exactness, resources)
    document |= {
        "outputs": list(outputs),
        "provenance": {**network.provenance, **(provenance or {})},
        "commands": list(commands),
        "modules": [dict(module) for module in modules],
        "layer_luts": [dict(record) for record in layer_luts],
        "trade_offs": [dict(record) for record in trade_offs],
        "confusion": None if confusion is None else dict(confusion),
        "failures": list(failures),
    }
    files = {
        "sizes.csv": size_file_table(document["sizes"]).to_csv(),
        "resources.csv": resource_file_table(resources or {}).to_csv(),
    }
    plots = {}
    if size.layers:
        plots["sizes"] = size_plot(size)
    if layer_luts:
        plots["luts"] = lut_plot(layer_luts)
    if trade_offs:
        plots["trade_off"] = trade_off_plot(trade_offs)
    if size.layers:
        plots["fan_in"] = fan_in_plot(list(fan_ins(network)))
    if history is not None:
        plots["training"] = training_plot(history)
    text = _json(document)
    document = json.loads(text)
    page = report_page(document, plots)
    _write(RunFolder(folder).report, files | {
        **{f"{name}.svg": svg for name, svg in plots.items()},
        "report.md": page_markdown(page, ""),
        "report.html": page_html(page),
        "report.json": text,
    })
    return document


def print_report(document: Mapping[str, Any], console: rich.console.Console | None = None) -> None:
    """Prints the size table and the resource table of a report's document.

    Args:
        document: what ``write_report`` returned or report.json holds.
        console: where to, standard output by default.
    """
    from rich.console import Console

    from reports.network.report_tables import resource_table, resources_of, terminal_size_table

    console = console or Console()
    for table in (
        terminal_size_table(document["sizes"]),
        resource_table(resources_of(document["resources"])),
    ):
        console.print(table.to_rich(), "")


def _document(
    network: IntegerNetwork,
    size: NetworkSize,
    model_name: str,
    accuracy: tuple[float, str, int] | None,
    exactness: Mapping[str, Any] | None,
    resources: Resources | None,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "model_name": model_name,
        "network": {
            "input_shape": network.input.shape,
            "input_bits": network.input.bits,
            "input_signed": network.input.signed,
            "classes": network.classes,
            "layers": [layer.kind for layer in network.layers],
        },
        "accuracy": None if accuracy is None else _accuracy_record(Accuracy(*accuracy)),
        "exactness": None if exactness is None else dict(exactness),
        "sizes": {
            "source": Source.COUNTED.value,
            "layers": [layer.record() for layer in size.layers],
            "total": size.total.record(),
        },
        "resources": resource_file_table(checked_resources(resources or {})).to_records(),
    }


def _accuracy_record(accuracy: Accuracy) -> dict[str, Any]:
    value = float(accuracy.value)
    lowest = -math.inf if Task.of_metric(accuracy.metric) is Task.REGRESSION else 0
    if not (math.isfinite(value) and lowest <= value <= 1):
        raise ValueError(f"`accuracy` must be a share of 0 to 1. Received: {accuracy.value!r}")
    return {
        **accuracy._asdict(),
        "value": value,
        "text": accuracy.text,
        "source": Source.MEASURED.value,
    }


def _json(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False, default=_json_value)
    return text + "\n"


def _json_value(value: Any) -> Any:
    """What JSON lacks: NumPy numbers and arrays, and paths."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"a report cannot hold a {type(value).__name__}. Received: {value!r}")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_atomically(folder / name, content)
