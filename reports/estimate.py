"""Estimated figures of a network's Verilog, for every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.record import Figure, Resources, Source

if TYPE_CHECKING:
    from hls_projects.integer_network import IntegerNetwork

DESIGN = "RTL, estimate"


def estimated_resources(network: IntegerNetwork) -> Resources:
    """LUTs and flip-flops with one register stage a layer; their notes state the model's error.

    Nothing where the network has a layer that RTL does not have.
    """
    from hls_projects.estimate import estimate

    try:
        found = estimate(network)
    except ValueError:
        return {}
    figures = {"luts": ("LUT", found.luts), "ffs": ("FF", found.ffs)}
    return {
        DESIGN: {
            key: Figure(value, unit, Source.ESTIMATE, _error_note(key))
            for key, (unit, value) in figures.items()
        }
    }


def _error_note(key: str) -> str:
    from qkeras_models.lut_model import fit_record

    record = fit_record()
    mean, worst = record[f"{key}_mean_error"], record[f"{key}_worst_error"]
    return (
        f"mean error {mean:.1%}, worst {worst:.1%} against Yosys on {len(record['held_out'])} "
        "networks that the model was not fitted on"
    )
