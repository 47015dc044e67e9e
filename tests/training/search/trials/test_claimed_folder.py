"""Folders of trials whose work is another job's."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster

from tests.training.search import fake_trials as fake
from training.config import build_config
from training.search import command
from training.search.early_stopping import Bar
from training.search.trials.claimed_folder import JOB, OtherJob
from training.search.trials.job import TrialJob
from training.search.trials.trial import OUTCOME, run_claimed

TEACHER = build_config({"data": "digits", "method": "float", "hidden": [9]}).model_dump()


def values(**own):
    return build_config({"data": "digits", "hidden": [16], **own}).model_dump()


@pytest.fixture
def job(tmp_path):
    training = values(teacher={"model": str(tmp_path / "teacher.keras")})
    return TrialJob(tmp_path / "00000", training, bars=(Bar(0.5, ((10, 0.5),)),), teacher=TEACHER)


def outcome_of(job):
    return run_claimed(job, OUTCOME, lambda: {"hidden": job.training["hidden"]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"training": values(hidden=[64, 64])}, r"`hidden` \[16\]: .*`name`.*Received: \[64, 64\]"),
        ({"stage_delay": 2.0}, r"`stage_delay` None: .*Received: 2.0"),
        ({"bars": ()}, r"`bars` .*Received: \[\]"),
        ({"teacher": {**TEACHER, "hidden": [8]}}, r"`teacher.hidden` \[9\]: .*Received: \[8\]"),
    ],
)
def test_the_outcome_of_another_job_is_refused(job, change, message):
    outcome_of(job)
    with pytest.raises(OtherJob, match=message):
        outcome_of(replace(job, **change))
    assert outcome_of(job)["hidden"] == [16]


def test_a_job_may_have_other_limits_and_stand_in_a_folder_that_was_moved(job, tmp_path):
    outcome = outcome_of(job)
    job.folder.rename(tmp_path / "moved")
    training = values(teacher={"model": "elsewhere/teacher.keras"})
    same = {"seconds": 9.0, "threads": 3, "client": "another", "shares": (0.5,)}
    assert outcome_of(replace(job, folder=tmp_path / "moved", training=training, **same)) == outcome


def test_a_value_that_came_later_has_its_default(job):
    outcome = outcome_of(job)
    noted = json.loads((job.folder / JOB).read_text())
    del noted["training"]["l2"]
    (job.folder / JOB).write_text(json.dumps(noted))
    assert outcome_of(job) == outcome
    with pytest.raises(OtherJob, match="`l2`"):
        outcome_of(replace(job, training={**job.training, "l2": 0.5}))


def test_a_value_that_is_no_longer_known_is_another_job(job):
    outcome_of(job)
    noted = json.loads((job.folder / JOB).read_text())
    noted["training"]["forgotten"] = 1
    (job.folder / JOB).write_text(json.dumps(noted))
    with pytest.raises(OtherJob, match="`forgotten` 1"):
        outcome_of(job)


def test_results_without_a_note_are_nobodys(job):
    outcome_of(job)
    (job.folder / JOB).unlink()
    with pytest.raises(OtherJob, match="nothing tells of what"):
        outcome_of(job)


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.mark.parametrize("change", [{"training": {"data": "digits", "l2": 0.5}}, {"seed": 1}])
def test_a_search_does_not_take_another_ones_results(cluster, tmp_path, change):
    def drive(**own):
        with Client(cluster) as client:
            return fake.drive(client, fake.config(trials=1, **own), tmp_path)

    drive()
    (tmp_path / "study.db").unlink()
    with pytest.raises(OtherJob, match="another configuration"):
        drive(**change)
    (tmp_path / "study.db").unlink()
    study = drive()
    assert study.trials[0].values[1] == study.trials[0].params["seed"]
    assert len(fake.attempts(tmp_path / "trials" / "00000")) == 3


def test_the_refused_command_leaves_the_record_alone(cluster, tmp_path):
    file, folder = tmp_path / "t.yaml", tmp_path / "runs" / "search" / "t"
    file.write_text(
        "training: {data: digits, hidden: [16]}\nspace: {seed: {low: 1, high: 9}}\ntrials: 1\n"
        f"cluster: {{kind: scheduler, address: '{cluster.scheduler_address}'}}\n"
    )
    job = TrialJob(folder / "trials" / "00000", values(hidden=[64]))
    outcome_of(job)
    (folder / "search.json").write_text("{}")
    result = CliRunner().invoke(command.main, [str(file), "--runs", str(tmp_path / "runs")])
    assert result.exit_code == 1 and "error: " in result.output
    assert "`hidden` [64]" in result.output
    assert (folder / "search.json").read_text() == "{}"
