"""Quiet, deterministic TensorFlow for every test; no test fails for being slow."""

import gc
import os

from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

settings.register_profile("project", deadline=None)
settings.load_profile("project")

# Imports make no garbage, TensorFlow's graphs little: collect after 100,000 objects, not after 700.
gc.disable()


def pytest_collection_finish():
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()
