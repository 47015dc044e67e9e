import shlex
from pathlib import Path

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.command import _assignment
from training.config import build_config
from training.search.config import SearchConfig
from training.search.record import training_command
from training.search.space import Dimension, dense_weights, suggest, training_values

SPACE = {
    "layers": Dimension(low=0, high=3),
    "neurons": Dimension(low=8, high=32, log=True),
    "density": Dimension(low=0.05, high=0.3, log=True),
    "augmentation.shift": Dimension(low=0.0, high=2.0),
    "input_scale": Dimension(choices=[0.5, [0.25, 0.5]]),
    "stage1_epochs": Dimension(low=10, high=40, step=10),
    "cost": Dimension(choices=["memory", "luts"]),
}
FIXED = {"data": "digits", "augmentation": {"shift": 1.0, "shear": 0.25}}


def no_weights(hidden):
    raise AssertionError("only `nonzeros` need the number of weights")


@pytest.mark.parametrize("seed", range(8))
def test_choices_become_a_training(seed):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed))
    trial = study.ask()
    suggest(trial, SPACE)
    config = build_config(training_values(trial.params, SPACE, FIXED, no_weights))
    assert len(config.hidden) == trial.params["layers"]
    assert all(8 <= width <= 32 for width in config.hidden)
    assert config.sparsity == 1 - trial.params["density"]
    assert config.augmentation.shift == trial.params["augmentation.shift"]
    assert config.augmentation.shear == 0.25 and config.augmentation.zoom == 0
    assert config.input_scale in (0.5, [0.25, 0.5])
    assert config.stage1_epochs in (10, 20, 30, 40) and config.cost in ("memory", "luts")
    assert FIXED["augmentation"] == {"shift": 1.0, "shear": 0.25}


def test_choices_that_are_mappings_come_back():
    space = {"augmentation": Dimension(choices=[None, {"shift": 2.0}])}
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(0))
    found = []
    for _ in range(8):
        trial = study.ask()
        suggest(trial, space)
        found.append(training_values(trial.params, space, {}, no_weights)["augmentation"])
        study.tell(trial, 0.0)
    assert None in found and {"shift": 2.0} in found


def test_nonzeros_are_a_sparsity_of_the_network_chosen():
    space = {
        "layers": Dimension(choices=[2]),
        "neurons": Dimension(choices=[8, 9]),
        "nonzeros": Dimension(low=60, high=60),
    }
    config = SearchConfig(space=space, training={"data": "digits"})
    chosen = {"layers": 2, "neurons_1": 8, "neurons_2": 9, "nonzeros": 60}
    weights = 64 * 8 + 8 * 9 + 9 * 10
    assert dense_weights(64, [8, 9], 10) == [64 * 8, 8 * 9, 9 * 10]
    file = Path("unused.keras")
    assert config.training_config(chosen, file).sparsity == 1 - 60 / weights
    assert config.training_config({**chosen, "nonzeros": 10**6}, file).sparsity == 0


def test_nonzeros_are_those_of_layers_without_a_limit():
    space = {
        "nonzeros": Dimension(low=60, high=60),
        "fan_in.dense_1": Dimension(choices=[None, 6]),
        "activation_bits.dense_1": Dimension(choices=[1, 2]),
    }
    config = SearchConfig(space=space, training={"data": "digits", "hidden": [8, 9]})
    chosen = {"nonzeros": 60, "fan_in.dense_1": 6, "activation_bits.dense_1": 1}
    found = config.training_config(chosen, Path("unused.keras"))
    assert found.sparsity == 1 - 60 / (8 * 9 + 9 * 10)
    assert found.fan_in == {"dense_1": 6} and found.activation_bits == {"dense_1": 1}
    found = config.training_config({**chosen, "fan_in.dense_1": None}, Path("unused.keras"))
    assert found.sparsity == 1 - 60 / (64 * 8 + 8 * 9 + 9 * 10) and found.fan_in == {}


def test_nonzeros_of_convolutions_are_refused():
    config = SearchConfig(
        space={"nonzeros": Dimension(low=60, high=60)}, training={"data": "digits", "hidden": [9]}
    )
    config.training["hidden"] = ["4c3", 9]
    with pytest.raises(ValueError, match="fully connected layers"):
        config.training_config({"nonzeros": 60}, Path("unused.keras"))


def test_a_teacher_teaches_every_trial():
    config = SearchConfig(
        space={"teacher.weight": Dimension(low=0.1, high=0.9)},
        training={"data": "digits", "teacher": {"temperature": 4.0}, "l2": 1e-4},
        teacher={"hidden": [99]},
    )
    distilled = config.training_config({"teacher.weight": 0.3}, Path("t.keras"))
    expected = {"model": "t.keras", "weight": 0.3, "temperature": 4.0, "pool": 0}
    assert distilled.teacher.model_dump() == expected
    teacher = config.teacher_config()
    assert (teacher.method, teacher.hidden, teacher.l2) == ("float", [99], 1e-4)
    assert teacher.teacher is None


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "preset": st.sampled_from(["mnist-small", "lfc"]),
            "hidden": st.lists(st.integers(1, 999), max_size=3),
            "l2": st.floats(0, 1),
            "learning_rate": st.floats(1e-9, 1),
            "strength": st.floats(0, 10),
            "augmentation": st.sampled_from([None, {"shift": 0.3}]),
            "input_scale": st.lists(st.floats(1e-9, 1), min_size=1, max_size=3),
            "data": st.sampled_from(["digits", "my data.npz", "it's.npz"]),
        },
    )
)
def test_the_command_trains_the_same_again(values):
    config = build_config(values)
    words = shlex.split(training_command(config, "again"))
    assert words[:2] == ["python", "train.py"]
    presets, rest = words[2 : words.index("--name")], words[words.index("--name") + 2 :]
    assert rest[::2] == ["--set"] * (len(rest) // 2)
    given = {"preset": presets[0]} if presets else {}
    assert build_config(dict(map(_assignment, rest[1::2])), given) == config
