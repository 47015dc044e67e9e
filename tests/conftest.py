"""Quiet, deterministic TensorFlow for every test; no test fails for being slow."""

import gc
import os

from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

settings.register_profile("project", deadline=None)
settings.load_profile("project")

# TensorFlow's graphs are many objects and little garbage: collect after 100,000, not after 700.
gc.set_threshold(100_000, 20, 20)
