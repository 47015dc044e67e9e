"""Two processes at one folder or file: one refuses or waits, whatever became of the other."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qkeras_models.files.folder_lock import FolderInUse, exclusive_file, exclusive_folder

ROOT = Path(__file__).parents[3]
HOLD = """
import pathlib, sys, time
from qkeras_models.files.folder_lock import exclusive_file, exclusive_folder
path = pathlib.Path(sys.argv[2])
with exclusive_folder(path) if sys.argv[1] == "folder" else exclusive_file(path, print):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
    path.is_dir() or path.write_text("whole")
"""


@pytest.fixture
def holder():
    """Starts another process that holds a folder or file for a time in s."""
    started = []

    def start(kind, path, seconds):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, kind, str(path), str(seconds)], cwd=ROOT,
            stdout=subprocess.PIPE, text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_second_process_is_refused_until_the_first_is_killed(holder, tmp_path):
    run = tmp_path / "runs" / "mine"
    process = holder("folder", run, 60)
    with pytest.raises(FolderInUse, match=r"another process works in .*mine: wait until"), (
        exclusive_folder(run)
    ):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    with exclusive_folder(run):
        pass


def test_a_second_process_waits_if_it_may(holder, tmp_path):
    holder("folder", tmp_path, 0.5)
    started = time.monotonic()
    with exclusive_folder(tmp_path, wait=True):
        assert time.monotonic() - started > 0.3


def test_one_process_may_lock_twice(tmp_path):
    with exclusive_folder(tmp_path), exclusive_folder(tmp_path):
        pass


def test_half_written_files_of_a_killed_process_are_removed(tmp_path):
    job = tmp_path / "job"
    report = tmp_path / "report"
    for path in (tmp_path / ".model.keras.x.part", report / ".a.part", job / ".b.part"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    (tmp_path / ".epoch-0001.part").mkdir()
    (job / ".lock").touch()
    with exclusive_folder(tmp_path):
        left = {path.name for path in tmp_path.rglob("*")}
    assert left == {".lock", "report", "job", ".b.part"}


def failing(folder, name=None):
    with pytest.raises(ValueError), exclusive_folder(folder):
        if name:
            (folder / name).touch()
        raise ValueError


def test_an_error_leaves_no_folder_that_was_made_for_nothing(tmp_path):
    failing(tmp_path / "runs" / "mine")
    assert not list(tmp_path.iterdir())
    failing(tmp_path / "runs" / "mine", "config.yaml")
    failing(tmp_path / "runs" / "mine")
    failing(tmp_path / "runs" / "other")
    assert [path.name for path in tmp_path.glob("runs/*")] == ["mine"]
    assert (tmp_path / "runs" / "mine" / "config.yaml").is_file()
    (tmp_path / "empty").mkdir()
    failing(tmp_path / "empty")
    assert (tmp_path / "empty").is_dir()


def test_a_file_that_another_process_makes_is_waited_for(holder, tmp_path):
    holder("file", tmp_path / "data", 0.5)
    told = []
    with exclusive_file(tmp_path / "data", told.append):
        assert (tmp_path / "data").read_text() == "whole"
    (message,) = told
    assert message.startswith("waiting for another process that makes")


def test_where_nothing_can_be_written_there_is_no_lock():
    with exclusive_file(Path("/proc/sparse-ternary/data"), print):
        pass
