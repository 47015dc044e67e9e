import pytest
import yaml

from qkeras_models.files.config_file import read_config
from qkeras_models.networks.presets import PRESETS
from training.command import _assignment
from training.config import TrainingConfig, build_config
from training.run import load_data


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_valid(preset):
    config = build_config({"preset": preset})
    assert config.hidden == PRESETS[preset]["hidden"]


def test_later_sources_win_over_the_preset():
    config = build_config({"sparsity": 0.9, "l2": 0.0}, {"preset": "mnist-small", "sparsity": 0.5})
    assert (config.sparsity, config.l2, config.input_bits) == (0.5, 0.0, 1)


def test_every_value_is_recorded(tmp_path):
    config = build_config({"preset": "sfc", "seed": 3})
    config.save(tmp_path / "config.yaml")
    assert set(yaml.safe_load((tmp_path / "config.yaml").read_text())) == set(
        TrainingConfig.model_fields
    )
    assert build_config(read_config(tmp_path / "config.yaml")) == config


@pytest.mark.parametrize("given, message", [
    ({"sparsty": 0.9}, "did you mean `sparsity`"),
    ({"sparsity": 1.0}, "`sparsity`: .*less than 1.*Received: 1.0"),
    ({"sparsity": -0.5}, "`sparsity`: .*greater than or equal to 0"),
    ({"preset": "resnet"}, "`preset` must be one of mnist-small"),
    ({"activation_bits": 5}, "`activation_bits`.*Received: 5"),
    ({"augmentation": {"shft": 1}}, "did you mean `shift`"),
    ({"sparsity": None}, "one of `sparsity` and `strength`"),
    ({"hidden": "many"}, "`hidden`.*Received: 'many'"),
])
def test_bad_values_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        build_config(given)


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [1", "!!python/object:os.system {}"])
def test_bad_files_are_named(tmp_path, text):
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match="bad.yaml"):
        read_config(path)
    with pytest.raises(ValueError, match="no configuration file"):
        read_config(tmp_path / "missing.yaml")


def test_sparsity_and_strength_exclude_each_other():
    assert build_config({"strength": 1.0}, {"sparsity": 0.9}).strength is None
    assert build_config({"sparsity": 0.9}, {"strength": 1.0}).sparsity is None
    with pytest.raises(ValueError, match="Received: both"):
        build_config({"sparsity": 0.9, "strength": 1.0})


@pytest.mark.parametrize("value", [50, 0.2, None])
def test_validation_stays_a_count_or_a_share(tmp_path, value):
    config = build_config({"validation": value})
    config.save(tmp_path / "config.yaml")
    again = build_config(read_config(tmp_path / "config.yaml"))
    assert again.validation == value and type(again.validation) is type(value)


def test_a_count_holds_out_so_many_samples():
    config = build_config({"data": "digits"}, dict([_assignment("validation=50")]))
    assert len(load_data(config).x_validation) == 50


def test_the_loss_is_one_of_those_known():
    assert build_config({}).loss == "auto"
    with pytest.raises(ValueError, match=r"`loss`.*auto\|classes\|binary\|regression"):
        build_config({"loss": "mse"})


@pytest.mark.parametrize("given", [{}, {"thermometer": 0}])
def test_trained_thresholds_need_thermometers(given):
    assert build_config({"thermometer": 3, "train_thresholds": True}).train_thresholds
    assert build_config({"preset": "jets", "train_thresholds": True}).train_thresholds
    with pytest.raises(ValueError, match="`train_thresholds` needs a `thermometer`, 1 to 255"):
        build_config({"train_thresholds": True, **given})


@pytest.mark.parametrize("given", [{"input_signed": False}, {"input_scale": 0.5}])
def test_thermometers_find_their_own_format(given):
    (name,) = given
    with pytest.raises(ValueError, match=f"signs and scales of the features.*leave out `{name}`"):
        build_config({"thermometer": 3, **given})


def test_a_budget_of_thresholds_needs_thermometers():
    config = build_config({"thermometer": 63, "thermometer_budget": 300})
    assert config.thermometer_budget == 300
    for given in ({}, {"thermometer": 0}):
        with pytest.raises(ValueError, match="`thermometer_budget` needs a `thermometer`"):
            build_config({"thermometer_budget": 300, **given})
