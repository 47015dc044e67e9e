"""The quantizer of the inputs."""

from __future__ import annotations

from hls_projects.from_keras.walk import Reached, Reader, Walk
from hls_projects.kinds import Select
from hls_projects.network.input_format import InputFormat
from qkeras_models.layers.input_quantizer import InputQuantizer


def read_input(walk: Walk, layer: InputQuantizer, reached: Reached) -> Reached:
    """The network's input format."""
    if walk.joined:
        return _of_one_input(walk, layer, reached)
    if walk.input is not None:
        raise ValueError(f"'{layer.name}' is a second InputQuantizer; only one is allowed")
    scale = layer.scale
    if isinstance(scale, list):
        if walk.layers:
            raise ValueError(
                f"'{layer.name}' has a scale for each element, but follows Flatten"
            )
        scale = tuple(scale)
    walk.input = InputFormat(layer.bits, layer.signed, scale, walk.shape_in)
    return Reached(reached.node, 1.0)


def _of_one_input(walk: Walk, layer: InputQuantizer, reached: Reached) -> Reached:
    """Of several inputs the network has the format from the start."""
    if isinstance(layer.scale, list) and not isinstance(walk.layers[reached.node], Select):
        raise ValueError(f"'{layer.name}' has a scale for each element, but follows another layer")
    return Reached(reached.node, 1.0)


READERS = {InputQuantizer: Reader(read_input, before_input=True)}
