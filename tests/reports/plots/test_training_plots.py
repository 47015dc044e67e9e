"""The plot of a training history."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from reports.plots.training_plots import read_history, training_plot

COLUMNS = (
    "epoch,accuracy,loss,soft_nonzeros,sparsity,sparsity/a,sparsity/b,stage,threshold/a,"
    "threshold/b,val_accuracy,val_loss"
)


def history(folder: Path, *rows: str, columns: str = COLUMNS) -> Path:
    path = folder / "history.csv"
    path.write_text("\n".join([columns, *rows]) + "\n")
    return path


def row(epoch: int, stage: object) -> str:
    return f"{epoch},0.9,0.3,100,0.9,0.95,0.6,{stage},0.4,0.2,0.{80 + epoch},0.4"


def texts(svg: str) -> list[str]:
    return [text.strip() for text in ElementTree.fromstring(svg).itertext() if text.strip()]


def test_all_panels(tmp_path: Path) -> None:
    stages = [1, 1, 1, 2, 3, 3]
    path = history(tmp_path, *(row(epoch, stage) for epoch, stage in enumerate(stages)))
    found = texts(training_plot(path))
    for label in ("accuracy (%)", "nonzeros (%)", "threshold", "validation", "all layers", "epoch"):
        assert label in found
    assert [text for text in found if text.startswith("stage")] == [
        "stage 1, train", "stage 2, prune", "stage 3, retrain",
    ]
    assert found.count("a") == found.count("b") == 2


def test_pruning_that_takes_no_epoch_is_marked(tmp_path: Path) -> None:
    path = history(tmp_path, *(row(epoch, stage) for epoch, stage in enumerate([1, 1, 3])))
    assert [text for text in texts(training_plot(path)) if text.startswith("stage")] == [
        "stage 1, train", "stage 2, prune", "stage 3, retrain",
    ]


def test_same_history_gives_the_same_bytes(tmp_path: Path) -> None:
    path = history(tmp_path, row(0, 1.0), row(1, 3.0))
    assert training_plot(path) == training_plot(path)


def test_layer_keeps_its_colour_where_columns_differ(tmp_path: Path) -> None:
    columns = "epoch,sparsity/a,sparsity/b,threshold/b"
    svg = training_plot(history(tmp_path, "0,0.1,0.2,0.3", "1,0.2,0.3,0.4", columns=columns))
    assert svg.lower().count("stroke: #e69f00") > svg.lower().count("stroke: #0072b2")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ("epoch,val_accuracy", ["0,0.5"]),
        ("epoch,val_accuracy,stage", ["0,0.5,NA", "1,0.6,1", "2,NA,3"]),
        ("epoch,val_accuracy,stage", ["0,0.5,NA"]),
        ("epoch,sparsity,stage", ["0,0.5,train", "1,0.6,retrain"]),
        ("epoch,threshold/only", ["0,0.5", "1,0.6"]),
    ],
)
def test_histories_with_less(tmp_path: Path, columns: str, rows: list[str]) -> None:
    assert "epoch" in texts(training_plot(history(tmp_path, *rows, columns=columns)))


def test_later_row_of_an_epoch_counts(tmp_path: Path) -> None:
    path = history(tmp_path, "0,0.1", "1,0.2", "2,0.9", "1,0.3", "2,0.4", columns="epoch,accuracy")
    assert read_history(path)["accuracy"].tolist() == [0.1, 0.3, 0.4]


@pytest.mark.parametrize(
    "content",
    ["", "loss,accuracy\n1,2\n", "epoch,accuracy\n", "epoch,accuracy\nx,1\n", "a,b\n1,2,3,4\n1\n"],
)
def test_what_is_no_history(tmp_path: Path, content: str) -> None:
    path = tmp_path / "history.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"history\.csv"):
        training_plot(path)


def test_binary_file_is_no_history(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_bytes(b"\xff\xfe\x00\x80" * 9)
    with pytest.raises(ValueError, match=r"history\.csv"):
        training_plot(path)


def test_history_with_nothing_to_draw(tmp_path: Path) -> None:
    path = history(tmp_path, "0,1.0", columns="epoch,loss")
    with pytest.raises(ValueError, match="no column of accuracy.* Received: epoch, loss"):
        training_plot(path)


def test_missing_history(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        training_plot(tmp_path / "none.csv")
