import json

import pytest

from training.search.trials import measuring
from training.search.trials.guarded_job import guarded
from training.search.trials.measuring import MEASURED, MeasuringJob, measure


@pytest.fixture
def attempt(tmp_path):
    """Work that fails until `answers` has one; counts how often it was done."""

    def attempt(client, answers, **options):
        def compute():
            attempt.count += 1
            return {"answer": answers[0]}

        return guarded(tmp_path, "result.json", compute, 60.0, client, **options)

    attempt.count = 0
    return attempt


def test_an_error_is_tried_again_for_another_client_alone(attempt):
    for client, count in (("a", 1), ("a", 1), ("b", 2)):
        assert "IndexError" in attempt(client, [], try_again=True)["error"]
        assert attempt.count == count
    assert attempt("c", [7], try_again=True)["answer"] == 7
    assert attempt("d", [8], try_again=True)["answer"] == 7 and attempt.count == 3


def test_an_error_of_a_trial_stays(attempt):
    assert "IndexError" in attempt("a", [])["error"]
    assert "IndexError" in attempt("b", [7])["error"] and attempt.count == 1


def test_a_failed_measurement_is_done_again_by_the_next_command(tmp_path, monkeypatch):
    def fail(job):
        raise RuntimeError("no g++")

    monkeypatch.setattr(measuring, "_measure", fail)
    assert measure(MeasuringJob(tmp_path, 60.0, client="a"))["error"] == "RuntimeError: no g++"
    monkeypatch.setattr(measuring, "_measure", lambda job: {"luts": 9})
    assert measure(MeasuringJob(tmp_path, 60.0, client="b"))["luts"] == 9
    assert "error" not in json.loads((tmp_path / MEASURED).read_text())
