"""python -m reports.reproduce DATA: every network of the comparison, trained and measured."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.folder_lock import FolderInUse, exclusive_file, exclusive_folder
from qkeras_models.files.run_folder import RunFolder
from qkeras_models.interruptible_command import InterruptibleCommand
from reports.experiments.job_pool import Done, Task, run_tasks
from reports.experiments.network_plans import DATA
from reports.experiments.reproduce_job import lacks_hardware, read_record, write_record
from reports.experiments.reproduction_plan import SYNTHESIZED_UP_TO, Job, jobs
from training.data.targets.task import score_text

if TYPE_CHECKING:
    from reports.records.results_file import NetworkRecord

RESULTS = Path("reports/results")
LARGEST_FILE = 500_000


@click.command(cls=InterruptibleCommand, going_on=lambda **_: "the same command goes on",
               context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("data", type=click.Choice(DATA))
@click.option("--keep-results", is_flag=True,
              help="Records of the results file count as done, though their runs are not here: "
                   "goes on with what was trained elsewhere, and synthesizes what was not yet.")
@click.option("--only", "only", multiple=True, metavar="NAME",
              help="A network or a method, as in --only sfc --only binary; may be repeated.")
@click.option("--seed", "seeds", multiple=True, type=int, help="A seed; may be repeated.")
@click.option("--quick", is_flag=True,
              help="One seed and few epochs, into mnist-quick.json say, each record marked.")
@click.option("--list", "only_list", is_flag=True, help="Show what is done and what is missing.")
@click.option("--jobs", "processes", type=click.IntRange(min=1), default=2, show_default=True,
              help="Trainings at the same time.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True,
              help="Threads of each.")
@click.option("--synthesize-up-to", type=click.IntRange(min=0), metavar="NONZEROS",
              help="Largest network to write as Verilog and synthesize.  [default: 70000, or 5000 "
                   "with --quick]")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True,
              help="Folder of reproduce/, which holds a folder for each training.")
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS, show_default=True,
              help="Folder of the results file and networks/.")
@click.option("--data-folder", help="Folder with the files of MNIST or CIFAR-10.")
def main(
    data: str,
    only: tuple[str, ...],
    seeds: tuple[int, ...],
    quick: bool,
    keep_results: bool,
    only_list: bool,
    processes: int,
    threads: int,
    synthesize_up_to: int | None,
    runs: Path,
    results: Path,
    data_folder: str | None,
) -> None:
    """Trains, converts, encodes and synthesizes every network of the comparison.

    Interrupt it at any time: the same command goes on.  A job whose record.json is there is not
    computed again; delete its folder below runs/reproduce to train it anew.
    """
    name = "-quick" if quick else ""
    target, folder = results / f"{data}{name}.json", runs / f"reproduce{name}"
    limit = SYNTHESIZED_UP_TO[quick] if synthesize_up_to is None else synthesize_up_to
    try:
        chosen = choose(jobs(data, quick), only, seeds)
        if finished_records(chosen, runs):
            raise ValueError(
                f"`--runs` must be the folder that holds {folder.name}/, not that one itself. "
                f"Received: {runs}"
            )
        finished = finished_records(chosen, folder)
        done = {**(recorded(chosen, target) if keep_results else {}), **finished}
        if only_list:
            print_list(chosen, done)
            return
        collect(chosen, folder, target)
        left = [job for job in chosen if job not in done or lacks_hardware(done[job], limit)]
        tasks = [_task(job, folder, data_folder, limit) for job in left]
        failed = 0
        with (
            exclusive_folder(folder),
            closing(run_tasks(tasks, processes, threads)) as ends,
        ):
            for job in left:
                if job in done and job not in finished:
                    adopt(job, done[job], folder, results)
            for end in ends:
                failed += end.status != 0
                _report(end, folder)
                collect(chosen, folder, target)
        from reports.compare import write_results_pages

        for page in write_results_pages(target):
            click.echo(page)
    except (ValueError, OSError, FolderInUse) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    sys.exit(1 if failed else 0)


def choose(all_jobs: Sequence[Job], only: Sequence[str], seeds: Sequence[int]) -> list[Job]:
    """The jobs of the named networks, methods and seeds.

    Raises:
        ValueError: if a name is neither a network nor a method of these jobs, or none is left.
    """
    kinds = ("network", "method")
    known = [dict.fromkeys(getattr(job, kind) for job in all_jobs) for kind in kinds]
    for name in only:
        if not any(name in names for names in known):
            allowed = ", ".join(name for names in known for name in names)
            raise ValueError(f"`--only` must be one of {allowed}. Received: {name!r}")
    networks, methods = ({name for name in only if name in names} or set(names) for names in known)
    chosen = [
        job for job in all_jobs
        if job.network in networks and job.method in methods and job.seed in (seeds or [job.seed])
    ]
    if not chosen:
        raise ValueError(f"no network has these seeds and methods. Received: {[*only, *seeds]}")
    return chosen


def finished_records(chosen: Sequence[Job], runs: Path) -> dict[Job, NetworkRecord]:
    """The records of finished jobs, by job.

    Raises:
        ValueError: naming a record that is damaged.
    """
    found = ((job, read_record(job, runs)) for job in chosen)
    return {job: record for job, record in found if record is not None}


def collect(chosen: Sequence[Job], runs: Path, target: Path) -> dict[Job, NetworkRecord]:
    """Puts the records of finished jobs into the results file; returns them by job.

    Records of other jobs stay.  Networks of up to 500 kB are copied beside the file.

    Raises:
        ValueError: naming a record or results file that is damaged.
    """
    from reports.records.results_file import load_records, save_records

    found = finished_records(chosen, runs)
    if not found:
        return found
    order = {job.key: place for place, job in enumerate(jobs(chosen[0].plan.data, chosen[0].quick))}
    with exclusive_file(target, lambda message: click.echo(message, err=True)):
        kept = {record.key: record for record in load_records(target)}
        for job, record in found.items():
            kept[record.key] = _publish(job, record, runs, target.parent)
        save_records(sorted(kept.values(), key=lambda r: order.get(r.key, len(order))), target)
    return found


def recorded(chosen: Sequence[Job], target: Path) -> dict[Job, NetworkRecord]:
    """The records in the results file, by job, of networks trained by the plan's very command."""
    from reports.records.results_file import load_records

    records = {record.key: record for record in load_records(target)}
    return {
        job: records[job.key]
        for job in chosen
        if job.key in records and records[job.key].command == job.command
    }


def adopt(job: Job, record: NetworkRecord, runs: Path, results: Path) -> None:
    """Gives a job its published network and record, as if it had been trained here.

    Args:
        job: whose folder below `runs` gets them.
        record: with a network file.
        runs: folder of all jobs.
        results: folder of the results file, which network files are relative to.
    """
    folder = job.folder(runs)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(RunFolder(folder).network, (results / record.network_file).read_bytes())
    write_record(replace(record, network_file=RunFolder(folder).network.name), folder)


def _publish(job: Job, record: NetworkRecord, runs: Path, results: Path) -> NetworkRecord:
    from reports.comparison.compared_results import keep_training

    if record.network_file is None:
        return record
    source = job.folder(runs) / record.network_file
    if source.stat().st_size > LARGEST_FILE:
        return replace(record, network_file=None)
    name = Path("networks", f"{job.name}.npz")
    if not (results / name).is_file() or (results / name).read_bytes() != source.read_bytes():
        write_atomically(results / name, source.read_bytes())
    if job.shown:
        keep_training(job.folder(runs), results / name)
    return replace(record, network_file=name.as_posix())


def _task(job: Job, runs: Path, data_folder: str | None, synthesize_up_to: int) -> Task:
    words = [job.network, job.method, str(job.seed), "--runs", str(runs)]
    words += ["--synthesize-up-to", str(synthesize_up_to)]
    words += [] if job.sparsity is None else ["--sparsity", str(job.sparsity)]
    words += ["--quick"] if job.quick else []
    words += ["--data-folder", data_folder] if data_folder else []
    log = runs / "logs" / f"{job.name}.log"
    return Task(job, [sys.executable, "-m", "reports.experiments.reproduce_job", *words], log)


def _report(done: Done, runs: Path) -> None:
    job = done.task.job
    record = read_record(job, runs) if done.status == 0 else None
    if record is None:
        click.echo(f"{job.name}: failed after {done.seconds:.0f} s, see {done.task.log}", err=True)
        return
    tested = score_text(record.metric, record.test_accuracy)
    validated = score_text(record.metric, record.validation_accuracy)
    click.echo(
        f"{job.name}: test {record.metric} {tested}, validation {validated}, "
        f"{record.sparsity:.2%} sparse, {done.seconds:.0f} s"
    )


def print_list(chosen: Sequence[Job], finished: Collection[Job]) -> None:
    """A line for each job, and the time that the missing ones take on two cores."""
    for job in chosen:
        state = "done" if job in finished else f"missing, {job.seconds / 60:.0f} min"
        click.echo(f"{job.name:32} {sum(job.epochs):3} epochs  {state}")
    left = sum(job.seconds for job in chosen if job not in finished)
    click.echo(
        f"{len(finished)} of {len(chosen)} done; the others train for {left / 3600:.1f} hours on "
        f"one core, {left / 7200:.1f} on two"
    )


if __name__ == "__main__":
    main()
