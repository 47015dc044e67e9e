"""Where the cells of a routed board stand, and to which layer they belong, or to the wrapper."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

WRAPPER = "wrapper"
BEL = re.compile(r"X(\d+)/Y(\d+)/")
INSTANCE = re.compile(r"^(\w+) ((?:stage|part)_\d+)\(", re.M)
# A net keeps the name that it has where it enters a stage, so what makes it is of the one before.
NETWORK = re.compile(r"wrapper\.network\.(stage|part)_(\d+)\.(x\b|x_)?")


def part_names(verilog: Path) -> dict[str, str]:
    """Of the network's Verilog, instances of its top module with their modules' names."""
    text = verilog.read_text(encoding="utf-8")
    return {instance: module for module, instance in INSTANCE.findall(text)}


def part_of(name: str, parts: dict[str, str]) -> str:
    """Which layer's module a cell belongs to, by its name, or `wrapper`."""
    found = NETWORK.match(name)
    if not found:
        return WRAPPER
    number = int(found[2]) - bool(found[3])
    return parts.get(f"{found[1]}_{number}", WRAPPER)


def cells_by_part(module: dict[str, Any], parts: dict[str, str]) -> dict[str, Counter[str]]:
    """LUT4s (each half of a CCU2C one) and flip-flops of each layer's module and the wrapper.

    Names of LUTs that synthesis made come from nets, so a LUT between two layers may count with
    its neighbour.
    """
    counted = {part: Counter() for part in [*dict.fromkeys(parts.values()), WRAPPER]}
    for name, cell in module["cells"].items():
        if cell["type"] in ("TRELLIS_COMB", "TRELLIS_FF"):
            counted[part_of(name, parts)][cell["type"]] += 1
    return counted


def draw_placement(
    module: dict[str, Any], parts: dict[str, str], path: Path, title: str
) -> None:
    """Writes an image of the device, a dot for each cell, coloured by layer.

    Args:
        module: as read_routed returns it.
        parts: as part_names returns them.
        path: the file, whose suffix says its format.
        title: above the image.
    """
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    places: dict[str, list[tuple[float, float]]] = {}
    for name, cell in module["cells"].items():
        bel = cell["attributes"].get("NEXTPNR_BEL", "")
        if found := BEL.match(bel):
            # Cells of one tile stand side by side.
            across, down = ord(bel[-4]) % 4 / 4, int(bel[-1]) / 3 if bel[-1].isdigit() else 0.0
            places.setdefault(part_of(name, parts), []).append(
                (int(found[1]) + across, int(found[2]) + down)
            )
    figure, axes = pyplot.subplots(figsize=(7, 5))
    colours = pyplot.get_cmap("tab10")
    for number, part in enumerate([*dict.fromkeys(parts.values()), WRAPPER]):
        if dots := places.get(part):
            colour = "0.6" if part == WRAPPER else colours(number % 10)
            axes.scatter(*zip(*dots, strict=True), s=2, color=colour, label=part, linewidths=0)
    axes.invert_yaxis()
    axes.set(title=title, xlabel="column", ylabel="row", aspect="equal")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), markerscale=4, fontsize="small")
    figure.savefig(path, dpi=150, bbox_inches="tight")
    pyplot.close(figure)
