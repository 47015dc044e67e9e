import os
import subprocess

from training.side_by_side import keep_to, own_cores


def test_trainings_that_take_all_cores_have_cores_of_their_own(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {2, 3, 5, 7})
    assert [own_cores(place, 4) for place in range(4)] == [{2}, {3}, {5}, {7}]
    assert [own_cores(place, 2, threads=2) for place in range(2)] == [{2, 3}, {5, 7}]


def test_cores_that_others_may_want_too_are_left_to_the_system(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1})
    assert own_cores(0, 1) is None
    assert own_cores(0, 4) is None
    assert own_cores(2, 2) is None


def test_a_process_keeps_to_its_cores():
    process = subprocess.Popen(["sleep", "60"])
    try:
        before = os.sched_getaffinity(process.pid)
        keep_to(None, process.pid)
        assert os.sched_getaffinity(process.pid) == before
        keep_to(frozenset({max(before)}), process.pid)
        assert os.sched_getaffinity(process.pid) == {max(before)}
    finally:
        process.kill()
        process.wait()
