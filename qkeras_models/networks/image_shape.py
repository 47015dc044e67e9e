"""Whether images have a shape that layers in words can take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from numbers import Integral

from qkeras_models.networks.hidden_layers import ConvolutionSpec, DenseSpec, PoolSpec, Spec

# How many channels images have that come channels first: gray, RGB, RGBA.
USUAL_CHANNELS = (1, 3, 4)


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
    """Raises ValueError unless every convolution and pool finds a window in its image.

    Args:
        input_shape: of one sample.
        specs: the hidden layers, see hidden_layers.
    """
    specs = [spec for spec in specs if not isinstance(spec, DenseSpec)]
    if not specs:
        return
    sizes = all(isinstance(n, Integral) and n >= 1 for n in input_shape)
    if len(input_shape) not in (2, 3) or not sizes:
        raise ValueError(
            "`hidden`: convolutions and pools need images of a fixed shape, (rows, columns) or "
            f"(rows, columns, channels). Received: samples of shape {tuple(input_shape)}"
        )
    check_channels_last("input_shape", input_shape)
    rows, columns = input_shape[:2]
    seen: Counter[str] = Counter()
    for spec in specs:
        kind = "maxpool" if isinstance(spec, PoolSpec) else "conv2d"
        seen[kind] += 1
        if isinstance(spec, ConvolutionSpec) and spec.padding == "same":
            continue
        if spec.size > min(rows, columns):
            raise ValueError(
                f"`hidden`: {kind}_{seen[kind]} ({spec}) does not fit an image of "
                f"{rows}×{columns}, which allows sizes up to {min(rows, columns)}. "
                f"Received: samples of shape {tuple(input_shape)}"
            )
        if kind == "maxpool":
            rows, columns = rows // spec.size, columns // spec.size
        else:
            rows, columns = rows - spec.size + 1, columns - spec.size + 1
