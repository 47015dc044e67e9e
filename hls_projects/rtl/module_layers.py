"""Which layer of a network each Verilog module computes."""

from __future__ import annotations

from hls_projects.kinds import Role
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.pipeline.stages import activation_depths
from hls_projects.rtl.stream.stream_plan import plan_stream, streams

# What takes no logic of its own: levels belong to the sums before them.
PART_OF_OTHERS = (Role.ACTIVATION, Role.SHAPE, Role.MOVE, Role.OUTPUT)


def module_layers(network: IntegerNetwork, multiplexed: int = 0) -> dict[str, str]:
    """Names of layers, as in IntegerNetwork.layer_names, by the names of modules.

    A module of several layers has all their names; `layer_2_1` and other parts of a module that
    register stages cut stand here as `layer_2`.  What collects an image is of no layer.

    Args:
        network: what the Verilog computes.
        multiplexed: how many of its dense layers are time-multiplexed.

    Raises:
        ValueError: for a kind of layer that RTL does not have.
    """
    names = dict(zip(map(id, network.layers), network.layer_names, strict=True))
    if not streams(network):
        return _numbered(_stage_names(network, names))
    plan = plan_stream(network)
    steps = [names[id(step.layer)] for step in plan.steps]
    tail = _stage_names(plan.tail, names)
    found = _numbered([*steps, *tail[multiplexed:]])
    found |= {f"multiplexed_{k}": name for k, name in enumerate(tail[:multiplexed], 1)}
    for number, name in enumerate(steps, 1):
        found |= {f"window_{number}": name, f"join_{number}": name}
    return found


def _numbered(names: list[str]) -> dict[str, str]:
    return {f"layer_{number}": name for number, name in enumerate(names, 1)}


def _stage_names(network: IntegerNetwork, names: dict[int, str]) -> list[str]:
    """Of each stage of GraphPipeline, the layers that are built in it."""
    depths = activation_depths(network)
    found: list[list[str]] = [[] for _ in range(max(depths) + 1)]
    for layer, depth in zip(network.layers, depths, strict=True):
        if layer.role not in PART_OF_OTHERS:
            # A thermometer's registers follow its own comparisons.
            found[depth - (layer.role is Role.ENCODER)].append(names[id(layer)])
    return [" + ".join(own) or f"stage {number}" for number, own in enumerate(found, 1)]
