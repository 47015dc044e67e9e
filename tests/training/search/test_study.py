import io
import json

import optuna
import pytest
from rich.console import Console

from tests.training.search.fake_trials import config
from training.search.driver import Driver
from training.search.objectives import Bound, Figure
from training.search.progress import Progress, best_within, figure_text, trial_text
from training.search.record import write_record
from training.search.space import suggest
from training.search.study import (
    METRIC,
    metric_of,
    open_study,
    pareto_trials,
    sampler,
    spread,
    storage_url,
)

# Validation accuracy, LUTs, seconds; the second breaks the constraint of 4,000 LUTs.
FINISHED = [(0.96, 3000, 60.0), (0.99, 5000, 120.0), (0.97, 3500, 60.0), (0.95, 3400, 60.0)]


def filled(settings, folder):
    study = open_study(settings, folder)
    for accuracy, luts, seconds in FINISHED:
        trial = study.ask()
        suggest(trial, settings.space)
        trial.set_user_attr("seconds", seconds)
        trial.set_constraint("luts", luts / 4000 - 1)
        study.tell(trial, [accuracy, luts])
    failed = study.ask()
    failed.set_user_attr("error", "MemoryError: no\nroom")
    study.tell(failed, state=optuna.trial.TrialState.FAIL)
    study.tell(study.ask(), state=optuna.trial.TrialState.PRUNED)
    return study


@pytest.fixture(scope="module")
def settings():
    bounds = {Figure.LUTS: Bound(at_most=4000)}
    return config(trials=10, constraints=bounds, budgets=[2000, 3000, 4000])


@pytest.fixture(scope="module")
def study(settings, tmp_path_factory):
    return filled(settings, tmp_path_factory.mktemp("study"))


@pytest.mark.parametrize("storage", ["sqlite", "journal", "sqlite:///{}/own.db"])
def test_every_storage_goes_on(storage, tmp_path):
    settings = config(trials=10, storage=storage.format(tmp_path))
    filled(settings, tmp_path)
    again = open_study(settings, tmp_path)
    assert [trial.values for trial in again.trials[:4]] == [[a, n] for a, n, _ in FINISHED]
    assert again.metric_names == ["validation_accuracy", "luts"]
    url = storage_url(settings, tmp_path)
    assert (tmp_path / url.rpartition("/")[2]).is_file()


def test_passwords_of_a_storage_are_shown_to_nobody(study, tmp_path):
    shared = config(storage="postgresql://physicist:hunter2@host/studies")
    shown = "postgresql://physicist:***@host/studies"
    assert storage_url(shared, tmp_path) == shown
    content = write_record(shared, study, tmp_path, {}).read_text()
    assert "hunter2" not in content and json.loads(content)["config"]["storage"] == shown


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("training", {"training": {"data": "digits", "l2": 0.1}}),
        ("objectives", {"objectives": ["validation_accuracy", "bits"]}),
        ("constraints", {"constraints": {"luts": {"at_most": 3}}}),
    ],
)
def test_another_search_is_refused(tmp_path, name, change):
    open_study(config(), tmp_path)
    with pytest.raises(ValueError, match=f"begun with another `{name}`"):
        open_study(config(**change), tmp_path)


@pytest.mark.parametrize("name", ["tpe", "nsga2", "random"])
def test_a_choice_depends_on_the_number_of_its_trial_alone(tmp_path, name):
    settings = config(sampler=name)
    chosen = []
    for number in (0, 1, 0):
        study = optuna.create_study(
            directions=["maximize", "minimize"], sampler=sampler(settings, number)
        )
        chosen.append(suggest(study.ask(), settings.space))
    assert chosen[0] == chosen[2] != chosen[1]


def test_the_pareto_set_keeps_to_the_constraints(study):
    assert [trial.number for trial in pareto_trials(study)] == [0, 2]


def test_the_line_tells_what_is_done_and_best(study, settings):
    line = Progress(settings, study, Console(quiet=True)).line(running=2, capacity=2)
    assert line == (
        "6 of 10 done (1 ended early, 1 failed) · 2 running · ≤ 2,000 LUTs: none · "
        "≤ 3,000 LUTs: 96.00% validation · ≤ 4,000 LUTs: 97.00% validation · 0 h 02 min left"
    )


def test_a_file_gets_a_line_for_each_trial(study, settings):
    text = io.StringIO()
    with Progress(settings, study, Console(file=text, width=200)) as progress:
        progress.show(1, 1)
        for trial in study.trials:
            progress.ended(trial)
    lines = text.getvalue().splitlines()
    assert lines[0] == "trial 0: 96.00% validation, 3,000 LUTs, 60 s"
    assert lines[1].endswith("120 s (outside the constraint on luts)")
    assert lines[4] == "trial 4: failed after 0 s: MemoryError: no room"
    assert lines[5] == "trial 5: ended early after 0 s"


def test_the_better_first_objective_may_be_the_smaller():
    points = [(10.0, 1.0), (5.0, 2.0)]
    objectives = [Figure.LUTS, Figure.LATENCY]
    assert list(best_within(points, objectives, [0.5, 1.0, 2.0])) == [
        (0.5, None), (1.0, 10.0), (2.0, 5.0),
    ]


def test_networks_to_measure_are_spread():
    assert spread(range(10), 4) == [0, 3, 6, 9]
    assert spread([5, 6], 4) == [5, 6] and spread([5, 6], 1) == [5] and spread([], 4) == []


def test_figures_say_their_metric_unless_it_is_accuracy():
    assert figure_text(Figure.VALIDATION_ACCURACY, 0.98) == "98.00% validation"
    assert figure_text(Figure.VALIDATION_ACCURACY, 0.98, "R²") == "0.980 validation R²"
    assert figure_text(Figure.POSITIONS, 4717) == "4,717 LUT positions"


def test_a_result_of_an_earlier_version_lacks_positions_and_says_so(tmp_path):
    wanted = config(objectives=["validation_accuracy", "positions"])
    study = open_study(wanted, tmp_path)
    with Progress(wanted, study, Console(quiet=True)) as progress:
        driver = Driver(wanted, study, tmp_path, None, None, progress)
        driver._complete(study.ask(), {"validation_accuracy": 0.9, "luts": 100})
        driver._complete(study.ask(), {"validation_accuracy": 0.9, "luts": 100, "positions": 130})
    failed, complete = study.trials
    assert failed.state.name == "FAIL" and "no `positions`" in failed.user_attrs["error"]
    assert complete.values == [0.9, 130]


def test_the_metric_is_that_of_the_finished_trials(tmp_path):
    study = open_study(config(), tmp_path)
    assert metric_of(study.trials) == "accuracy"
    trial = study.ask()
    trial.set_user_attr(METRIC, "R²")
    study.tell(trial, [0.5, 100.0])
    assert metric_of(study.trials) == "R²"
    own = config()
    assert json.loads(write_record(own, study, tmp_path, {}).read_text())["metric"] == "R²"
    assert trial_text(study.trials[0], own).startswith("trial 0: 0.500 validation R², 100 LUTs")
