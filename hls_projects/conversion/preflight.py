"""Memory that a conversion takes, known from the network before it starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hls_projects.logic.signed_digits import digit_counts
from hls_projects.network.integer_network import IntegerNetwork

# Measured with `python -m benchmarks.load`: g++ on a project of few weights, what it takes more for
# each adder, and what float64 copies of weights take while the integer network is compared.
COMPILER_BASE = 250 << 20
BYTES_A_TERM = 13 << 10
BYTES_A_WEIGHT = 24


@dataclass(frozen=True)
class Need:
    """Bytes that one layer takes while it is converted or compiled."""

    layer: str
    bytes: int


def needs(network: IntegerNetwork, csim: bool = True) -> Iterator[Need]:
    """An estimate for every layer of what it adds to the peak.

    Args:
        network: to convert.
        csim: whether its C++ is compiled too.
    """
    for name, layer in zip(network.layer_names, network.layers, strict=True):
        if hasattr(layer, "weights"):
            terms = int(digit_counts(layer.weights).sum()) * BYTES_A_TERM if csim else 0
            yield Need(name, terms + layer.weights.size * BYTES_A_WEIGHT)


def memory_warning(
    network: IntegerNetwork, csim: bool = True, available: int | None = None
) -> str | None:
    """What to tell a user whose machine has too little memory, naming the layer that takes most.

    Args:
        network, csim: as for needs.
        available: bytes; by default those that the kernel says are free now.
    """
    found = list(needs(network, csim))
    total = sum(need.bytes for need in found) + COMPILER_BASE * csim
    available = available_memory() if available is None else available
    if total <= available:
        return None
    largest = max(found, key=lambda need: need.bytes)
    return (
        f"this conversion needs about {total >> 20:,} MiB of memory, of which {available >> 20:,} "
        f"MiB are free; layer {largest.layer} takes most, about {largest.bytes >> 20:,} MiB. A "
        "sparser network, or --no-csim, takes less"
    )


def available_memory() -> int:
    """Bytes that can be taken without swapping, as Linux estimates them."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) << 10
    raise OSError("/proc/meminfo does not say how much memory is available")
