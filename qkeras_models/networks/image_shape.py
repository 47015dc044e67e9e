"""Whether images have a shape that layers in words can take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from numbers import Integral

import numpy as np

from qkeras_models.networks.hidden_layers import (
    ConvolutionSpec,
    DenseSpec,
    DepthwiseSpec,
    PoolSpec,
    SeriesSpec,
    Spec,
)

# How many channels images have that come channels first: gray, RGB, RGBA.
USUAL_CHANNELS = (1, 3, 4)
# What layers are called, with a number after it.
LAYER_NAMES = {
    ConvolutionSpec: "conv2d",
    DepthwiseSpec: "depthwise_conv2d",
    PoolSpec: "maxpool",
    SeriesSpec: "conv1d",
}


def check_channels_last(name: str, shape: Sequence[int]) -> None:
    """Raises ValueError for three axes of which the first is that of channels, by its size.

    That is 1, 3 or 4, and smaller than both others, while the last one is none of these.

    Args:
        name: of the argument.
        shape: of one image.
    """
    if len(shape) != 3 or shape[0] not in USUAL_CHANNELS or shape[2] in USUAL_CHANNELS:
        return
    if shape[0] < min(shape[1:]):
        raise ValueError(
            f"`{name}`: channels must be last, (rows, columns, channels); np.moveaxis(x, 1, -1) "
            f"moves them. Received: {tuple(shape)}"
        )


def check_windows(input_shape: Sequence[int], specs: Sequence[Spec]) -> None:
    """Raises ValueError unless every convolution and pool finds a window in its image or series.

    Args:
        input_shape: of one sample.
        specs: the hidden layers, see hidden_layers.
    """
    specs = [spec for spec in specs if not isinstance(spec, DenseSpec)]
    if not specs:
        return
    series = any(isinstance(spec, SeriesSpec) for spec in specs)
    sizes = all(isinstance(n, Integral) and n >= 1 for n in input_shape)
    if len(input_shape) not in ((2,) if series else (2, 3)) or not sizes:
        wanted = (
            "layers of series need series of a fixed shape, (steps, channels)" if series else
            "convolutions and pools need images of a fixed shape, (rows, columns) or "
            "(rows, columns, channels)"
        )
        raise ValueError(
            f"`hidden`: {wanted}. Received: samples of shape {tuple(input_shape)}"
        )
    if not series:
        check_channels_last("input_shape", input_shape)
    _check_sizes(tuple(input_shape), tuple(input_shape[: 1 if series else 2]), specs)


def _check_sizes(
    input_shape: tuple[int, ...], image: tuple[int, ...], specs: Sequence[Spec]
) -> None:
    """Raises ValueError unless each window fits, in rows and columns or in steps."""
    seen: Counter[str] = Counter()
    for spec in specs:
        kind = LAYER_NAMES[type(spec)]
        seen[kind] += 1
        if getattr(spec, "padding", "valid") == "same":
            continue
        if spec.size > min(image):
            what = "an image" if len(image) > 1 else "a series"
            raise ValueError(
                f"`hidden`: {kind}_{seen[kind]} ({spec}) does not fit {what} of "
                f"{'×'.join(map(str, image))}, which allows sizes up to {min(image)}. "
                f"Received: samples of shape {input_shape}"
            )
        pool = isinstance(spec, PoolSpec)
        image = tuple(n // spec.size if pool else n - spec.size + 1 for n in image)


def with_one_channel(x: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Samples as inputs of a shape: with its last axis where that is 1 and they lack it.

    So does fit of Keras.

    Args:
        x: (n, ...).
        shape: of one sample, as the model takes it.
    """
    return x[..., np.newaxis] if (*x.shape[1:], 1) == tuple(shape) else x
