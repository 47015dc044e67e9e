"""hls4ml front end: layers, C++ kernels and Keras handlers of sparse ternary networks."""

from hls_projects.hls4ml_front_end.build import build_hls_model
from hls_projects.hls4ml_front_end.registration import register

__all__ = ["build_hls_model", "register"]
