"""Which convolutions and pools become hardware; everything else is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ALLOWED = {
    "data_format": (None, "channels_last"),
    "dilation_rate": (None, 1, (1, 1), [1, 1]),
    "groups": (None, 1),
}


def check_convolution(options: Mapping[str, Any], kind: str) -> None:
    """Raises ValueError for channels first, dilations or groups.

    Args:
        options: keyword arguments of the layer, `name` among them where it has one.
        kind: the layer's class.
    """
    owner = f"'{options['name']}' ({kind})" if options.get("name") else f"a {kind}"
    for option, allowed in _ALLOWED.items():
        value = options.get(option)
        if value not in allowed:
            raise ValueError(
                f"`{option}` of {owner} must be {allowed[1]!r}: hardware takes channels last, "
                f"undilated and in one group. Received: {value!r}"
            )


def check_pool(layer: Any) -> None:
    """Raises ValueError unless a MaxPooling2D is channels last and valid."""
    kind = type(layer).__name__
    check_convolution({"data_format": layer.data_format, "name": layer.name}, kind)
    if layer.padding != "valid":
        raise ValueError(
            f"`padding` of '{layer.name}' ({kind}) must be 'valid'. Received: {layer.padding!r}"
        )
