"""Full disks and unwritable folders: a clear error, and older files as they were."""

from __future__ import annotations

import numpy as np
import pytest

from hls_projects.tools.result_cache import cached
from reports.command import main as convert
from tests.commands import in_new_process, in_process
from tests.faults.disk import UNWRITABLE, quota
from training.command import main as train

TRAINING = ("--data", "digits", "--hidden", "16", "--sparsity", "0.8", "--stage1-epochs", "2",
            "--stage3-epochs", "1", "--name", "run", "--quiet")


def test_a_training_that_finds_the_disk_full_says_so_and_goes_on_later(tmp_path):
    with quota(4096):
        failed = in_new_process("train.py", *TRAINING, cwd=tmp_path)
    assert failed.returncode == 1 and "Traceback" not in failed.stderr, failed.stderr
    assert "error: " in failed.stderr and "File too large" in failed.stderr
    assert not list(tmp_path.rglob("*.keras"))
    done = in_process(train, "--resume", "--name", "run", "--quiet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob(".*.part"))


@pytest.mark.parametrize("largest_file", [100, 3000])
def test_a_conversion_that_finds_the_disk_full_leaves_older_files(tmp_path, largest_file):
    x, y = np.zeros((20, 28, 28)), np.arange(20) % 10
    np.savez(tmp_path / "digits.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "network.npz").write_bytes(b"older")
    words = "mnist-small", "--no-csim", "--samples", "20", "--output", "out", "--data", "digits.npz"
    with quota(largest_file):
        failed = in_process(convert, *words, cwd=tmp_path)
    assert failed.returncode == 1 and "File too large" in failed.stderr
    assert (tmp_path / "out" / "network.npz").read_bytes() == b"older"
    assert not list(tmp_path.rglob(".*.part"))


def test_a_run_folder_that_cannot_be_made_is_named(tmp_path):
    failed = in_process(train, *TRAINING, "--runs", UNWRITABLE, cwd=tmp_path)
    assert failed.returncode == 1
    assert str(UNWRITABLE) in failed.stderr


def test_a_cache_that_cannot_be_written_loses_no_result():
    with pytest.warns(UserWarning, match="could not be kept in the cache"):
        assert cached(UNWRITABLE, [b"key"], lambda: {"luts": 7}) == {"luts": 7}


def test_a_damaged_result_in_the_cache_is_computed_again(tmp_path):
    def compute():
        return {"luts": 7}

    assert cached(tmp_path, [b"key"], compute) == {"luts": 7}
    (kept,) = tmp_path.glob("*.json")
    for damage in ("", '{"luts"', "[]"):
        kept.write_text(damage)
        assert cached(tmp_path, [b"key"], compute) == {"luts": 7}
    assert kept.read_text() == '{"luts": 7}'
