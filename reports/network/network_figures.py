"""Sizes and hardware of an integer network as the figures of its record, and their sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from reports.records.record import Source
from reports.records.results_file import FIGURES

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork

CELLS = ("luts", "ffs", "brams", "dsps")
TIMING = ("fmax_mhz", "latency_ns")
FAST = ("fast_luts", "fast_ns")
HARDWARE = (*CELLS, "positions", *TIMING, "latency_cycles", *FAST)


def network_figures(network: IntegerNetwork) -> dict[str, Any]:
    """Weights, nonzeros, encoded_bits, layer_sparsity and what follows from them."""
    return {
        **size_figures(network.weights, network.nonzeros, encoded_bits(network)),
        "layer_sparsity": {
            name: 1.0 - layer.nonzeros / layer.weights.size
            for name, layer in zip(network.layer_names, network.layers, strict=True)
            if hasattr(layer, "weights")
        },
    }


def size_figures(weights: int, nonzeros: int, bits: int) -> dict[str, float]:
    """The counts and their ratios, by the names of a NetworkRecord's fields.

    Args:
        weights: all of them, ≥ 1.
        nonzeros: those that are not 0.
        bits: encoded size of all weights, ≥ 1.
    """
    return {
        "weights": weights,
        "nonzeros": nonzeros,
        "encoded_bits": bits,
        "sparsity": 1.0 - nonzeros / weights,
        "bits_per_weight": bits / weights,
        "ratio_vs_binary": weights / bits,
        "ratio_vs_ternary": 2 * weights / bits,
    }


def encoded_bits(network: IntegerNetwork) -> int:
    """Size of the smallest code: zero runs, 1 bit a weight without zeros, or 2 bits a weight."""
    from reports.network.sizes import network_size

    plain = network.weights * (1 if network.nonzeros == network.weights else 2)
    return min(plain, network_size(network).total.encoded_bits)


def sources_of(figures: dict[str, Any]) -> dict[str, str]:
    """Measured for accuracies, counted for all else of these figures that has a source."""
    measured = {True: Source.MEASURED.value, False: Source.COUNTED.value}
    return {name: measured[name.endswith("accuracy")] for name in figures if name in FIGURES}


def hardware_sources(figures: Iterable[str], source: Source) -> dict[str, str]:
    """Sources of hardware figures, by name.

    Args:
        figures: names, of HARDWARE.
        source: of the cells.  Unless these are estimates, a design was written: its register
            stages were counted, and their slowest path is the delay model's.
    """
    written = source is not Source.ESTIMATE
    counted = dict.fromkeys(("latency_cycles", "fast_luts"), Source.COUNTED)
    others = counted | dict.fromkeys((*TIMING, "fast_ns"), Source.DELAYS)
    return {name: (others.get(name, source) if written else source).value for name in figures}
