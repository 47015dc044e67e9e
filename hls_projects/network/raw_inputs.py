"""A network whose inputs are raw values, such as pixels of 8 bits, and no integers of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hls_projects.kinds import Levels
from hls_projects.kinds.layer import INT32
from hls_projects.network.entering_image import entering_image
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.parts import input_parts


def with_raw_inputs(network: IntegerNetwork, bits: int, scale: float) -> IntegerNetwork:
    """The same logits of raw values: a layer of levels first, which makes the network's integers.

    A raw value v of 0 … 2^bits − 1 stands for the input v · scale.  InputQuantizer makes an
    integer of that, which grows with v; level k is the least v of which it makes k or more.

    Args:
        network: with unsigned inputs.
        bits: of a raw value, 1 to 16.
        scale: the input that a raw value of 1 stands for, > 0.

    Returns:
        The network itself where the integers are the raw values as they are.

    Raises:
        ValueError: for values outside these ranges, or a network of signed or of several inputs.
    """
    if not 1 <= bits <= 16:
        raise ValueError(f"`bits` of raw inputs must be 1 to 16. Received: {bits}")
    if not 0 < scale < np.inf:
        raise ValueError(f"`scale` of raw inputs must be > 0. Received: {scale}")
    if parts := input_parts(network):
        raise ValueError("raw inputs are of networks of one input. Received: "
                         f"{', '.join(network.layer_names[i] for i in parts)}")
    form = network.input
    if form.lowest < 0:
        raise ValueError("raw inputs are of networks whose inputs are never negative. Received: "
                         f"integers of {form.lowest} to {form.highest}")
    if form.bits > 8:
        raise ValueError("raw inputs are of networks whose inputs have at most 8 bits. "
                         f"Received: {form.bits}")
    codes = _codes(form, bits, scale)
    raw = InputFormat(bits, False, scale, form.shape)
    if form.bits == bits and (codes == np.arange(1 << bits)[:, None]).all():
        return network
    levels = np.array(
        [[_least(own, level) for level in range(1, 1 << form.bits)] for own in codes.T], np.int32
    )
    before, levels = _shaped(network, levels)
    own = Levels(levels, np.ones(len(levels), np.int8))
    layers = (*network.layers[:before], own, *network.layers[before:])
    taken = network.taken[:before], network.taken[before:]
    after = (tuple(i + (i >= before - 1) for i in sources) for sources in taken[1])
    return replace(
        network, input=raw, layers=layers, sources=(*taken[0], (before - 1,), *after)
    )


def raw_values(network: IntegerNetwork, x: np.ndarray) -> np.ndarray:
    """Float samples (batch, *shape) as raw values of a network that with_raw_inputs made, int32.

    Raises:
        ValueError: for samples that are no raw values times their scale.
    """
    form = network.input
    values = np.asarray(x, np.float64).reshape(len(x), *form.shape) / form.scale
    wrong = (values != np.round(values)) | (values < 0) | (values > form.highest)
    if wrong.any():
        received = np.asarray(x).reshape(values.shape)[wrong].flat[0]
        raise ValueError(
            f"samples must be raw values of 0 to {form.highest}, times {form.scale}: "
            f"`--raw-bits` and `--raw-scale` say which. Received: {received}"
        )
    return values.astype(np.int32)


def _shaped(network: IntegerNetwork, levels: np.ndarray) -> tuple[int, np.ndarray]:
    """Before which layer the levels come, and those of each channel there.

    Gray images without an axis of channels get it first: a stream has levels of each pixel, not of
    each column.
    """
    reshapes, shape = entering_image(network)
    if not reshapes or (levels != levels[0]).any():
        return 0, levels
    return len(reshapes), np.repeat(levels[:1], shape[-1], axis=0)


def _codes(form: InputFormat, bits: int, scale: float) -> np.ndarray:
    """The network's integer of each raw value and channel, (2^bits, channels)."""
    values = (np.arange(1 << bits) * scale).astype(np.float32)[:, None]
    scales = np.broadcast_to(np.asarray(form.scale, np.float32), form.shape[-1:])
    return form.with_scale(values, scales).astype(np.int32)


def _least(codes: np.ndarray, level: int) -> int:
    """The least raw value of a level, or one that none reaches."""
    reached = np.flatnonzero(codes >= level)
    return int(reached[0]) if len(reached) else INT32.max
