"""What a search costs besides its trials, and how many workers one driver keeps busy.

    python benchmarks/search_overhead.py scheduler      time of the driver for each trial
    python benchmarks/search_overhead.py trial          time of MNIST trials of three sizes
    python benchmarks/search_overhead.py workers        two workers against one
    python benchmarks/search_overhead.py simulation     10,000 trials on up to 4,096 workers

`scheduler` and `trial` write what they measure to build/search_overhead.json, where `simulation`
reads it.
"""

import heapq
import json
import tempfile
import time
from pathlib import Path

import click
import numpy as np
from rich.console import Console

from training.config import build_config
from training.search.config import SearchConfig
from training.search.driver import Driver
from training.search.progress import Progress
from training.search.space import suggest
from training.search.study import open_study
from training.search.trials.guarded_job import guarded, write_json
from training.search.trials.job import TrialJob
from training.search.trials.ownership import Ownership
from training.search.trials.trial import (
    OUTCOME,
    hardware_figures,
    run_trial,
    use_worker_quietly,
)
from training.search.workers.cluster import connected
from training.search.workers.cluster_config import LocalConfig

MEASURED = Path("build/search_overhead.json")
EARLIER = (0, 100, 1000, 3000, 10000)
SPACE = {
    "layers": {"low": 1, "high": 3},
    "neurons": {"low": 24, "high": 512, "log": True},
    "density": {"low": 0.005, "high": 0.05, "log": True},
    "learning_rate": {"low": 2e-3, "high": 2e-2, "log": True},
    "l2": {"low": 5e-6, "high": 1e-4, "log": True},
}
SIZES = ((64, 32), (256, 64), (512, 256, 64))
EPOCHS = (60, 140)
ENDED_EARLY, SHARE_OF_EARLY = 0.25, 0.3


@click.group()
def main() -> None:
    """Measures and simulates searches."""


@main.command()
@click.option("--trials", default=100)
def scheduler(trials: int) -> None:
    """Driver, storage, Dask and files, with trials that take no time."""
    known: dict[str, dict[int, float]] = {"tpe": {}, "nsga2": {}}
    with tempfile.TemporaryDirectory() as folder:
        for count in EARLIER:
            for name, times in known.items():
                times[count] = _asking(name, count, Path(folder))
        seconds = _search(Path(folder, "whole"), trials, 2, nothing)[0] / trials
    _write("asking", known)
    _write("whole", seconds)
    click.echo("| earlier trials | " + " | ".join(f"{count:,}" for count in EARLIER) + " |")
    click.echo("|---|" + "---|" * len(EARLIER))
    for name, times in known.items():
        cells = " | ".join(f"{1e3 * t:.0f}" for t in times.values())
        click.echo(f"| {name}, ms to choose and store | {cells} |")
    click.echo(f"everything, trials of no length: {1e3 * seconds:.0f} ms a trial")


def _asking(name: str, count: int, folder: Path, rounds: int = 3) -> float:
    """Seconds to choose, store and tell one trial after at least `count` earlier ones."""
    driver, study = _driver(name, folder)
    study.add_trials(_finished(driver.config, count - len(study.trials)))
    ownership = Ownership(folder)
    started = time.perf_counter()
    for _ in range(rounds):
        trial = driver._choose(ownership)
        driver._complete(trial, {"validation_accuracy": 0.9, "luts": 3000})
    seconds = (time.perf_counter() - started) / rounds
    ownership.close()
    return seconds


def _driver(name: str, folder: Path):
    config = SearchConfig(space=SPACE, sampler=name, trials=10**6)
    study = open_study(config, folder)
    progress = Progress(config, study, Console(quiet=True))
    return Driver(config, study, folder, None, lambda: 1, progress), study


def _finished(config: SearchConfig, count: int) -> list:
    """Finished trials with random parameters and plausible figures."""
    import optuna

    study = optuna.create_study(
        directions=["maximize", "minimize"], sampler=optuna.samplers.RandomSampler(0)
    )
    rng = np.random.default_rng(0)
    for _ in range(count):
        trial = study.ask()
        suggest(trial, config.space)
        luts = float(rng.uniform(2000, 8000))
        study.tell(trial, [0.9 + luts / 1e5 + rng.normal(0, 0.01), luts])
    return study.get_trials(deepcopy=False)


def nothing(job: TrialJob) -> dict:
    """A trial without a training."""
    figures = {"validation_accuracy": job.training["learning_rate"], "luts": 1000}
    return guarded(job.folder, OUTCOME, lambda: {"figures": figures, "rungs": []}, 60.0, job.client)


def _search(
    folder: Path, trials: int, workers: int, evaluate, **values
) -> tuple[float, float]:
    """Seconds of a search, and CPU seconds of its workers, without those of starting them."""
    own = {"space": {"seed": {"low": 0, "high": 10**6}}, "training": {"data": "digits"}, **values}
    config = SearchConfig(trials=trials, sampler="random", early_stopping=None, **own)
    study = open_study(config, folder)
    with connected(LocalConfig(workers=workers)) as (client, capacity):
        client.wait_for_workers(workers)
        progress = Progress(config, study, Console(quiet=True))
        if evaluate is not nothing:
            client.gather([client.submit(run_trial, _warm(folder, n)) for n in range(workers)])
        before, started = client.run(time.process_time), time.perf_counter()
        Driver(config, study, folder, client, capacity, progress, evaluate).run()
        seconds, after = time.perf_counter() - started, client.run(time.process_time)
        return seconds, sum(after.values()) - sum(before.values())


def _warm(folder: Path, number: int) -> TrialJob:
    values = {"data": "digits", "stage1_epochs": 1, "stage3_epochs": 0}
    return TrialJob(folder / "warm" / str(number), build_config(values).model_dump())


@main.command()
@click.option("--trials", default=8)
@click.option("--epochs", default=100)
def workers(trials: int, epochs: int) -> None:
    """The same trainings by one worker and by two, each of one thread."""
    values = {
        "training": {"data": "digits", "hidden": [64], "stage1_epochs": epochs, "stage3_epochs": 1}
    }
    seconds = {}
    for count in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            seconds[count], cpu = _search(Path(folder), trials, count, run_trial, **values)
        click.echo(
            f"{count} workers: {seconds[count]:.1f} s for {trials} trials, of which they computed "
            f"{cpu / seconds[count] / count:.0%}; {cpu / trials:.1f} CPU s a trial"
        )
    click.echo(f"two workers: {seconds[1] / seconds[2]:.2f} times as fast")


@main.command()
@click.option("--epochs", default=5)
def trial(epochs: int) -> None:
    """CPU seconds of MNIST trials, one thread: those of an epoch, and those besides."""
    found = {str(hidden): _cpu_seconds(hidden, epochs) for hidden in SIZES}
    for hidden, seconds in found.items():
        epoch, besides = seconds["epoch"], seconds["besides"]
        click.echo(f"{hidden}: {epoch:.2f} s an epoch, {besides:.1f} s besides")
    _write("trial", found)


def _cpu_seconds(hidden: tuple[int, ...], epochs: int) -> dict[str, float]:
    """Of an epoch, the median without the first; of data, compilation and estimate."""
    use_worker_quietly(1)
    import keras

    from hls_projects.network.integer_network import IntegerNetwork
    from qkeras_models.files.saved_model import load_model
    from training import run

    values = {
        "data": "mnist", "input_bits": 1, "hidden": list(hidden), "sparsity": 0.98,
        "augmentation": {"shift": 1.0, "shear": 0.15, "elastic": 0.5},
        "stage1_epochs": epochs, "stage3_epochs": 0,
    }
    ends = []
    clock = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: ends.append(time.process_time())
    )
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        run.train(build_config(values), Path(folder, "run"), 0, [clock], test=False)
        network = IntegerNetwork.from_keras(load_model(Path(folder, "run", "model.keras")))
        hardware_figures(network, Path(folder), None)
        whole = time.process_time() - started
    epoch = float(np.median(np.diff(ends)))
    return {"epoch": epoch, "besides": whole - epochs * epoch}


@main.command()
@click.option("--trials", default=10_000)
def simulation(trials: int) -> None:
    """How busy one driver keeps its workers, by their number."""
    known = json.loads(MEASURED.read_text(encoding="utf-8"))
    durations = _durations(known["trial"], trials)
    click.echo(f"{trials:,} trials of {durations.mean():.0f} s on average")
    click.echo("| workers | random | nsga2 | tpe |\n|---|---|---|---|")
    for count in (2, 16, 64, 256, 1024, 4096):
        shares = [
            _busy_share(durations, _service(known, name, trials), count)
            for name in ("random", "nsga2", "tpe")
        ]
        click.echo(f"| {count:,} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")


def _durations(measured: dict, trials: int) -> np.ndarray:
    """Sizes and epochs at random, a quarter of the trials ended early."""
    rng = np.random.default_rng(0)
    costs = list(measured.values())
    chosen = rng.integers(0, len(costs), trials)
    epochs = rng.uniform(*EPOCHS, trials)
    epochs[rng.random(trials) < ENDED_EARLY] *= SHARE_OF_EARLY
    epoch, besides = (np.array([cost[key] for cost in costs]) for key in ("epoch", "besides"))
    return besides[chosen] + epoch[chosen] * epochs


def _service(known: dict, name: str, trials: int) -> np.ndarray:
    """Seconds that the driver needs for each trial, by the number of earlier ones."""
    whole = np.full(trials, known["whole"])
    if name == "random":
        return whole
    counts = np.array([int(count) for count in known["asking"][name]])
    times = np.array(list(known["asking"][name].values()))
    return whole + np.interp(np.arange(trials), counts, times - times[0])


def _busy_share(durations: np.ndarray, service: np.ndarray, workers: int) -> float:
    """Share of its time that a worker trains; the driver serves one worker after the other."""
    free = [0.0] * workers
    driver = 0.0
    for duration, seconds in zip(durations, service, strict=True):
        driver = max(driver, heapq.heappop(free)) + seconds
        heapq.heappush(free, driver + duration)
    return float(durations.sum() / (workers * max(free)))


def _write(name: str, value) -> None:
    known = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.is_file() else {}
    write_json(MEASURED, {**known, name: value})


if __name__ == "__main__":
    main()
