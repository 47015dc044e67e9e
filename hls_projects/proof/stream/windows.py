"""What a network does between two modules that move pixels: layers on one window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hls_projects.kinds import Layer, Role
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.circuit import CircuitError


@dataclass
class WindowStep:
    """Layers of one window, or of the collected image.

    Attributes:
        shape: of what they take.
        channels: of each pixel of it.
        padded: whether pixels around the image are among them, which are 0.
        layers, names: as the network has them, windows moved to a place of their own.
    """

    shape: tuple[int, ...]
    channels: int
    padded: bool = False
    layers: list[Layer] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def pools(self) -> bool:
        """Whether it is the largest value of each channel."""
        return [layer.role for layer in self.layers] == [Role.POOL]

    @property
    def values(self) -> int:
        return math.prod(self.shape)


def window_steps(network: IntegerNetwork) -> Iterator[WindowStep]:
    """Steps of an image network, each after a module that makes its windows.

    Raises:
        CircuitError: for layers that are not proved in streams of pixels.
    """
    step: WindowStep | None = None
    shapes = [network.input.shape, *network.shapes()]
    for layer, name, shape in zip(network.layers, network.layer_names, shapes, strict=False):
        flat = layer.flattens and len(shape) == 3
        if _moves(layer) or flat:
            if step is not None:
                yield step
            step = _window(layer, shape) if _moves(layer) else WindowStep(shape, shape[-1])
            layer = _at_one_place(layer) if _moves(layer) else layer
        elif step is None and layer.role is Role.SHAPE:
            continue
        elif step is None or (step.pools and layer.role is not Role.SHAPE):
            raise CircuitError(f"a {layer.kind} layer there is simulated")
        step.layers.append(layer)
        step.names.append(name)
    if step is None:
        raise CircuitError("no layer has windows")
    yield step


def _moves(layer: Layer) -> bool:
    """Whether a module before a layer makes windows for it."""
    return layer.windows is not None


def _window(layer: Layer, shape: tuple[int, ...]) -> WindowStep:
    windows = layer.windows
    padded = any(sum(around) for around in windows.around(shape))
    if padded and layer.role is Role.POOL:
        raise CircuitError("a pool that reaches over the edge is simulated")
    return WindowStep((*windows.size, shape[-1]), shape[-1], padded)


def _at_one_place(layer: Layer) -> Layer:
    return replace(layer, strides=layer.windows.size, padding="valid")
