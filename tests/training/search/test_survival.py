"""Searches whose workers and drivers are killed, on a real local cluster of worker processes."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from optuna.trial import TrialState

from tests.training.search import fake_trials as fake
from training.search.driver import trial_folder
from training.search.study import open_study
from training.search.trials.ownership import DRIVER
from training.search.workers.cluster import connected
from training.search.workers.cluster_config import LocalConfig

TRIALS = 8


@pytest.fixture(scope="module")
def client():
    with connected(LocalConfig(workers=2)) as (client, capacity):
        assert capacity() == 2
        yield client


@pytest.fixture(scope="module")
def faulty(client, tmp_path_factory):
    """A search in which everything goes wrong that can, and the worker that was killed."""
    folder = tmp_path_factory.mktemp("search")
    killed = []

    def kill():
        path = trial_folder(folder, fake.LOST) / fake.PID
        wait_for(path.is_file)
        wait_for(path.read_text)
        killed.append(path.read_text())
        os.kill(int(killed[0]), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    study = fake.drive(client, fake.config(trials=TRIALS), folder, fake.faulty)
    killer.join()
    return study, folder, killed[0]


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_a_trial_of_a_killed_worker_is_run_again_elsewhere(faulty):
    study, folder, killed = faulty
    trial = study.trials[fake.LOST]
    assert trial.state is TrialState.COMPLETE and trial.values[1] == trial.params["seed"]
    first, *others = fake.attempts(trial_folder(folder, fake.LOST))
    assert first == killed and others and killed not in others


def test_nothing_is_counted_twice(faulty):
    study, folder, _ = faulty
    assert [trial.number for trial in study.trials] == list(range(TRIALS))
    steady = set(range(TRIALS)) - {fake.LOST, fake.POISONED, fake.FAILING, fake.ENDLESS}
    for number in steady:
        assert study.trials[number].state is TrialState.COMPLETE
        assert len(fake.attempts(trial_folder(folder, number))) == 1


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (fake.POISONED, "WorkerDied: in each of 3 attempts"),
        (fake.FAILING, "MemoryError: no room for the network"),
        (fake.ENDLESS, "TimeoutError: reached the time limit of 2 s"),
    ],
)
def test_a_failing_trial_is_recorded_with_its_error(faulty, number, error):
    trial = faulty[0].trials[number]
    assert trial.state is TrialState.FAIL
    assert trial.user_attrs["error"].startswith(error)


@pytest.fixture
def start_driver(client, tmp_path):
    """Starts drivers in processes of their own, none of which outlives the test."""
    started = []

    def start(trials):
        command = [sys.executable, "-m", "tests.training.search.fake_trials"]
        words = [*command, client.scheduler.address, str(tmp_path), str(trials)]
        started.append(subprocess.Popen(words))
        return started[-1]

    yield start
    for driver in started:
        driver.kill()
        driver.wait()


def test_drivers_go_on_where_a_killed_one_stopped_and_share_the_rest(start_driver, tmp_path):
    trials = 20
    study = open_study(fake.config(trials=trials), tmp_path)
    # As of a driver that died while it chose.
    seed = study.ask().suggest_int("seed", 0, 1000)

    def finished():
        return [trial for trial in study.get_trials() if trial.state.is_finished()]

    driver = start_driver(trials)
    wait_for(lambda: len(finished()) >= 4)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    before = {trial.number: trial for trial in finished()}
    drivers = [start_driver(trials) for _ in range(2)]
    assert [driver.wait(timeout=60) for driver in drivers] == [0, 0]
    after = study.get_trials()
    assert [trial.number for trial in after] == list(range(trials))
    assert {trial.state for trial in after} == {TrialState.COMPLETE}
    assert after[0].params["seed"] == seed
    for number, trial in before.items():
        assert after[number] == trial
        assert len(fake.attempts(trial_folder(tmp_path, number))) == 1
    killed = {trial.user_attrs[DRIVER] for trial in before.values()}
    others = {trial.user_attrs[DRIVER] for trial in after if trial.number not in before}
    assert len(killed) == 1 and len(others) == 2 and not killed & others
    parameters = [tuple(trial.params.values()) for trial in after]
    assert len(set(parameters)) == trials
