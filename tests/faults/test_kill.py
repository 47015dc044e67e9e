"""A few kills of each command; `python -m tests.faults.kill_and_resume` tries many."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from tests.faults.kill_and_resume import WORKS, check, fingerprint

ROOT = Path(__file__).parents[2]


def test_a_killed_training_ends_in_the_same_network():
    assert check("train", tries=1, most_kills=3, seed=5, tell=print) >= 1


def test_a_killed_conversion_ends_in_the_same_project(trained, monkeypatch):
    """Without C-simulation, which writes nothing that stays; the command of that module has it."""
    work = WORKS["convert"]
    short = replace(work, command=lambda folder: [*work.command(folder), "--no-csim"])
    monkeypatch.setitem(WORKS, "convert", short)
    monkeypatch.setenv("TRAINED_RUN", str(trained / "runs" / "run"))
    assert check("convert", tries=1, most_kills=1, seed=2, tell=print) == 1


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
