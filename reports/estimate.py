"""Estimated figures of a network's Verilog, for every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.record import Figure, Resources, Source

if TYPE_CHECKING:
    from hls_projects.integer_network import IntegerNetwork

DESIGN = "RTL, estimate"


def estimated_resources(network: IntegerNetwork) -> Resources:
    """LUTs and flip-flops with one register stage a layer; a note states the model's error.

    Nothing where the network has a layer that RTL does not have.
    """
    from hls_projects.estimate import estimate

    try:
        found = estimate(network)
    except ValueError:
        return {}
    note = error_note()
    return {
        DESIGN: {
            "luts": Figure(found.luts, "LUT", Source.ESTIMATE, note),
            "ffs": Figure(found.ffs, "FF", Source.ESTIMATE, note),
        }
    }


def error_note() -> str:
    """How far off the estimate is, on networks outside the fit."""
    from qkeras_models.lut_model import fit_record

    record = fit_record()
    errors = [
        f"{label} {record[f'{key}_mean_error']:.1%}, {record[f'{key}_worst_error']:.1%}"
        for key, label in (("luts", "LUT"), ("ffs", "FF"))
    ]
    return (
        f"mean and worst error against Yosys on {len(record['held_out'])} networks outside the "
        f"fit: {'; '.join(errors)}"
    )
