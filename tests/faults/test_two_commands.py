"""Two whole commands at once in one run folder: one does the work, the other refuses or follows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

from qkeras_models.files.folder_lock import exclusive_folder
from reports.command import main as convert
from tests.commands import ROOT, in_process
from tests.faults.kill_and_resume import TRAINING, WORKS, Work, fingerprint, leftovers
from training.command import main as train

OPTIONS = ["runs/run", "--samples", "50", "--no-csim"]
CONVERT = [str(ROOT / "convert.py"), *OPTIONS]
CONVERTED = ("network.npz", "hls/firmware", "report/sizes.csv")


def start(arguments, folder):
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, text=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def end(process):
    """Exit status and messages."""
    _, message = process.communicate(timeout=300)
    return process.returncode, message


def test_a_training_is_not_resumed_while_it_goes_on(trained, tmp_path):
    first = start([str(ROOT / "train.py"), *TRAINING], tmp_path)
    deadline = time.monotonic() + 120
    while not (tmp_path / "runs" / "run" / "config.yaml").is_file() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(first.pid, signal.SIGSTOP)
    try:
        done = in_process(train, "--resume", "--name", "run", "--quiet", cwd=tmp_path)
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert done.returncode == 1 and "another process works in" in done.stderr
    assert end(first)[0] == 0
    assert fingerprint(WORKS["train"], tmp_path) == fingerprint(WORKS["train"], trained)
    assert not leftovers(tmp_path)


def test_two_conversions_of_one_run(trained, tmp_path):
    work = Work(lambda folder: CONVERT, tuple(f"runs/run/{name}" for name in CONVERTED))
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    for folder in (alone, shared):
        shutil.copytree(trained / "runs", folder / "runs")
    assert in_process(convert, *OPTIONS, cwd=alone).returncode == 0
    with exclusive_folder(shared / "runs" / "run"):
        status, message = end(start(CONVERT, shared))
    assert status == 1 and "another process works in" in message
    ends = [end(process) for process in [start(CONVERT, shared), start(CONVERT, shared)]]
    # The second may start so late that the first one is done.
    assert 0 in {status for status, _ in ends}
    assert all(status == 0 or "another process works in" in text for status, text in ends)
    assert fingerprint(work, shared) == fingerprint(work, alone)
    assert not leftovers(shared)
