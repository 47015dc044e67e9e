"""What a worker must know of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.search.early_stopping import Bar


@dataclass(frozen=True)
class TrialJob:
    """One trial, as a worker is given it.

    Args:
        folder: of the trial; on a file system that driver and workers see.
        training: values of its TrainingConfig.
        bars: below which it ends early, from the trials that were finished when it was begun.
        shares: of stage 1, at which it reports where it stands.
        seconds: time limit.
        threads: that it may use.
        stage_delay: of pipeline stages in ns, if the latency is wanted.
        optimize: goal of the Verilog in which hardware is counted; None: it is estimated.
        clock_period: of that Verilog in ns; None: all layers in one cycle.
        client: who asks for it; see guarded.
        teacher: values of the teacher's TrainingConfig, if the search has one.
    """

    folder: Path
    training: Mapping[str, Any]
    bars: Sequence[Bar] = ()
    shares: Sequence[float] = ()
    seconds: float = 6 * 3600.0
    threads: int = 1
    stage_delay: float | None = None
    optimize: str | None = None
    clock_period: float | None = None
    client: str = ""
    teacher: Mapping[str, Any] | None = None
