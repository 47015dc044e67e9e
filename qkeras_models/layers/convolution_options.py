"""Which convolutions and pools become hardware; everything else is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

# What each option may be besides what is left out: in words, as values, and why nothing else.
_ALLOWED = {
    "padding": ("'valid' or 'same'", ("valid", "same"), ""),
    "data_format": ("'channels_last'", ("channels_last",), ": hardware takes channels last"),
    "dilation_rate": ("1", (1, (1,), (1, 1)), ": hardware takes every tap of a window"),
    "groups": ("1", (1,), ": hardware takes all channels in every filter"),
    "mask": ("left out", (), ": pruning decides which weights are 0"),
}


def check_convolution(options: Mapping[str, Any], kind: str) -> None:
    """Raises ValueError for another padding, channels first, dilations, groups or a mask.

    Args:
        options: keyword arguments of the layer, `name` among them where it has one.
        kind: the layer's class.
    """
    owner = f"'{options['name']}' ({kind})" if options.get("name") else f"a {kind}"
    for option, (words, allowed, why) in _ALLOWED.items():
        received = options.get(option)
        if received is not None and _plain(received) not in allowed:
            raise ValueError(
                f"`{option}` of {owner} must be {words}{why}. Received: {received!r}"
            )


def _plain(value: Any) -> Any:
    """Arrays and lists as tuples, words in lower case, as Keras takes them."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return tuple(value)
    return value.lower() if isinstance(value, str) else value


def check_pool(layer: Any) -> None:
    """Raises ValueError unless a pool is channels last."""
    options = {"data_format": layer.data_format, "name": layer.name}
    check_convolution(options, type(layer).__name__)
