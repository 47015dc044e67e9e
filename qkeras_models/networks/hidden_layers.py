"""Hidden layers in words: 16c3 is a convolution, p2 a pool, 128 a dense layer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

NOTATION = (
    "a width as in 128, filters and kernel size of a convolution as in 16c3 (16c5v without "
    "padding), or the size of a max pool as in p2"
)


@dataclass(frozen=True)
class DenseSpec:
    """A dense layer of `width` neurons."""

    width: int


@dataclass(frozen=True)
class ConvolutionSpec:
    """`filters` kernels of size × size, with strides of 1; padding same, or valid."""

    filters: int
    size: int
    padding: str

    def __str__(self) -> str:
        return f"{self.filters}c{self.size}{'v' if self.padding == 'valid' else ''}"


@dataclass(frozen=True)
class PoolSpec:
    """The largest of size × size values, without overlap."""

    size: int

    def __str__(self) -> str:
        return f"p{self.size}"


Spec = DenseSpec | ConvolutionSpec | PoolSpec


def hidden_layers(entries: Iterable[int | str], width: int = 1) -> tuple[Spec, ...]:
    """The layers that a configuration's `hidden` describes.

    Args:
        entries: each as NOTATION says.
        width: factor of every layer's filters or neurons, ≥ 1.

    Raises:
        ValueError: naming the entry, or if a convolution or pool follows a dense layer.

    Example:
        >>> hidden_layers(["1c3", "p2", 8], width=16)[0]
        ConvolutionSpec(filters=16, size=3, padding='same')
    """
    if not isinstance(width, int) or width < 1:
        raise ValueError(f"`width` must be an integer >= 1. Received: {width!r}")
    specs: list[Spec] = []
    for entry in entries:
        spec = _parse(entry, width)
        if specs and isinstance(specs[-1], DenseSpec) and not isinstance(spec, DenseSpec):
            raise ValueError(
                f"`hidden` must hold convolutions and pools before dense layers. "
                f"Received: {entry!r} after {specs[-1].width}"
            )
        specs.append(spec)
    return tuple(specs)


def _parse(entry: int | str, width: int) -> Spec:
    if isinstance(entry, int) and not isinstance(entry, bool) and entry >= 1:
        return DenseSpec(entry * width)
    text = entry.strip() if isinstance(entry, str) else ""
    if found := re.fullmatch(r"([1-9]\d*)", text):
        return DenseSpec(int(text) * width)
    if found := re.fullmatch(r"([1-9]\d*)c([1-9]\d*)(v?)", text):
        padding = "valid" if found[3] else "same"
        return ConvolutionSpec(int(found[1]) * width, int(found[2]), padding)
    if found := re.fullmatch(r"p([1-9]\d*)", text):
        return PoolSpec(int(found[1]))
    raise ValueError(f"`hidden` must hold integers >= 1, or {NOTATION}. Received: {entry!r}")
