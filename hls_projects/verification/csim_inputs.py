"""What a C-simulation is given: every sample one row, the values of several inputs in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hls_projects.network.input_format import InputFormat, shaped_samples
from hls_projects.network.parts import parted


def checked_integers(x: np.ndarray, sources: Sequence[Any]) -> np.ndarray:
    """Integers (samples, …) that the inputs of a project hold, int32.

    Args:
        x: (samples, *shape), of several inputs (samples, all their elements).
        sources: hls4ml's variables of the inputs.

    Raises:
        ValueError: if shape or values do not fit.
    """

    def check(part: np.ndarray, source: Any) -> np.ndarray:
        precision = source.type.precision
        form = InputFormat(precision.width, bool(precision.signed), 1.0, tuple(source.shape))
        return form.check_integers(part, "x")

    return _each(x, sources, check)


def checked_floats(
    x: np.ndarray, sources: Sequence[Any], formats: Sequence[InputFormat]
) -> np.ndarray:
    """Floats (samples, …) that hardware quantizes, float32, denormal ones as 0.

    Args:
        x, sources: as for checked_integers.
        formats: what they are quantized to, after a Reshape perhaps.

    Raises:
        ValueError: if shapes do not fit.
    """
    found = {id(source): form for source, form in zip(sources, formats, strict=True)}

    def check(part: np.ndarray, source: Any) -> np.ndarray:
        form = found[id(source)]
        part = np.asarray(shaped_samples(part, tuple(source.shape), "x"), np.float32)
        return form.without_denormals(part.reshape(-1, *form.shape)).reshape(part.shape)

    return _each(x, sources, check)


def _each(
    x: np.ndarray, sources: Sequence[Any], check: Callable[[np.ndarray, Any], np.ndarray]
) -> np.ndarray:
    if len(sources) == 1:
        return np.ascontiguousarray(check(x, sources[0]))
    shapes = [tuple(source.shape) for source in sources]
    x = shaped_samples(x, (sum(map(math.prod, shapes)),), "x")
    parts = (check(*pair) for pair in zip(parted(x, shapes), sources, strict=True))
    return np.ascontiguousarray(np.concatenate([p.reshape(len(x), -1) for p in parts], axis=1))
