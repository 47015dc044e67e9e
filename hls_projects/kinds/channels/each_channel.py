"""Weights of single channels as those of a convolution of all channels, and back."""

from __future__ import annotations

import numpy as np


def of_all_channels(weights: np.ndarray) -> np.ndarray:
    """(height, width, channels, multiplier) as (height, width, channels, channels · multiplier).

    Output channel · multiplier + i is that of `channel` and its i-th filter; other weights are 0.
    """
    channels, multiplier = weights.shape[2:]
    full = np.zeros((*weights.shape[:2], channels, channels, multiplier), weights.dtype)
    index = np.arange(channels)
    full[:, :, index, index] = weights
    return full.reshape(*weights.shape[:2], channels, channels * multiplier)


def of_each_channel(full: np.ndarray) -> np.ndarray:
    """The weights that `of_all_channels` made these of."""
    channels = full.shape[2]
    index = np.arange(channels)
    return full.reshape(*full.shape[:2], channels, channels, -1)[:, :, index, index]
