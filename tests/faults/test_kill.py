"""A few kills of each command; `python -m tests.faults.kill_and_resume` tries many."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time

from reports.command import main
from tests.commands import ROOT, in_process
from tests.faults.kill_and_resume import WORKS, check, fingerprint

# About what a command takes.  The first kill finds it while it imports TensorFlow, on any machine;
# the second one of the training finds most machines in an epoch.
SECONDS = 8.0


def test_a_killed_training_ends_in_the_same_network(trained):
    kills = check("train", tries=1, most_kills=2, seed=61, tell=print, whole=trained,
                  seconds=SECONDS)  # fmt: skip
    assert kills >= 1


def test_a_killed_conversion_ends_in_the_same_project(trained, tmp_path, monkeypatch):
    shutil.copytree(trained / "runs", tmp_path / "runs")
    words = WORKS["convert"].command(tmp_path)[1:]
    assert in_process(main, *words, cwd=tmp_path).returncode == 0
    monkeypatch.setenv("TRAINED_RUN", str(trained / "runs" / "run"))
    kills = check("convert", tries=1, most_kills=1, seed=2, tell=print, whole=tmp_path,
                  seconds=SECONDS)  # fmt: skip
    assert kills == 1


def test_another_network_has_another_fingerprint(trained):
    before = fingerprint(WORKS["train"], trained)
    assert len(before) == 3
    history = trained / "runs" / "run" / "history.csv"
    content = history.read_bytes()
    history.write_bytes(content + b"1\n")
    assert fingerprint(WORKS["train"], trained) != before
    history.write_bytes(content)


def test_ctrl_c_says_how_to_go_on(tmp_path):
    runs = tmp_path / "my runs"
    command = [sys.executable, str(ROOT / "train.py"), "--data", "digits", "--hidden", "8",
               "--name", "mine", "--stage1-epochs", "900", "--runs", str(runs), "--quiet"]
    # Children of a shell's background job ignore Ctrl-C, as continuous integration may run this.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, heard)
    deadline = time.monotonic() + 120
    while not (runs / "mine" / "history.csv").is_file() and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"interrupted; continue with: python train.py --resume --name mine --runs '{runs}'" in (
        message
    )
