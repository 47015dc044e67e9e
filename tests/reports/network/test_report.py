"""The report of a network: files, document, terminal."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

import reports
from hls_projects.kinds import Flatten, Head
from hls_projects.network.integer_network import IntegerNetwork
from reports import Figure, Source, print_report, write_report
from tests.reports.html_reader import read

EXACTNESS = {
    "samples": 10_000,
    "logits": 100_000,
    "mismatches": 0,
    "images_per_second": 8912.3,
    "compile_seconds": 34.1,
    "strategy": "distributed_arithmetic",
}
NOTE = "xcvu9p, error | bound"
RESOURCES = {
    "Vitis | csynth": {
        "luts": Figure(12_345, "LUT", Source.CSYNTH, NOTE),
        "ffs": Figure(0, "FF", Source.CSYNTH, NOTE),
        "dsps": Figure(None, "DSP", Source.CSYNTH),
    },
    "Yosys, ecp5": {
        "luts": Figure(9_224, "LUT4", Source.YOSYS),
        "fmax_mhz": Figure(61.7, "MHz", Source.NEXTPNR),
        "carry": Figure(12, "CCU2C", Source.YOSYS),
    },
}


def full_report(folder: Path, network: IntegerNetwork, **changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "model_name": "mnist|small",
        "accuracy": (0.97625, "MNIST test", 10_000),
        "exactness": EXACTNESS,
        "resources": RESOURCES,
        "provenance": {"seed": 3, "widths": np.array([256, 64]), "data": Path("a") / "b"},
        "commands": ["python train.py mnist-small", "python convert.py mnist-small"],
    }
    return write_report(folder, network, **arguments | changes)


def page(folder: Path) -> str:
    return (folder / "report" / "report.md").read_text("utf-8")


def test_files(tmp_path: Path, network: IntegerNetwork) -> None:
    document = full_report(tmp_path / "new" / "run", network)
    folder = tmp_path / "new" / "run" / "report"
    assert sorted(path.name for path in folder.iterdir()) == [
        "fan_in.svg", "report.html", "report.json", "report.md", "resources.csv", "sizes.csv",
        "sizes.svg",
    ]
    assert json.loads((folder / "report.json").read_text("utf-8")) == document


def test_document(tmp_path: Path, network: IntegerNetwork) -> None:
    document = full_report(tmp_path, network)
    assert document["accuracy"] == {
        "value": 0.97625, "dataset": "MNIST test", "samples": 10_000, "source": "measured",
        "metric": "accuracy", "text": "97.62%", "rmse": None,
    }
    assert document["exactness"] == EXACTNESS
    assert document["sizes"]["total"]["nonzeros"] == network.nonzeros
    assert document["sizes"]["source"] == "counted"
    assert document["provenance"] == {
        "model": "random", "seed": 3, "widths": [256, 64], "data": "a/b",
    }
    assert document["resources"][0] == {
        "design": "Vitis | csynth", "metric": "luts", "value": 12_345, "unit": "LUT",
        "source": "csynth", "note": NOTE,
    }


def test_page(tmp_path: Path, network: IntegerNetwork) -> None:
    full_report(tmp_path, network)
    lines = page(tmp_path).splitlines()
    assert lines[0] == r"# mnist\|small"
    assert "| Test accuracy | 97.62% (MNIST test, 10,000 samples) | measured |" in lines
    assert (
        "| Hardware computes what Keras computed | yes, 0 of 100,000 logits differ | csim |"
        in lines
    )
    assert r"|  | Vitis \| csynth | Yosys, ecp5 |" in lines
    assert "| LUT | 12,345 (csynth) | 9,224 LUT4 (yosys) |" in lines
    assert "| FF | 0 (csynth) | n/a |" in lines
    assert "| DSP | n/a | n/a |" in lines
    assert "| Fmax (MHz) | n/a | 61.7 (nextpnr) |" in lines
    assert "| carry (CCU2C) | n/a | 12 (yosys) |" in lines
    assert r"Vitis \| csynth (LUT, FF): xcvu9p, error \| bound" in lines
    assert "| Speed | 8,912.3 images/s (measured) |" in lines
    assert "| widths | [256, 64] |" in lines
    assert "    python convert.py mnist-small" in lines
    assert "![Fan-in of the neurons](fan_in.svg)" in lines


def test_the_html_page_says_the_same(tmp_path: Path, network: IntegerNetwork) -> None:
    full_report(tmp_path, network)
    reader = read((tmp_path / "report" / "report.html").read_text("utf-8"))
    text = "".join(reader.text)
    for line in page(tmp_path).splitlines():
        if line.startswith("## "):
            assert line[3:] in text
    assert "97.62% (MNIST test, 10,000 samples)" in text and "9,224 LUT4 (yosys)" in text
    assert "python train.py mnist-small\npython convert.py mnist-small" in text
    assert reader.tags.count("svg") == 2


LUTS = [
    {"design": design, "layer": layer, "luts": luts, "source": "yosys, sum"}
    for design, counts in {"RTL, xilinx": (30, 10), "RTL, ecp5": (75, 25)}.items()
    for layer, luts in zip(("dense_1", "dense_2"), counts, strict=True)
]


def test_luts_of_layers_are_drawn_with_their_shares(
    tmp_path: Path, network: IntegerNetwork
) -> None:
    document = full_report(tmp_path, network, layer_luts=LUTS)
    assert document["layer_luts"] == LUTS
    root = ElementTree.parse(tmp_path / "report" / "luts.svg").getroot()
    texts = {text.strip() for text in root.itertext()}
    assert {"30 (75%)", "10 (25%)", "75 (75%)", "25 (25%)", "dense_1", "dense_2"} <= texts
    assert {"RTL, xilinx (yosys, sum)", "RTL, ecp5 (yosys, sum)", "0", "50", "100"} <= texts
    # In points: at 400 pixels letters of 8 points are more than 9 pixels high.
    assert float(root.get("viewBox").split()[2]) < 350
    assert "![LUTs of each layer](luts.svg)" in page(tmp_path)


CONFUSION = {"classes": ["no", "yes"], "counts": [[3, 1], [0, 4]], "source": "measured"}


def test_the_confusion_matrix_stands_on_both_pages(
    tmp_path: Path, network: IntegerNetwork
) -> None:
    document = full_report(tmp_path, network, confusion=CONFUSION)
    assert document["confusion"] == CONFUSION
    text = page(tmp_path)
    assert "| True class | no | yes | Right |" in text
    assert "| no | 3 | 1 | 75.00% |\n| yes | 0 | 4 | 100.00% |" in text
    assert "measured, 10,000 samples of the MNIST test." in text
    assert "<td>75.00%</td>" in (tmp_path / "report" / "report.html").read_text().replace(
        ' data-sort="0.75"', "")
    many = {"classes": list(map(str, range(21))), "counts": [[0] * 21] * 21, "source": "measured"}
    assert full_report(tmp_path, network, confusion=many)["confusion"] == many
    assert "Confusion" not in page(tmp_path)


def test_every_table_of_the_page_is_well_formed(tmp_path: Path, network: IntegerNetwork) -> None:
    full_report(tmp_path, network)
    widths = []
    for line in page(tmp_path).splitlines():
        cells = line.replace(r"\|", "").count("|")
        if cells and widths:
            assert cells == widths[-1]
        widths = [*widths, cells] if cells else []


def test_size_file(tmp_path: Path, network: IntegerNetwork) -> None:
    full_report(tmp_path, network)
    with open(tmp_path / "report" / "sizes.csv", newline="", encoding="utf-8") as file:
        first, second, total = csv.DictReader(file)
    assert (first["name"], first["shape"], first["source"]) == ("dense_1", "36x20", "counted")
    assert (total["name"], total["shape"]) == ("total", "n/a")
    assert int(total["encoded_bits"]) == int(first["encoded_bits"]) + int(second["encoded_bits"])


def test_resource_file(tmp_path: Path, network: IntegerNetwork) -> None:
    full_report(tmp_path, network)
    with open(tmp_path / "report" / "resources.csv", newline="", encoding="utf-8") as file:
        rows = {(row["design"], row["metric"]): row for row in csv.DictReader(file)}
    assert rows["Yosys, ecp5", "luts"]["value"] == "9224"
    assert rows["Yosys, ecp5", "luts"]["source"] == "yosys"
    assert rows["Yosys, ecp5", "dsps"]["value"] == "n/a"
    assert rows["Vitis | csynth", "ffs"]["value"] == "0"
    assert len(rows) == 2 * 10


def test_what_is_missing_reads_not_available(tmp_path: Path, network: IntegerNetwork) -> None:
    document = write_report(tmp_path, network, model_name="bare")
    assert document["accuracy"] is None
    assert {record["value"] for record in document["resources"]} == {None}
    lines = page(tmp_path).splitlines()
    assert "| Test accuracy | n/a | n/a |" in lines
    assert "| Hardware computes what Keras computed | n/a | n/a |" in lines
    assert "| LUT | n/a |" in lines
    assert "| Speed | n/a |" in lines


@pytest.mark.parametrize(
    ("exactness", "verdict"),
    [
        ({"logits": 100, "mismatches": 3}, "| NO, 3 of 100 logits differ | csim |"),
        ({"logits": 0, "mismatches": 0}, "| n/a | n/a |"),
        ({"logits": 100}, "| n/a | n/a |"),
    ],
)
def test_verdict(
    tmp_path: Path, network: IntegerNetwork, exactness: dict[str, int], verdict: str
) -> None:
    write_report(tmp_path, network, model_name="x", exactness=exactness)
    assert f"| Hardware computes what Keras computed {verdict}" in page(tmp_path)


def test_same_arguments_give_the_same_bytes(tmp_path: Path, network: IntegerNetwork) -> None:
    for run in ("a", "b"):
        full_report(tmp_path / run, network)
    for first in (tmp_path / "a" / "report").iterdir():
        assert first.read_bytes() == (tmp_path / "b" / "report" / first.name).read_bytes()


def test_plots_are_svg_with_readable_text(tmp_path: Path, network: IntegerNetwork) -> None:
    full_report(tmp_path, network)
    for name, word in (("sizes.svg", "dense_2"), ("fan_in.svg", "dense_2: 5 neurons")):
        root = ElementTree.parse(tmp_path / "report" / name).getroot()
        assert root.tag.endswith("svg")
        assert any(word in text for text in root.itertext())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("density", [0.0, 1.0])
def test_networks_at_both_ends(
    tmp_path: Path, network_of: Callable[..., IntegerNetwork], density: float
) -> None:
    write_report(tmp_path, network_of((300, 3, 1), density=density), model_name="x")
    assert "sizes.svg" in page(tmp_path)


def test_network_without_weights(tmp_path: Path, network: IntegerNetwork) -> None:
    empty = IntegerNetwork(network.input, (Flatten(), Head(np.zeros(36, np.int32))), {})
    document = write_report(tmp_path, empty, model_name="x")
    assert "| Sparsity | n/a | counted |" in page(tmp_path)
    assert "svg" not in page(tmp_path)
    print_report(document, Console(file=io.StringIO()))


def test_history_is_drawn_too(tmp_path: Path, network: IntegerNetwork) -> None:
    history = tmp_path / "history.csv"
    history.write_text("epoch,val_accuracy\n0,0.5\n1,0.6\n")
    full_report(tmp_path, network, history=history)
    assert "](training.svg)" in page(tmp_path)
    assert (tmp_path / "report" / "training.svg").is_file()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"accuracy": (97.6, "MNIST", 10)}, "`accuracy` must be a share .* Received: 97.6"),
        ({"accuracy": (float("nan"), "MNIST", 10)}, "`accuracy`"),
        ({"resources": {"x": {"luts": 3}}}, "must be a Figure. Received: 3"),
        ({"exactness": {"samples": "many"}}, "`value` must be a finite number"),
        ({"exactness": {"seconds": float("nan")}}, "JSON"),
    ],
)
def test_bad_input_writes_nothing(
    tmp_path: Path, network: IntegerNetwork, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        full_report(tmp_path, network, **changes)
    assert not list(tmp_path.iterdir())


def test_provenance_that_json_cannot_hold(tmp_path: Path, network: IntegerNetwork) -> None:
    with pytest.raises(TypeError, match="cannot hold a object"):
        full_report(tmp_path, network, provenance={"x": object()})


def test_failed_write_keeps_the_old_file(
    tmp_path: Path, network: IntegerNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_report(tmp_path, network)
    before = page(tmp_path)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        full_report(tmp_path, network, model_name="other")
    assert page(tmp_path) == before
    assert not list((tmp_path / "report").glob("*.part"))


@pytest.mark.parametrize("width", [80, 120])
def test_terminal(tmp_path: Path, network_of: Callable[..., IntegerNetwork], width: int) -> None:
    network = network_of((784, 1024, 1024, 1024, 10), density=0.01)
    document = full_report(tmp_path, network)
    console = Console(file=io.StringIO(), width=width)
    print_report(json.loads(json.dumps(document)), console)
    text = console.file.getvalue()
    assert "…" not in text
    assert f"{network.weights:,}" in text
    assert "9,224 LUT4 (yosys)" in text
    assert max(map(len, text.splitlines())) <= width


def test_print_report_needs_no_console(
    tmp_path: Path, network: IntegerNetwork, capsys: pytest.CaptureFixture[str]
) -> None:
    print_report(write_report(tmp_path, network, model_name="x"))
    assert "dense_1" in capsys.readouterr().out


def test_importing_reports_stays_light() -> None:
    root = Path(reports.__file__).parents[1]
    files = (path.relative_to(root) for path in Path(reports.__file__).parent.rglob("[a-z]*.py"))
    modules = sorted(".".join(path.with_suffix("").parts) for path in files)
    heavy = {"tensorflow", "keras", "hls4ml", "matplotlib", "pandas", "rich"}
    script = (
        "import importlib, sys\n"
        f"for name in {modules}: importlib.import_module(name)\n"
        f"loaded = {heavy} & set(sys.modules)\n"
        "sys.exit(f'imports {loaded}' if loaded else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
