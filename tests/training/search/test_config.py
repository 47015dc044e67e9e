import pytest
import yaml

from training.search.config import read_search
from training.search.objectives import Bound, Figure, violations
from training.search.workers.cluster_config import (
    HTCondorConfig,
    LocalConfig,
    SchedulerConfig,
    SlurmConfig,
)

SMALL = {
    "training": {"data": "digits", "stage1_epochs": 4},
    "space": {
        "layers": {"low": 1, "high": 2},
        "neurons": {"low": 8, "high": 32, "log": True},
        "density": {"low": 0.05, "high": 0.3, "log": True},
    },
}


def read(tmp_path, content):
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(content))
    return read_search(path)


def test_a_search_is_named_after_its_file_and_runs_here(tmp_path):
    config = read(tmp_path, SMALL)
    assert config.name == "small" and isinstance(config.cluster, LocalConfig)
    assert config.objectives == [Figure.VALIDATION_ACCURACY, Figure.LUTS]
    assert config.space["layers"].high == 2


@pytest.mark.parametrize(
    ("cluster", "kind"),
    [
        ({"workers": 2}, LocalConfig),
        ({"kind": "scheduler", "address": "tcp://10.0.0.1:8786"}, SchedulerConfig),
        ({"kind": "slurm", "workers": 9, "memory": "4GB"}, SlurmConfig),
        ({"kind": "htcondor", "workers": 9, "memory": "4GB", "disk": "1GB"}, HTCondorConfig),
    ],
)
def test_clusters_are_told_by_their_kind(tmp_path, cluster, kind):
    assert isinstance(read(tmp_path, {**SMALL, "cluster": cluster}).cluster, kind)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trails": 3}, "`trails` is no known value; did you mean `trials`"),
        ({"space": {"actvation_bits": {"low": 1, "high": 2}}}, "did you mean `activation_bits`"),
        ({"space": {"augmentation.shfit": {"low": 1, "high": 2}}}, "did you mean `shift`"),
        ({"space": {"teacher.wieght": {"choices": [0.5]}}}, "did you mean `weight`"),
        ({"teacher": {"hiden": [9]}}, "did you mean `hidden`"),
        ({"training": {"sparsty": 0.9}}, "did you mean `sparsity`"),
        ({"space": {"layers": {"low": 1, "high": 2}}}, "`layers` and `neurons`"),
        ({"space": {"input_bits": {"low": 1, "high": 17}}}, "`input_bits`.*Received: 17"),
        ({"space": {"seed": {"low": 2, "high": 1}}}, "`high` not below it"),
        ({"space": {"seed": {"choices": []}}}, "at least one value"),
        ({"space": {"seed": {"low": 0, "high": 3, "step": 0.5}}}, "an integer. Received: 0.5"),
        ({"space": {"l2": {"low": 0, "high": 1.0, "step": 0.0}}}, "above 0. Received: 0.0"),
        ({"space": {"l2": {"low": 0, "high": 1, "log": True}}}, "`log` needs `low` above 0"),
        ({"space": {"density": {"choices": [0.1]}, "sparsity": {"choices": [0.9]}}}, "both"),
        ({"space": {"nonzeros": {"choices": [99]}}}, "`nonzeros` need the widths"),
        (
            {"space": {"density": {"choices": [0.1]}}, "training": {"sparsity": 0.9}},
            "`density` and `sparsity` must not both be given",
        ),
        (
            {"space": {"l2": {"choices": [1e-5]}}, "training": {"l2": 1e-4}},
            "`l2` must be in `space` or in `training`, not in both",
        ),
        ({"name": ".."}, "`name`"),
        ({"storage": "foo://bar"}, "of a database that SQLAlchemy knows"),
        (
            {"space": {"nonzeros": {"choices": [99]}}, "training": {"hidden": [9], "width": 2}},
            "`nonzeros` and `width`",
        ),
        ({"space": {"method": {"choices": ["sparse", "float"]}}}, "no integer network"),
        ({"space": {}}, "`space`"),
        ({"objectives": ["luts", "luts"]}, "`objectives` must differ"),
        ({"objectives": ["speed"]}, "`objectives.0`"),
        ({"objectives": ["validation_accuracy", "latency_ns"]}, "`stage_delay` or `optimize` must"),
        ({"objectives": ["validation_accuracy", "luts_ns"]}, "`optimize` must be given"),
        ({"stage_delay": 2.0, "optimize": "area"}, "must not both be given"),
        ({"clock_period": 2.0}, "`clock_period` needs `optimize`"),
        ({"optimize": "fast"}, "`optimize`.*'cells', 'area', 'balanced' or 'speed'"),
        ({"space": {"learning_rates.dense_1": {"choices": [6]}}}, "no known value"),
        ({"constraints": {"luts": {}}}, "`at_most` or `at_least`"),
        ({"constraints": {"luts": {"at_most": 3, "at_least": 4}}}, "Received: 3 and 4"),
        (
            {"objectives": ["luts", "validation_accuracy"], "budgets": [0.9]},
            "`budgets` .* must be a cost such as luts. Received: validation_accuracy",
        ),
        ({"objectives": ["luts"], "budgets": [9]}, "`budgets` need a second objective"),
        ({"budgets": [2500, -1]}, "`budgets` must be > 0. Received: -1"),
        ({"constraints": {"luts": {"at_most": 0}}}, "`at_most` of luts must be > 0. Received: 0"),
        (
            {"constraints": {"validation_accuracy": {"at_least": 95}}},
            "`at_least` of validation_accuracy must be <= 1, which is 100 %. Received: 95",
        ),
        ({"constraints": {"luts": {"at_mots": 3}}}, "did you mean `at_most`"),
        ({"sampler": "nsga2", "startup_trials": 1}, "`startup_trials` must be >= 2"),
        ({"storage": "mysql"}, "`storage`"),
        ({"early_stopping": {"shares": [0.0]}}, "`shares` must be above 0"),
        ({"cluster": {"kind": "slurm"}}, "`cluster.slurm.workers`"),
        ({"cluster": {"kind": "moon"}}, "`cluster`.*'local', 'scheduler', 'slurm', 'htcondor'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, {**SMALL, **change})


def test_violations_are_shares_of_the_bound():
    bounds = {Figure.LUTS: Bound(at_most=5000), Figure.VALIDATION_ACCURACY: Bound(at_least=0.5)}
    found = violations({"luts": 5500, "validation_accuracy": 0.75}, bounds)
    assert found == {"luts": pytest.approx(0.1), "validation_accuracy": -0.5}
