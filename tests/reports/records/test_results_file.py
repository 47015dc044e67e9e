import json
from dataclasses import replace

import pytest

from reports.records.results_file import NetworkRecord, load_records, save_records

RECORD = NetworkRecord(
    "mnist-small",
    "sparse",
    1,
    wanted_sparsity=0.98,
    test_accuracy=0.979,
    weights=1000,
    nonzeros=20,
    sources={"test_accuracy": "measured", "weights": "counted", "nonzeros": "counted"},
    layer_sparsity={"dense_1": 0.99},
    network_file="networks/a.npz",
    command="python train.py mnist-small",
)


def test_records_come_back_as_they_were(tmp_path):
    records = (RECORD, replace(RECORD, seed=2), replace(RECORD, method="float", quick=True))
    save_records(records, tmp_path / "results" / "mnist.json")
    assert load_records(tmp_path / "results" / "mnist.json") == records
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["mnist.json"]


def test_no_file_holds_no_records(tmp_path):
    assert load_records(tmp_path / "missing.json") == ()


@pytest.mark.parametrize("change, message", [
    ({"test_accuracy": 97.9}, "`test_accuracy` must be in"),
    ({"weights": 1.5}, "`weights` must be int"),
    ({"seed": None}, "`seed` must be int"),
    ({"nonzeros": True}, "`nonzeros` must be int"),
    ({"quick": 1}, "`quick` must be bool"),
    ({"layer_sparsity": {"dense_1": "much"}}, "`layer_sparsity` must be dict"),
    ({"sources": {}}, "must name `test_accuracy`"),
    ({"luts": 5}, "must name `luts`"),
    ({"sources": {**RECORD.sources, "weights": "guess"}}, "one of counted, .*'guess'"),
    ({"accuracy": 1.0}, "unexpected keyword argument 'accuracy'"),
])
def test_a_poisoned_record_is_named(tmp_path, change, message):
    path = tmp_path / "mnist.json"
    save_records([RECORD, replace(RECORD, seed=2)], path)
    content = json.loads(path.read_text())
    content["records"][1].update(change)
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=f"mnist.json: record 1 is damaged: .*{message}"):
        load_records(path)


DAMAGED = ["", "[]", '{"format": 2, "records": []}', '{"format": 1}', "\xff"]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_named(tmp_path, text):
    path = tmp_path / "mnist.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match="mnist.json is no valid results file"):
        load_records(path)


def test_a_repeated_record_is_named(tmp_path):
    path = tmp_path / "mnist.json"
    with pytest.raises(ValueError, match="record 1 repeats"):
        save_records([RECORD, RECORD], path)
    assert not path.exists()
    save_records([RECORD], path)
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "records": 2 * content["records"]}))
    with pytest.raises(ValueError, match="record 1 repeats"):
        load_records(path)


def test_only_another_metric_than_accuracy_is_written(tmp_path):
    """Files of before stay what they are, byte by byte."""
    judged = replace(RECORD, metric="R²", test_accuracy=-0.5)
    assert "metric" not in RECORD.content() and judged.content()["metric"] == "R²"
    save_records([judged], tmp_path / "mine.json")
    assert load_records(tmp_path / "mine.json") == (judged,)
    with pytest.raises(ValueError, match="`metric` must be one of"):
        replace(RECORD, metric="mse")
    with pytest.raises(ValueError, match="`test_accuracy` must be in"):
        replace(RECORD, metric="binary accuracy", test_accuracy=-0.5)
