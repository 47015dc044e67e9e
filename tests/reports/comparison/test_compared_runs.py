import re

import pytest

from reports.comparison.compared_network import groups_of
from reports.comparison.compared_runs import data_sets, networks_of_runs
from reports.network.sizes import network_size
from reports.records.record import Figure, Source
from tests.reports.conftest import build_network
from tests.reports.run_folder import write_run


def test_a_converted_run_has_sizes_and_hardware(tmp_path):
    (network,) = networks_of_runs([write_run(tmp_path / "one")])
    record, total = network.record, network_size(build_network()).total
    assert (network.name, record.network, record.method) == ("one", "digits, 20", "sparse")
    assert (record.test_accuracy, record.validation_accuracy, record.seed) == (0.9, 0.8, 7)
    assert (record.nonzeros, record.encoded_bits) == (total.nonzeros, total.encoded_bits)
    assert record.ratio_vs_ternary == total.ratio_vs_ternary
    assert record.sources["encoded_bits"] == "counted"
    assert network.resources["RTL, xilinx"]["luts"] == Figure(321, "LUT", Source.YOSYS)
    assert network.history == tmp_path / "one" / "history.csv" and network.stages == ()


def test_a_run_that_was_not_converted_has_only_what_training_knows(tmp_path):
    (network,) = networks_of_runs([write_run(tmp_path / "one", converted=False)])
    assert network.record.nonzeros == 48 and network.record.encoded_bits is None
    assert network.size is None and network.resources == {}


def test_runs_of_the_same_name_are_told_apart(tmp_path, monkeypatch):
    for place in ("a", "b"):
        write_run(tmp_path / place / "run", converted=False)
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    groups = groups_of(networks_of_runs([Path("a/run"), Path("b/run")]))
    assert [group.label for group in groups] == ["a/run", "b/run"]


def test_data_sets_are_listed_once(tmp_path):
    runs = [write_run(tmp_path / f"{i}", False, data=data) for i, data in enumerate("xyx")]
    assert data_sets(runs) == ("x", "y")


def test_a_run_given_twice_is_an_error(tmp_path):
    run = write_run(tmp_path / "one", converted=False)
    with pytest.raises(ValueError, match="each run must be given once"):
        networks_of_runs([run, tmp_path / "x" / ".." / "one"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.yaml", None, "is no run folder: it holds no config.yaml"),
        ("config.yaml", "a: [", "config.yaml is damaged"),
        ("config.yaml", "a list", "config.yaml is damaged: it must hold a mapping"),
        ("training.json", None, "is not finished: it holds no training.json; continue it with"),
        ("training.json", "{", "training.json is damaged"),
        ("training.json", "[]", "training.json is damaged: it must hold an object"),
        ("training.json", "{}", "training.json is damaged: it lacks data, epochs, seconds"),
        ("network.npz", "x", "network.npz is no valid network"),
        ("report/report.json", "{}", "report.json is damaged"),
        ("shadow_weights.json", "{", "shadow_weights.json is damaged"),
    ],
)
def test_folders_that_are_no_runs_are_named(tmp_path, name, content, message):
    run = write_run(tmp_path / "one")
    path = run / name
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_text(content)
    with pytest.raises(ValueError, match=re.escape(message)) as raised:
        networks_of_runs([run])
    assert str(run) in str(raised.value)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ValueError, match="nothing is no folder: a run is one"):
        networks_of_runs([tmp_path / "nothing"])


def test_a_run_of_another_metric_says_so(tmp_path):
    judged = write_run(tmp_path / "one", metric="R²", test_accuracy=-0.25)
    (network,) = networks_of_runs([judged])
    assert (network.record.network, network.record.metric) == ("digits, 20, R²", "R²")
