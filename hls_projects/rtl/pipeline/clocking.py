"""Register stages for a clock: layers joined in a clock cycle, or cut over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hls_projects.families import Family
from hls_projects.logic.delays import slowest_path
from hls_projects.rtl.pipeline.pipelining import pipelined
from hls_projects.rtl.pipeline.stages import RegisterStage


@dataclass(frozen=True)
class _Way:
    """Stages of the first layers, and when the last one's outputs are there."""

    cycles: int
    flip_flops: int
    end: float
    stages: tuple[RegisterStage, ...]


def clocked(
    stages: Sequence[RegisterStage], family: Family, period: float
) -> tuple[RegisterStage, ...]:
    """The stages in the fewest clock cycles of a period, then with the fewest flip-flops.

    Between two layers there are registers or none.  A layer that does not fit into what its cycle
    leaves is cut, see `pipelined`.  The last stage has registers.

    Args:
        stages: one a layer.
        family: whose delays count.
        period: in ns.

    Raises:
        ValueError: if `period` is not above 0.
    """
    if not period > 0:
        raise ValueError(f"`clock_period` must be > 0 ns. Received: {period!r}")
    register = family.delays.register
    ways = [_Way(0, 0, register, ())]
    for number, stage in enumerate(stages):
        last = number == len(stages) - 1
        found = [
            _after(way, stage, family, period, ends)
            for way in ways
            for ends in ((True,) if last else (True, False))
        ]
        ways = _best(found)
    return min(ways, key=lambda way: (way.cycles, way.flip_flops)).stages


def _after(
    way: _Way, stage: RegisterStage, family: Family, period: float, ends: bool
) -> _Way:
    """One more layer, with registers after it or none."""
    parts = pipelined(replace(stage, clocked=ends), family, period, way.end)
    start = way.end if len(parts) == 1 else family.delays.register
    end = family.delays.register if ends else slowest_path(parts[-1].netlist, family.delays, start)
    flip_flops = sum(len(part.registered) for part in parts if part.clocked)
    return _Way(
        way.cycles + len(parts) - 1 + ends, way.flip_flops + flip_flops, end, (*way.stages, *parts)
    )


def _best(ways: Sequence[_Way]) -> list[_Way]:
    """Ways of which none other takes fewer cycles, flip-flops and nanoseconds."""
    kept: list[_Way] = []
    for way in sorted(ways, key=lambda way: (way.cycles, way.end, way.flip_flops)):
        if not any(k.end <= way.end and k.flip_flops <= way.flip_flops for k in kept):
            kept.append(way)
    return kept
