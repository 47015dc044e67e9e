"""Hidden layers in words: 16c3 a convolution, d3 a depthwise one, p2 a pool, 128 a dense layer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

NOTATION = (
    "a width as in 128, filters and kernel size of a convolution as in 16c3 (16c5v without "
    "padding), of one along the steps of a series as in 16t3, the kernel size of a depthwise "
    "convolution as in d3, or the size of a max pool as in p2"
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
class SeriesSpec:
    """`filters` kernels of size steps of a series, with strides of 1; padding same, or valid."""

    filters: int
    size: int
    padding: str

    def __str__(self) -> str:
        return f"{self.filters}t{self.size}{'v' if self.padding == 'valid' else ''}"


@dataclass(frozen=True)
class DepthwiseSpec:
    """A kernel of size × size for each channel, with strides of 1; padding same, or valid."""

    size: int
    padding: str

    def __str__(self) -> str:
        return f"d{self.size}{'v' if self.padding == 'valid' else ''}"


@dataclass(frozen=True)
class PoolSpec:
    """The largest of size × size values, or of size steps of a series, without overlap."""

    size: int

    def __str__(self) -> str:
        return f"p{self.size}"


Spec = DenseSpec | ConvolutionSpec | SeriesSpec | DepthwiseSpec | PoolSpec
IMAGES_ALONE = ConvolutionSpec, DepthwiseSpec


def hidden_layers(entries: Iterable[int | str], width: int = 1) -> tuple[Spec, ...]:
    """The layers that a configuration's `hidden` describes.

    Args:
        entries: each as NOTATION says.
        width: factor of every layer's filters or neurons, ≥ 1.

    Raises:
        ValueError: naming the entry, if a convolution or pool follows a dense layer, or if layers
            of series stand beside those of images.

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
    _check_axes(specs)
    return tuple(specs)


def _check_axes(specs: list[Spec]) -> None:
    series = [spec for spec in specs if isinstance(spec, SeriesSpec)]
    images = [spec for spec in specs if isinstance(spec, IMAGES_ALONE)]
    if series and images:
        raise ValueError(
            "`hidden` must hold layers of series (16t3) or of images (16c3, d3), not both. "
            f"Received: {series[0]} and {images[0]}"
        )


def _parse(entry: int | str, width: int) -> Spec:
    if isinstance(entry, int) and not isinstance(entry, bool) and entry >= 1:
        return DenseSpec(entry * width)
    text = entry.strip() if isinstance(entry, str) else ""
    if found := re.fullmatch(r"([1-9]\d*)", text):
        return DenseSpec(int(text) * width)
    if found := re.fullmatch(r"([1-9]\d*)([ct])([1-9]\d*)(v?)", text):
        kind = ConvolutionSpec if found[2] == "c" else SeriesSpec
        return kind(int(found[1]) * width, int(found[3]), "valid" if found[4] else "same")
    if found := re.fullmatch(r"d([1-9]\d*)(v?)", text):
        return DepthwiseSpec(int(found[1]), "valid" if found[2] else "same")
    if found := re.fullmatch(r"p([1-9]\d*)", text):
        return PoolSpec(int(found[1]))
    raise ValueError(f"`hidden` must hold integers >= 1, or {NOTATION}. Received: {entry!r}")
