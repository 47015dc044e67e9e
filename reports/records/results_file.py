"""Results of many trained networks in one JSON file, such as reports/results/mnist.json.

The file is ``{"format": 1, "records": [{…}, …]}``, each record a NetworkRecord's fields by name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from qkeras_models.files.atomic_write import write_atomically
from reports.records.record import Source
from training.data.targets.task import Task

FORMAT = 1


@dataclass(frozen=True)
class NetworkRecord:
    """One trained network: accuracy, size and hardware, each figure with its source.

    None means that a figure is not available; it never stands for 0.

    Args:
        network: architecture, such as ``mnist-small``.
        method: how it was trained, such as ``sparse``, ``binary`` or ``float``.
        seed: of weights, batches and augmentation.
        wanted_sparsity: share of zeros that was asked for; None for dense methods.
        quick: trained on the short schedule of a trial run, not to be quoted.
        test_accuracy, validation_accuracy: shares in [0, 1]; R², at most 1, where `metric` is that.
        weights, nonzeros: counts, all layers.
        sparsity: share of zeros among all weights, in [0, 1].
        encoded_bits: real size of the encoded weights; 32 a weight for float networks.
        bits_per_weight: encoded_bits / weights.
        ratio_vs_binary, ratio_vs_ternary: 1 and 2 bits a weight over encoded_bits.
        luts, ffs, brams, dsps: cells.
        positions: LUT positions that LUTs and carry chains occupy.
        fmax_mhz, latency_cycles, latency_ns: timing.
        fast_luts, fast_ns: LUT cells and latency in ns of the Verilog of goal `balanced` with all
            layers in one cycle.
        sources: for each figure that is there, the value of its Source.
        network_file: the integer network, a path relative to the results file's folder.
        layer_sparsity: share of zeros of each layer, by the layer's name.
        epochs: of the whole training.
        learning_rate: of the training, chosen on validation data.
        command: what trains it again.
        seconds: that training took.
        metric: what the accuracies are; see training.data.targets.task.

    Raises:
        ValueError: naming a field whose value is impossible.
    """

    network: str
    method: str
    seed: int
    wanted_sparsity: float | None = None
    quick: bool = False
    test_accuracy: float | None = None
    validation_accuracy: float | None = None
    weights: int | None = None
    nonzeros: int | None = None
    sparsity: float | None = None
    encoded_bits: int | None = None
    bits_per_weight: float | None = None
    ratio_vs_binary: float | None = None
    ratio_vs_ternary: float | None = None
    luts: int | None = None
    ffs: int | None = None
    brams: int | None = None
    dsps: int | None = None
    positions: int | None = None
    fmax_mhz: float | None = None
    latency_cycles: int | None = None
    latency_ns: float | None = None
    fast_luts: int | None = None
    fast_ns: float | None = None
    sources: dict[str, str] = field(default_factory=dict)
    network_file: str | None = None
    layer_sparsity: dict[str, float] = field(default_factory=dict)
    epochs: int | None = None
    learning_rate: float | None = None
    command: str = ""
    seconds: float | None = None
    metric: str = Task.CLASSES.metric

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            if not _fits(getattr(self, name), kind):
                raise ValueError(f"`{name}` must be {kind}. Received: {getattr(self, name)!r}")
        unbounded = Task.of_metric(self.metric) is Task.REGRESSION
        for name in _SHARES:
            value = getattr(self, name)
            lowest = -math.inf if unbounded and name.endswith("accuracy") else 0
            if value is not None and not lowest <= value <= 1:
                raise ValueError(f"`{name}` must be in [0, 1]. Received: {value!r}")
        known = [source.value for source in Source]
        for name, source in self.sources.items():
            if name not in FIGURES or source not in known:
                raise ValueError(
                    f"`sources` must map figures to one of {', '.join(known)}. "
                    f"Received: {name!r}: {source!r}"
                )
        for name in FIGURES:
            if (getattr(self, name) is None) != (name not in self.sources):
                raise ValueError(f"`sources` must name `{name}` exactly if it has a value")

    def content(self) -> dict[str, Any]:
        """JSON values of all fields, without what older records lack."""
        usual = {"metric"} if self.metric == Task.CLASSES.metric else set()
        usual |= {name for name in _LATER if getattr(self, name) is None}
        return {name: value for name, value in asdict(self).items() if name not in usual}

    @property
    def key(self) -> tuple[str, str, float | None, int, bool]:
        """What makes two records the same experiment."""
        return self.network, self.method, self.wanted_sparsity, self.seed, self.quick


FIGURES = (
    "test_accuracy", "validation_accuracy", "weights", "nonzeros", "sparsity", "encoded_bits",
    "bits_per_weight", "ratio_vs_binary", "ratio_vs_ternary", "luts", "ffs", "brams", "dsps",
    "positions", "fmax_mhz", "latency_cycles", "latency_ns", "fast_luts", "fast_ns",
)
_LATER = ("positions", "fast_luts", "fast_ns")
_SHARES = ("wanted_sparsity", "test_accuracy", "validation_accuracy", "sparsity")
_KINDS = {item.name: str(item.type) for item in fields(NetworkRecord)}


def _fits(value: Any, kind: str) -> bool:
    if value is None:
        return kind.endswith("| None")
    if kind.startswith(("float", "int")):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return math.isfinite(value) and (kind.startswith("float") or isinstance(value, int))
    if kind.startswith("dict"):
        inner = kind.split(", ")[1].rstrip("]")
        return isinstance(value, dict) and all(
            isinstance(name, str) and _fits(entry, inner) for name, entry in value.items()
        )
    return isinstance(value, bool if kind == "bool" else str)


def load_records(path: str | Path) -> tuple[NetworkRecord, ...]:
    """The records of a results file; none if there is no such file.

    Raises:
        ValueError: naming the file and what is wrong with it.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no valid results file: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"{path} is no valid results file: `format` must be {FORMAT}")
    if not isinstance(content.get("records"), list):
        raise ValueError(f"{path} is no valid results file: `records` must be a list")
    records = tuple(_decode(path, at, entry) for at, entry in enumerate(content["records"]))
    _check_distinct(records, path)
    return records


def _decode(path: Path, position: int, entry: Any) -> NetworkRecord:
    try:
        return NetworkRecord(**entry)
    except (TypeError, ValueError) as error:
        message = str(error).replace("NetworkRecord.__init__() ", "")
        raise ValueError(f"{path}: record {position} is damaged: {message}") from None


def _check_distinct(records: Sequence[NetworkRecord], path: Path) -> None:
    keys = [record.key for record in records]
    for at, key in enumerate(keys):
        if key in keys[:at]:
            raise ValueError(f"{path} is no valid results file: record {at} repeats {key}")


def save_records(records: Iterable[NetworkRecord], path: str | Path) -> None:
    """Writes a results file; a reader sees the old file or the new one, never half.

    Raises:
        ValueError: if two records have the same key.
    """
    path, records = Path(path), tuple(records)
    _check_distinct(records, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"format": FORMAT, "records": [record.content() for record in records]}
    write_atomically(path, json.dumps(content, indent=2) + "\n")
