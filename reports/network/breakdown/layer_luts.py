"""LUTs of each layer: those of its synthesized modules, or else estimated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.network.estimate import DESIGN
from reports.records.record import Source

if TYPE_CHECKING:
    from hls_projects.conversion.rtl.verilog_design import VerilogDesign
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.tools.synthesis import Cells


def layer_luts(
    network: IntegerNetwork, designs: Sequence[VerilogDesign], estimated: bool
) -> list[dict[str, Any]]:
    """A record for each design and layer, in the network's order, for report.json.

    Args:
        network: what the designs compute.
        designs: Verilog; those that were synthesized module by module count.
        estimated: whether an estimate may stand in where there is none.

    Returns:
        ``design`` and ``layer``; ``luts``, cells of all sizes, whose sum is the design's figure,
        that of an estimate but for rounding; their ``source``.
    """
    found = [
        {"design": f"RTL, {target}", "layer": layer, "luts": luts,
         "source": Source.YOSYS_SUM.value}
        for written in designs
        for target, modules in written.modules.items()
        for layer, luts in _by_layer(network, modules, target).items()
    ]
    return found or list(_estimated(network) if estimated else ())


def _by_layer(
    network: IntegerNetwork, modules: Mapping[str, Cells], target: str
) -> dict[str, int]:
    """LUTs of synthesized modules; what is of no layer has its module's name, last."""
    from hls_projects.families import FLOWS
    from hls_projects.rtl.module_layers import module_layers

    multiplexed = sum(name.startswith("multiplexed_") for name in modules)
    layers = module_layers(network, multiplexed)
    luts = dict.fromkeys(layers.values(), 0)
    for module, cells in modules.items():
        stem = re.sub(r"^([a-z]+_\d+)_\d+$", r"\1", module)
        name = layers.get(stem, module)
        found = cells.luts + FLOWS[target].luts_a_carry * cells.carries
        if found or name in luts:
            luts[name] = luts.get(name, 0) + found
    return luts


def _estimated(network: IntegerNetwork) -> Iterator[dict[str, Any]]:
    """Nothing where the network has a layer that RTL does not have."""
    from hls_projects.rtl.estimate import estimate

    names = dict(zip(map(id, network.layers), network.layer_names, strict=True))
    try:
        found = estimate(network)
    except ValueError:
        return
    for layer, luts in found.by_layer:
        yield {"design": DESIGN, "layer": names[id(layer)], "luts": round(luts),
               "source": Source.ESTIMATE.value}
