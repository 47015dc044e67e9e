"""One trial: a network trained and its hardware estimated, a pure function of its job."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qkeras_models.files.run_folder import RunFolder
from training.search.early_stopping import rungs_of
from training.search.objectives import Figure
from training.search.trials.claimed_folder import claim
from training.search.trials.guarded_job import guarded
from training.search.trials.job import TrialJob
from training.side_by_side import THREAD_VARIABLES, schedule_as_batch

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork
    from training.config import TrainingConfig
    from training.run import TrainingResult

OUTCOME = "outcome.json"
RUN = "run"


def run_trial(job: TrialJob) -> dict[str, Any]:
    """Trains, continues a training that a lost worker began, or reads what came of it.

    Returns:
        ``figures`` by name, None if the trial ended early, else with the ``metric`` that accuracies
        are measured by; ``rungs``; ``seconds``; or ``error``.

    Raises:
        OtherJob: if the folder holds work of another job.
    """
    return run_claimed(job, OUTCOME, lambda: _evaluate(job))


def run_claimed(
    job: TrialJob, outcome: str, compute: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What came of a job, in a folder that is this job's alone; see claim and guarded."""

    def check() -> None:
        claim(job, outcome, RunFolder(job.folder / RUN).config)

    return guarded(job.folder, outcome, compute, job.seconds, job.client, check)


def use_worker_quietly(threads: int) -> None:
    """Prepares a worker's process for Keras; what was prepared before stays."""
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, str(threads))
    schedule_as_batch()
    from qkeras_models.quiet import import_keras_quietly

    import_keras_quietly()


def _evaluate(job: TrialJob) -> dict[str, Any]:
    use_worker_quietly(job.threads)
    import keras

    from training.config import build_config
    from training.search.trials.rung_callback import HopelessTrial, RungCallback, history_rows

    config = build_config(job.training)
    history = RunFolder(job.folder / RUN).history
    callback = RungCallback(job.bars, config.stage1_epochs, history)
    try:
        outcome = _train(job, config, callback)
    except HopelessTrial:
        outcome = {"figures": None}
        shutil.rmtree(RunFolder(job.folder / RUN).checkpoints, ignore_errors=True)
    finally:
        # A worker trains one network after the other: give back what Keras keeps of this one.
        keras.backend.clear_session()
        gc.collect()
    rungs = rungs_of(history_rows(history), job.shares, config.stage1_epochs, callback.weights)
    return {**outcome, "rungs": [asdict(rung) for rung in rungs]}


def _train(job: TrialJob, config: TrainingConfig, callback: Any) -> dict[str, Any]:
    from hls_projects.network.integer_network import IntegerNetwork
    from qkeras_models.files.saved_model import load_model

    result = train_or_resume(config, job.folder / RUN, [callback])
    callback.weights = result.weights
    network = IntegerNetwork.from_keras(load_model(RunFolder(job.folder / RUN).model))
    accuracy = {Figure.VALIDATION_ACCURACY.value: result.validation_accuracy}
    figures = accuracy | hardware_figures(network, job)
    return {"figures": figures, "metric": result.metric}


def train_or_resume(
    config: TrainingConfig, folder: Path, callbacks: Sequence[Any] = ()
) -> TrainingResult:
    """A run without a look at test data, from its last checkpoint if there is one."""
    from training import run

    if RunFolder(folder).config.is_file():
        return run.resume(folder, 0, callbacks, test=False)
    shutil.rmtree(folder, ignore_errors=True)
    return run.train(config, folder, 0, callbacks, test=False)


def hardware_figures(network: IntegerNetwork, job: TrialJob) -> dict[str, float]:
    """LUTs, positions, FFs and latency as the job wants them, bits of an ideal code, nonzeros."""
    from qkeras_models.cost.hardware_costs import memory_bits

    layers = network.weight_layers
    return {
        Figure.BITS.value: round(sum(memory_bits(w.weights.size, w.nonzeros) for w in layers)),
        Figure.NONZEROS.value: network.nonzeros,
        **(_estimated(network, job) if job.optimize is None else _counted(network, job)),
    }


def _counted(network: IntegerNetwork, job: TrialJob) -> dict[str, float]:
    """Of the Verilog that would be written."""
    from hls_projects.conversion.rtl.trade_off import SLOW
    from hls_projects.rtl import count_rtl

    period = SLOW if job.clock_period is None else job.clock_period
    [design] = count_rtl(network, [period], optimize=job.optimize)
    latency = design.latency * design.period
    return {
        Figure.LUTS.value: design.luts,
        Figure.POSITIONS.value: design.positions,
        Figure.FFS.value: design.ffs,
        Figure.LATENCY.value: latency,
        Figure.LUTS_NS.value: design.luts * latency,
    }


def _estimated(network: IntegerNetwork, job: TrialJob) -> dict[str, float]:
    from hls_projects.rtl.estimate import estimate

    found, folder, stage_delay = estimate(network), job.folder, job.stage_delay
    figures = {
        Figure.LUTS.value: found.luts,
        Figure.POSITIONS.value: found.positions,
        Figure.FFS.value: found.ffs,
    }
    if stage_delay is not None:
        from hls_projects.rtl import write_rtl

        design = write_rtl(network, RunFolder(folder).rtl, stage_delay=stage_delay)
        figures[Figure.LATENCY.value] = design.latency * stage_delay
    return figures
