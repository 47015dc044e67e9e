"""OpenML's jets from every source, with a small stand-in for the real file."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from training.data import load
from training.data.sets.download import DownloadError, SourceUnavailable
from training.data.sets.features import jets
from training.data.sets.features.jets import CLASSES, FEATURES, read_jets

ROWS = 200


def unavailable(*_):
    raise SourceUnavailable("no route to host")


@pytest.fixture
def text(cache, monkeypatch):
    """A file of the same columns with few rows, and no network."""
    rng = np.random.default_rng(0)
    monkeypatch.setattr(jets, "ROWS", ROWS)
    monkeypatch.setattr(jets, "openml_jets", unavailable)
    header = [f"@ATTRIBUTE {name} REAL" for name in FEATURES]
    rows = [
        ",".join([*map(repr, rng.normal(size=16).tolist()), CLASSES[i % 5]]) for i in range(ROWS)
    ]
    lines = ["@RELATION jets", *header, "@ATTRIBUTE class {g,q,t,w,z}", "@DATA", *rows]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", jets.FILES)
def test_a_folder_holds_the_file_of_openml(text, tmp_path, name):
    data = text.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    found = load("jets", folder=tmp_path)
    assert found.x_train.shape == (144, 16) and found.x_validation.shape == (16, 16)
    assert found.x_test.shape == (40, 16) and found.x_train.dtype == np.float32
    assert found.targets.labels == CLASSES and found.name == "jets"


def test_the_split_is_that_of_the_tutorials(text, tmp_path):
    from sklearn.model_selection import train_test_split

    (tmp_path / jets.FILES[0]).write_text(text)
    rows = [line.split(",") for line in text.splitlines()[-ROWS:]]
    x = np.float32([row[:-1] for row in rows])
    expected = train_test_split(x, [row[-1] for row in rows], test_size=0.2, random_state=42)
    found = read_jets(tmp_path)
    np.testing.assert_array_equal(found["x_test"], expected[1])
    assert found["y_train"].tolist() == expected[2]


def test_openml_is_asked_once_and_kept(text, cache, monkeypatch):
    asked = []

    def fetched(folder):
        asked.append(folder)
        rows = [line.split(",") for line in text.splitlines()[-ROWS:]]
        path = folder / "openml.npz"
        np.savez(path, x=np.float64([r[:-1] for r in rows]), y=np.array([r[-1] for r in rows]),
                 names=np.array(FEATURES))
        return path

    monkeypatch.setattr(jets, "openml_jets", fetched)
    first = read_jets()
    monkeypatch.setattr(jets, "openml_jets", unavailable)
    np.testing.assert_array_equal(read_jets()["x_train"], first["x_train"])
    assert len(asked) == 1 and (cache / "jets.npz").is_file()


def test_without_any_source_the_error_says_what_to_do(text):
    with pytest.raises(DownloadError, match=r"(?s)OpenML: no route to host.*--data-folder"):
        read_jets()


@pytest.mark.parametrize("change, message", [
    (("multiplicity", "weight"), "the column multiplicity is missing"),
    (("zlogz REAL", "zlogz STRING"), "numeric columns and one of names"),
    ((",g\n", ",b\n"), "`y_train` must hold g, q, t, w, z"),
    (("@DATA\n", f"@DATA\n{','.join(['1'] * 16)},q\n"), "must hold 200 jets. Received: 201"),
])
def test_other_content_is_refused(text, tmp_path, change, message):
    (tmp_path / jets.FILES[0]).write_text(text.replace(*change))
    with pytest.raises(ValueError, match=f"must be OpenML's file of jets: .*{message}"):
        read_jets(tmp_path)


def test_endless_files_are_refused(text, tmp_path, monkeypatch):
    (tmp_path / jets.FILES[0]).write_text(text)
    monkeypatch.setattr(jets, "LARGEST", 1000)
    with pytest.raises(ValueError, match="1,000 in all"):
        read_jets(tmp_path)
