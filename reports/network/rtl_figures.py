"""Figures of a Verilog design for reports, each with its source: cells, latency, clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reports.network.estimate import ENCODER_NOTE
from reports.records.record import Figure, Resources, Source

if TYPE_CHECKING:
    from hls_projects.conversion.rtl.verilog_design import VerilogDesign
    from hls_projects.rtl import RtlDesign, RtlSimulation
    from hls_projects.tools.place_and_route import PlacedDesign
    from hls_projects.tools.synthesis import Cells

WHOLE = "whole network, flattened"
BUFFER_NOTE = "lines of pixels and the collected image, shift registers; part of the FFs"
POSITIONS_NOTE = (
    "LUTs that are occupied once placed: cells, less pairs in one LUT, and what carry chains take "
    "beside them"
)
ROM_NOTE = "weights and thresholds of time-multiplexed layers, which tools put into LUTs or BRAMs"


def rtl_resources(designs: Sequence[VerilogDesign]) -> dict[str, dict[str, Figure]]:
    """Figures of each Verilog design, by target where it was synthesized, placed or neither."""
    from hls_projects.tools.synthesis import sum_cells

    resources: dict[str, dict[str, Figure]] = {}
    for written in designs:
        measured = {} if written.simulation is None else measured_timing(written.simulation)
        blocks = written_blocks(written.design)
        for target in written.targets:
            figures = blocks | measured | modelled_timing(written.design, target)
            if target in written.modules:
                cells = sum_cells(written.modules[target].values())
                figures |= cell_figures(cells, target, Source.YOSYS_SUM)
                figures |= _encoder_figures(written, target)
            if target in written.whole:
                figures |= cell_figures(written.whole[target], target)
            resources[f"RTL, {target}"] = figures
        if written.placed is not None:
            name = written.family.name
            resources[f"RTL, {name}, placed"] = placed_figures(written.placed, measured, name)
        if not resources:
            timing = modelled_timing(written.design, written.family.name)
            resources["RTL"] = blocks | measured | timing
    return resources


def _encoder_figures(written: VerilogDesign, target: str) -> dict[str, Figure]:
    """LUTs of the comparators of inputs, which are the first layer's modules, if there are any."""
    from hls_projects.families import FLOWS
    from hls_projects.tools.synthesis import sum_cells

    if not written.design.encoder_luts:
        return {}
    modules = written.modules[target].items()
    cells = sum_cells(found for name, found in modules if f"{name}_".startswith("layer_1_"))
    figure = cell_figures(cells, target, Source.YOSYS_SUM)["luts"]
    return {"encoder_luts": Figure(figure.value, FLOWS[target].lut, figure.source, ENCODER_NOTE)}


def rtl_modules(designs: Sequence[VerilogDesign]) -> list[dict[str, Any]]:
    """Cells of each module, and of the whole, by target."""
    return [
        record
        for written in designs
        for target in written.targets
        for modules in (
            written.modules.get(target, {}),
            {WHOLE: written.whole[target]} if target in written.whole else {},
        )
        for record in module_records(target, modules)
    ]


def measured_timing(simulation: RtlSimulation) -> dict[str, Figure]:
    """Latency and cycles a sample as measured; bits of line buffers and ROMs, if any."""
    figures = {
        "latency_cycles": Figure(simulation.latency, "cycles", Source.MEASURED),
        "ii": Figure(simulation.interval, "cycles", Source.MEASURED),
    }
    if bits := simulation.design.buffer_bits:
        figures["buffer_bits"] = Figure(bits, "bits", Source.COUNTED, BUFFER_NOTE)
    if bits := simulation.design.rom_bits:
        figures["rom_bits"] = Figure(bits, "bits", Source.COUNTED, ROM_NOTE)
    return figures


def written_blocks(design: RtlDesign) -> dict[str, Figure]:
    """Multipliers and block RAMs that Verilog has as it is written: none.

    Only a ROM may become block RAMs, as a tool decides; line buffers are shift registers.
    """
    blocks = {"dsps": Figure(0, "DSP", Source.COUNTED)}
    return blocks if design.rom_bits else {"brams": Figure(0, "BRAM", Source.COUNTED), **blocks}


def modelled_timing(design: RtlDesign, target: str) -> dict[str, Figure]:
    """Clock frequency and latency by the delay model, for the devices and logic that it is of.

    Where an image takes a cycle for each pixel, images a second too: Fmax / pixels.
    """
    from hls_projects.families import FLOWS

    note = FLOWS[target].delay_note if target in FLOWS else ""
    if design.period is None or not note:
        return {}
    figures = {
        "fmax_mhz": Figure(round(design.fmax_mhz, 1), "MHz", Source.DELAYS, note),
        "latency_ns": Figure(round(design.latency_ns, 1), "ns", Source.DELAYS, note),
    }
    if design.pixels > 1:
        images = round(1e6 * design.fmax_mhz / design.pixels)
        figures["images_a_second"] = Figure(images, "images/s", Source.DELAYS, note)
    return figures


def cell_figures(
    cells: Cells, target: str, source: Source = Source.YOSYS
) -> dict[str, Figure]:
    """Cells of a synthesized design, in the units of its target."""
    from hls_projects.families import FLOWS

    flow = FLOWS[target]
    luts = cells.luts + flow.luts_a_carry * cells.carries
    positions = (
        {}
        if cells.positions is None
        else {"positions": Figure(cells.positions, "positions", source, POSITIONS_NOTE)}
    )
    return {
        "luts": Figure(luts, flow.lut, source, flow.lut_note),
        **positions,
        "ffs": Figure(cells.ffs, "FF", source),
        "brams": Figure(cells.brams, "BRAM", source),
        "dsps": Figure(cells.dsps, "DSP", source),
        "carries": Figure(cells.carries, flow.carry, source, flow.carry_note),
    }


def module_records(target: str, modules: dict[str, Cells]) -> list[dict[str, Any]]:
    """Cells of each module; `top` only connects them."""
    rows = {name: found for name, found in modules.items() if name != "top"}
    return [{"target": target, "module": name, **asdict(found)} for name, found in rows.items()]


def placed_figures(
    placed: PlacedDesign, timing: dict[str, Figure], family: str = "ecp5"
) -> Resources:
    """A placed and routed design, with its measured timing in cycles, if there is any."""
    from hls_projects.tools.routers import router_named

    router = router_named(family)
    latency = timing["latency_cycles"].value if timing else None
    chosen = router.device_text(placed.device, placed.speed)
    device = f"{chosen}, seed {placed.seed}, out of context"
    source = Source.NEXTPNR
    return {
        "luts": Figure(placed.luts, router.luts, source, device),
        "ffs": Figure(placed.ffs, "FF", source),
        "brams": Figure(placed.brams, "BRAM", source),
        "dsps": Figure(placed.dsps, "DSP", source),
        "carries": Figure(placed.carries, router.carry, source),
        "fmax_mhz": Figure(round(placed.fmax_mhz, 1), "MHz", source),
        "latency_ns": Figure(
            None if latency is None else round(placed.latency_ns(latency), 1), "ns", source
        ),
        **timing,
    }
