"""Random integer networks for the tests of reports."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hls_projects.kinds import Dense, Flatten, Head, Layer, Levels
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork


def ternary(rng: np.random.Generator, shape: tuple[int, ...], density: float) -> np.ndarray:
    return ((rng.random(shape) < density) * rng.choice([-1, 1], shape)).astype(np.int8)


def build_network(
    widths: tuple[int, ...] = (36, 20, 5),
    density: float = 0.1,
    seed: int = 0,
    weights: list[np.ndarray] | None = None,
) -> IntegerNetwork:
    """Dense layers of these widths, 2-bit activations, 1-bit inputs."""
    rng = np.random.default_rng(seed)
    weights = weights or [
        ternary(rng, shape, density) for shape in zip(widths, widths[1:], strict=False)
    ]
    layers: list[Layer] = [Flatten()]
    for matrix in weights[:-1]:
        outputs = matrix.shape[1]
        levels = np.sort(rng.integers(-2, 3, (outputs, 3)).astype(np.int32), axis=1)
        layers += [Dense(matrix), Levels(levels, np.ones(outputs, np.int8))]
    layers += [Dense(weights[-1]), Head(np.zeros(weights[-1].shape[1], np.int32))]
    shape = (weights[0].shape[0],)
    return IntegerNetwork(InputFormat(1, False, 0.5, shape), tuple(layers), {"model": "random"})


@pytest.fixture
def network_of() -> Callable[..., IntegerNetwork]:
    return build_network


@pytest.fixture
def network() -> IntegerNetwork:
    return build_network()
