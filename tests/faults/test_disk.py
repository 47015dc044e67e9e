"""Full disks and unwritable folders: a clear error, and older files as they were."""

from __future__ import annotations

import pytest

from hls_projects.result_cache import cached
from tests.faults.disk import ROOT, UNWRITABLE, run_with_quota

TRAINING = (str(ROOT / "train.py"), "--data", "digits", "--hidden", "16", "--sparsity", "0.8",
            "--stage1-epochs", "2", "--stage3-epochs", "1", "--name", "run", "--quiet")


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*") if path.is_file() and path.name != ".lock"
    }


def test_a_training_that_finds_the_disk_full_says_so_and_goes_on_later(tmp_path):
    failed = run_with_quota(TRAINING, tmp_path, 4096)
    assert failed.returncode == 1 and "Traceback" not in failed.stderr, failed.stderr
    assert "error: " in failed.stderr and "File too large" in failed.stderr
    assert not list(tmp_path.rglob("*.keras"))
    resume = (TRAINING[0], "--resume", "--name", "run", "--quiet")
    done = run_with_quota(resume, tmp_path, 1 << 30)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob(".*.part"))


@pytest.mark.parametrize("largest_file", [100, 3000])
def test_a_conversion_that_finds_the_disk_full_leaves_older_files(tmp_path, largest_file):
    command = (str(ROOT / "convert.py"), "mnist-small", "--no-csim", "--samples", "20",
               "--output", "out", "--data", "digits.npz")
    make = ("-c", "import numpy as np; x = np.zeros((20, 28, 28)); y = np.arange(20) % 10;"
                  "np.savez('digits.npz', x_train=x, y_train=y, x_test=x, y_test=y)")
    assert run_with_quota(make, tmp_path, 1 << 30).returncode == 0
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "network.npz").write_bytes(b"older")
    failed = run_with_quota(command, tmp_path, largest_file)
    assert failed.returncode == 1 and "Traceback" not in failed.stderr, failed.stderr
    assert "File too large" in failed.stderr
    assert (tmp_path / "out" / "network.npz").read_bytes() == b"older"
    assert not list(tmp_path.rglob(".*.part"))


def test_a_run_folder_that_cannot_be_made_is_named(tmp_path):
    failed = run_with_quota((*TRAINING, "--runs", str(UNWRITABLE)), tmp_path, 1 << 30)
    assert failed.returncode == 1 and "Traceback" not in failed.stderr, failed.stderr
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
