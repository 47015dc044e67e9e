"""Two whole commands at once in one run folder: one does the work, the other refuses or follows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.faults.kill_and_resume import TRAINING, WORKS, Work, fingerprint, leftovers, run

ROOT = Path(__file__).parents[2]


CONVERT = [str(ROOT / "convert.py"), "runs/run", "--samples", "50"]
CONVERTED = ("network.npz", "hls/firmware", "report/sizes.csv")


def start_twice(arguments, folder):
    """(exit status, messages) of both."""
    processes = [
        subprocess.Popen([sys.executable, *arguments], cwd=folder, text=True,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                         env={**os.environ, "PYTHONPATH": str(ROOT)})
        for _ in range(2)
    ]
    messages = [process.communicate(timeout=300)[1] for process in processes]
    return sorted(zip((process.returncode for process in processes), messages, strict=True))


def test_two_trainings_into_one_folder(trained, tmp_path):
    first, second = start_twice([str(ROOT / "train.py"), *TRAINING], tmp_path)
    assert first[0] == 0 and second[0] == 1
    assert "another process works in" in second[1] or "exists already" in second[1]
    assert fingerprint(WORKS["train"], tmp_path) == fingerprint(WORKS["train"], trained)
    assert not leftovers(tmp_path)


def test_two_conversions_of_one_run(trained, tmp_path):
    work = Work(lambda folder: CONVERT, tuple(f"runs/run/{name}" for name in CONVERTED))
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    for folder in (alone, shared):
        shutil.copytree(trained / "runs", folder / "runs")
    run(work, alone, lambda: None, bool)
    first, second = start_twice(CONVERT, shared)
    # The second may start so late that the first one is done.
    assert first[0] == 0
    assert second[0] == 0 or "another process works in" in second[1]
    assert fingerprint(work, shared) == fingerprint(work, alone)
    assert not leftovers(shared)
