"""One job of `python -m reports.reproduce`: trains, converts, encodes, synthesizes, records.

    python -m reports.experiments.reproduce_job sfc sparse 0 --sparsity 0.98
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qkeras_models.files.run_folder import RunFolder
from qkeras_models.interruptible_command import InterruptibleCommand
from reports.experiments.network_plans import NETWORKS
from reports.experiments.reproduction_plan import Job
from reports.network.network_figures import (
    CELLS,
    HARDWARE,
    TIMING,
    hardware_sources,
    network_figures,
    size_figures,
    sources_of,
)
from reports.records.record import Source
from training.methods import METHODS

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.rtl import RtlDesign
    from reports.records.results_file import NetworkRecord
    from training.run import TrainingResult

RECORD = "record.json"
FLOAT_BITS = 32


def run_job(
    job: Job, runs: Path, data_folder: str | None = None, synthesize_up_to: int = 0
) -> NetworkRecord:
    """Does what is left of a job, and writes its record as record.json into its folder.

    Args:
        job: what to train.
        runs: folder of all jobs.
        data_folder: with the files of the data set.
        synthesize_up_to: networks with so many nonzeros are synthesized, larger ones estimated.

    Raises:
        ValueError: if the job's folder holds a run of another configuration.
        ExactnessError: if Keras and the integer network differ in one logit.
    """
    from qkeras_models.files.folder_lock import exclusive_folder

    folder = job.folder(runs)
    # A job that a killed `reproduce` left running goes on; its work is waited for, not lost.
    with exclusive_folder(folder, wait=True):
        record = read_record(job, runs) or _measured(job, folder, data_folder)
        write_record(record, folder)
        if lacks_hardware(record, synthesize_up_to):
            record = _with_hardware(record, folder, synthesize_up_to)
            write_record(record, folder)
    return record


def write_record(record: NetworkRecord, folder: Path) -> None:
    """Puts the record into the job's folder, whole or not at all."""
    from qkeras_models.files.atomic_write import write_atomically

    write_atomically(folder / RECORD, json.dumps(record.content(), indent=2) + "\n")


def read_record(job: Job, runs: Path) -> NetworkRecord | None:
    """The record of a finished job, None if it is not finished.

    Raises:
        ValueError: naming the file, if it is damaged or of another job.
    """
    from reports.records.results_file import NetworkRecord

    path = job.folder(runs) / RECORD
    try:
        record = NetworkRecord(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is damaged: {error}; delete it to measure again") from None
    if record.key != job.key or record.command != job.command:
        raise ValueError(f"{path} is of another plan: delete {path.parent} to train again")
    return record


def lacks_hardware(record: NetworkRecord, synthesize_up_to: int) -> bool:
    """Whether a record's network was not estimated yet or, if small enough, not synthesized."""
    if record.network_file is None:
        return False
    small = record.nonzeros <= synthesize_up_to
    return record.luts is None or (small and record.latency_ns is None)


def train(job: Job, folder: Path, data_folder: str | None = None) -> TrainingResult:
    """Trains, continues an interrupted training, or reads the result of a finished one."""
    from qkeras_models.files.config_file import read_config
    from training import run
    from training.config import build_config

    config = build_config({"preset": job.preset, "data_folder": data_folder, **job.options()})
    if not RunFolder(folder).config.is_file():
        return run.train(config, folder, verbose=0)
    before = build_config(read_config(RunFolder(folder).config))
    if before.model_dump(exclude={"data_folder"}) != config.model_dump(exclude={"data_folder"}):
        raise ValueError(
            f"{folder} was trained with other values than the plan's: delete it, or choose "
            "another --runs"
        )
    return run.resume(folder, verbose=0)


def _float_figures(result: TrainingResult) -> dict[str, Any]:
    bits = FLOAT_BITS * result.weights
    return {
        **size_figures(result.weights, result.nonzeros, bits),
        "test_accuracy": result.test_accuracy,
    }


def _figures(folder: Path) -> dict[str, Any]:
    """Converts the model, compares it on the whole test set, counts and encodes."""
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.verification.exactness import compare
    from qkeras_models.files.config_file import read_config
    from qkeras_models.files.saved_model import load_model
    from training.config import build_config
    from training.float_outputs import float_outputs
    from training.run import load_data

    model = load_model(RunFolder(folder).model)
    network = IntegerNetwork.from_keras(model)
    data = load_data(build_config(read_config(RunFolder(folder).config)))
    compare(network, data.x_test, model=model)
    network.save(RunFolder(folder).network)
    outputs = float_outputs(model, network.predict(data.x_test))
    return {
        **network_figures(network),
        "test_accuracy": data.targets.score(outputs, data.y_test),
        "network_file": RunFolder(folder).network.name,
    }


def _measured(job: Job, folder: Path, data_folder: str | None) -> NetworkRecord:
    from reports.records.results_file import NetworkRecord

    result = train(job, folder, data_folder)
    found = _float_figures(result) if job.method == "float" else _figures(folder)
    figures = {**found, "validation_accuracy": result.validation_accuracy}
    return NetworkRecord(
        job.network,
        job.method,
        job.seed,
        wanted_sparsity=job.sparsity,
        quick=job.quick,
        **figures,
        sources=sources_of(figures),
        epochs=result.epochs,
        learning_rate=job.options()["learning_rate"],
        metric=result.metric,
        command=job.command,
        seconds=result.seconds,
    )


def _with_hardware(record: NetworkRecord, folder: Path, synthesize_up_to: int) -> NetworkRecord:
    from hls_projects.network.integer_network import IntegerNetwork

    network = IntegerNetwork.load(RunFolder(folder).network)
    if record.nonzeros <= synthesize_up_to:
        figures, source = synthesized(network, RunFolder(folder).rtl)
    else:
        figures, source = _estimated(network), Source.ESTIMATE
    return with_figures(record, figures, source)


def with_figures(
    record: NetworkRecord, figures: dict[str, float], source: Source
) -> NetworkRecord:
    """A record whose hardware figures are these."""
    others = {name: of for name, of in record.sources.items() if name not in HARDWARE}
    sources = {**others, **hardware_sources(figures, source)}
    return replace(record, **{**dict.fromkeys(HARDWARE), **figures}, sources=sources)


def synthesized(network: IntegerNetwork, folder: Path) -> tuple[dict[str, float], Source]:
    """Figures of the whole design, or where images stream, of its modules one by one.

    Args:
        network: what to write Verilog of.
        folder: of the Verilog.
    """
    from hls_projects.rtl import write_rtl
    from hls_projects.tools.synthesis import synthesize_design
    from training.data import cache_folder

    design = write_rtl(network, folder)
    cells = synthesize_design(design.verilog, design.pixels, cache_folder() / "synthesis")
    source = Source.YOSYS_SUM if design.pixels > 1 else Source.YOSYS
    found = {name: getattr(cells, name) for name in (*CELLS, "positions")}
    return {**found, **timing_figures(network, design)}, source


def timing_figures(network: IntegerNetwork, design: RtlDesign) -> dict[str, float]:
    """Cycles, what the delay model says of the slowest path, and unless images stream, LUT cells
    and ns of the goal `balanced` with all layers in one cycle."""
    timing = {name: round(getattr(design, name), 1) for name in TIMING}
    timing["latency_cycles"] = design.latency
    if design.pixels > 1:
        return timing
    from hls_projects.conversion.rtl.trade_off import SLOW
    from hls_projects.families import Goal
    from hls_projects.rtl import count_rtl

    [fast] = count_rtl(network, [SLOW], optimize=Goal.BALANCED)
    return {**timing, "fast_luts": fast.luts, "fast_ns": round(fast.latency_ns, 2)}


def _estimated(network: IntegerNetwork) -> dict[str, int]:
    from hls_projects.rtl.estimate import estimate
    from hls_projects.rtl.stream.stream_plan import streams

    found = estimate(network)
    figures = {"luts": found.luts, "ffs": found.ffs}
    if not streams(network):
        figures["latency_cycles"] = len(network.weight_layers)
    return figures


@click.command(cls=InterruptibleCommand)
@click.argument("network", type=click.Choice(list(NETWORKS)))
@click.argument("method", type=click.Choice(METHODS))
@click.argument("seed", type=int)
@click.option("--sparsity", type=float)
@click.option("--quick", is_flag=True)
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/reproduce"))
@click.option("--data-folder")
@click.option("--synthesize-up-to", type=int, default=0)
def main(
    network: str, method: str, seed: int, sparsity: float | None, quick: bool, **options: Any
) -> None:
    """Does what is left of one job."""
    from qkeras_models.quiet import import_keras_quietly

    import_keras_quietly()
    try:
        run_job(Job(network, method, sparsity, seed, quick), **options)
    except (ValueError, OSError, RuntimeError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
