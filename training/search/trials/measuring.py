"""The best networks of a search, measured: converted, proven exact, synthesized, tested once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qkeras_models.files.run_folder import RunFolder
from training.search.trials.guarded_job import ERROR, guarded
from training.search.trials.trial import RUN, use_worker_quietly

if TYPE_CHECKING:
    import keras
    from distributed import Client

    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.verification.csim import CSimulation

MEASURED = "measured.json"
MEASURED_CELLS = ("luts", "positions", "ffs", "brams", "dsps")


@dataclass(frozen=True)
class MeasuringJob:
    """What a worker must know to measure a trial's network; see TrialJob."""

    folder: Path
    seconds: float
    threads: int = 1
    optimize: str | None = None
    clock_period: float | None = None
    client: str = ""


def measure(job: MeasuringJob) -> dict[str, Any]:
    """Measures the network of a finished trial, or reads what was measured before.

    An error that an earlier client met, for want of a program perhaps, is tried again.

    Returns:
        ``test_accuracy``, ``logits`` (compared, none differs), ``executions`` (names of those that
        agree on every one), ``luts``, ``positions`` (occupied, of the netlist), ``ffs``,
        ``brams``, ``dsps``, ``latency_cycles``, by the delay model ``fmax_mhz`` and
        ``latency_ns``, ``nonzeros``; or ``error``.
    """
    limits = job.seconds, job.client
    return guarded(job.folder, MEASURED, lambda: _measure(job), *limits, try_again=True)


def measured_before(folder: Path) -> dict[str, Any]:
    """What a trial's folder holds of an earlier measurement, or its error; empty if nothing."""
    path = folder / MEASURED
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def measure_all(client: Client, jobs: Sequence[MeasuringJob]) -> Iterator[dict[str, Any]]:
    """Measures networks on a cluster's workers; results in the order of the jobs."""
    keys = [("measure", str(job.folder)) for job in jobs]
    futures = [
        client.submit(measure, job, key=key, pure=False)
        for job, key in zip(jobs, keys, strict=True)
    ]
    for future in futures:
        try:
            yield future.result()
        except Exception as error:
            yield {ERROR: f"{type(error).__name__}: {error}"}


def _measure(job: MeasuringJob) -> dict[str, Any]:
    use_worker_quietly(job.threads)
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.verification.exactness import compare
    from qkeras_models.files.config_file import read_config
    from qkeras_models.files.saved_model import load_model
    from training import run
    from training.config import build_config
    from training.float_outputs import float_outputs

    folder = job.folder / RUN
    model = load_model(RunFolder(folder).model)
    network = IntegerNetwork.from_keras(model)
    data = run.load_data(build_config(read_config(RunFolder(folder).config)))
    simulation = _c_simulation(model, RunFolder(folder).hls, job.threads)
    exact = compare(network, data.x_test, model=model, csim=simulation, folder=folder)
    network.save(RunFolder(folder).network)
    logits = network.predict(data.x_test)
    synthesized = _synthesized(network, data.x_test, logits, job)
    return {
        "test_accuracy": data.targets.score(float_outputs(model, logits), data.y_test),
        "logits": exact["logits"],
        "executions": [*exact["executions"], "RTL simulation"],
        "nonzeros": network.nonzeros,
        **synthesized,
    }


def _c_simulation(model: keras.Model, folder: Path, threads: int) -> CSimulation:
    """The hls4ml project of a network, as convert.py writes it, compiled."""
    from hls_projects.hls4ml_front_end.build import build_hls_model
    from hls_projects.verification.csim import CSimulation

    return CSimulation(build_hls_model(model, folder), threads=threads)


def _synthesized(
    network: IntegerNetwork, x: np.ndarray, logits: np.ndarray, job: MeasuringJob
) -> dict[str, float]:
    """Cells by Yosys and timing of Verilog whose simulation gives the same logits."""
    from hls_projects.rtl import RtlSimulation, write_rtl
    from hls_projects.tools.synthesis import synthesize_design
    from hls_projects.verification.exactness import ExactnessError
    from hls_projects.verification.mismatch import describe
    from training.data import cache_folder

    folder = job.folder / RUN
    goal = {} if job.optimize is None else {"optimize": job.optimize}
    design = write_rtl(
        network, RunFolder(folder).rtl, clock_period=job.clock_period, **goal
    )
    simulated = RtlSimulation(design).predict(network.input.quantize(x))
    if not np.array_equal(simulated, logits):
        found = describe("integer network", "RTL simulation", logits, simulated, None)
        raise ExactnessError(str(found), found)
    cells = synthesize_design(design.verilog, design.pixels, cache_folder() / "synthesis")
    return {
        "pixels": design.pixels,
        **{name: getattr(cells, name) for name in MEASURED_CELLS},
        "latency_cycles": design.latency,
        "fmax_mhz": round(design.fmax_mhz, 1),
        "latency_ns": round(design.latency_ns, 1),
    }
