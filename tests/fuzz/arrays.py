"""Weights of fuzzed networks: what training leaves, and what it hardly ever would."""

from __future__ import annotations

import numpy as np

FAN_INS = ("none", "one", "few", "half", "full", "mixed")
NORMALIZATIONS = ("trained", "negative", "zero", "tiny", "ties", "extreme", "mixed")


def kernel(
    fan_in: str, shape: tuple[int, int], threshold: float, rng: np.random.Generator
) -> np.ndarray:
    """Shadow weights (inputs, outputs); ties with the threshold, which give 0, among them."""
    inputs, outputs = shape
    most = {
        "none": np.zeros(outputs, int),
        "one": np.ones(outputs, int),
        "few": rng.integers(1, 4, outputs),
        "half": np.full(outputs, (inputs + 1) // 2),
        "full": np.full(outputs, inputs),
        "mixed": rng.choice([0, 1, 2, inputs // 3, inputs], outputs),
    }[fan_in]
    ranks = rng.random(shape).argsort(axis=0)
    above = np.nextafter(np.float32(threshold), np.float32(1))
    large = rng.choice([above, 0.5, 1.0], shape)
    small = rng.choice([threshold, 0.1, 0.0], shape)
    return rng.choice([-1, 1], shape) * np.where(ranks < most, large, small)


def normalization(kind: str, channels: int, rng: np.random.Generator) -> list[np.ndarray]:
    """γ, β, mean and variance (channels,)."""
    if kind == "mixed":
        kinds = rng.choice(NORMALIZATIONS[:-1], channels)
        each = [normalization(str(other), 1, rng) for other in kinds]
        return [np.concatenate(values) for values in zip(*each, strict=True)]
    gamma = rng.uniform(0.1, 3, channels) * rng.choice([-1, 1, 1], channels)
    beta, mean = rng.normal(0, 2, channels), rng.normal(0, 4, channels)
    variance = rng.uniform(0.05, 20, channels)
    if kind == "negative":
        gamma = -np.abs(gamma)
    elif kind == "zero":
        gamma = gamma * 0.0
        beta = rng.choice([0.0, 0.5, 1.0, 2.5, -1.0, 1e6], channels)
    elif kind == "tiny":
        gamma = rng.choice([1e-3, 1e-30, -1e-30, 1e-38, 1e-42], channels)
        variance = rng.choice([0.0, 1e-12, 1.0], channels)
    elif kind == "ties":
        gamma, variance = rng.choice([-1.0, 0.5, 1.0, 2.0], channels), np.full(channels, 1 - 1e-3)
        beta, mean = rng.integers(-4, 5, channels) / 2, rng.integers(-6, 7, channels) / 2
    elif kind == "extreme":
        gamma = rng.choice([1e6, -1e6, 1e20, -1e20], channels)
        beta = rng.choice([0.0, 1e6, -1e6, 1e20], channels)
        mean = rng.choice([0.0, 3.0, 1e6, -1e6], channels)
        variance = rng.choice([0.0, 1e-6, 1e8], channels)
    return [values.astype(np.float32) for values in (gamma, beta, mean, variance)]


def bias(kind: str, classes: int, rng: np.random.Generator) -> np.ndarray:
    """Biases of the head (classes,); "beyond" is more than float32 logits can tell apart."""
    if kind == "halves":
        return (rng.integers(-9, 10, classes) + 0.5).astype(np.float32)
    reach = {"small": 9.0, "huge": 2.0**21, "beyond": 2.0**40}[kind]
    return rng.uniform(-reach, reach, classes).astype(np.float32)


def samples(
    shape: tuple[int, ...], scale: object, lowest: int, highest: int, seed: int
) -> np.ndarray:
    """Float inputs (samples, *shape): in range, at every edge, far outside, infinite, denormal."""
    rng = np.random.default_rng(seed)
    step = np.broadcast_to(np.asarray(scale, np.float32), shape)
    integers = rng.integers(lowest - 2, highest + 3, (60, *shape))
    edges = (integers * step).astype(np.float32)
    blocks = [
        edges,
        np.nextafter(edges, np.float32(-np.inf)),
        np.nextafter(edges, np.float32(np.inf)),
        (rng.normal(0, (highest - lowest + 1) / 2, (60, *shape)) * step).astype(np.float32),
        rng.choice(SPECIAL, (40, *shape)),
        np.stack([np.full(shape, value) for value in SPECIAL]),
        np.stack([lowest * step, highest * step]).astype(np.float32),
    ]
    return np.concatenate(blocks).astype(np.float32)


_DENORMAL = np.array([1, 1 << 22], np.uint32).view(np.float32)
SPECIAL = np.array(
    [0.0, -0.0, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-37, -1e-37, *_DENORMAL, *-_DENORMAL],
    np.float32,
)
