"""Quiet, deterministic TensorFlow for every test; no test fails for being slow."""

import gc
import os

from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

# da4ml's kernels run for a moment; optimizing them takes Numba longer than all that they compute.
os.environ.setdefault("NUMBA_OPT", "0")
# Files of a minute and more come first, so that no worker waits for the other one's last file.
LONGEST = (
    "tests/docs/test_pages.py", "tests/test_tutorial.py", "tests/hls_projects/proof/cpp/",
    "tests/fuzz/test_exactness_fuzz.py", "tests/faults/", "tests/hls_projects/proof/",
)

settings.register_profile("project", deadline=None)
settings.load_profile("project")

# Imports make no garbage, TensorFlow's graphs little: collect after 100,000 objects, not after 700.
gc.disable()


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: next(
        (rank for rank, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST)
    ))


def pytest_collection_finish():
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()
