import keras
import numpy as np
import pytest

import qkeras_models
from qkeras_models.cost.hardware_costs import HardwareCost, input_bits, output_bits
from qkeras_models.cost.layer_facts import LayerFacts
from qkeras_models.files.saved_model import load_model
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from qkeras_models.networks.builders import feed_forward, float_feed_forward, mlp
from qkeras_models.networks.pretrained import load_pretrained, pretrained_folder, pretrained_names


def test_every_exported_name_can_be_imported():
    for name in qkeras_models.__all__:
        assert getattr(qkeras_models, name) is not None


def test_mlp_has_the_widths_and_formats_asked_for():
    model = mlp((4, 5), (7, 6), 3, input_bits=5, input_signed=True, input_scale=0.25,
                activation_bits=3)
    kernels = [layer.kernel.shape for layer in sparse_ternary_layers(model)]
    assert kernels == [(20, 7), (7, 6), (6, 3)]
    quantizer = model.get_layer("input_quantizer")
    assert (quantizer.bits, quantizer.signed, quantizer.scale) == (5, True, 0.25)
    hidden = keras.Model(model.input, model.get_layer("activation_2").output)
    out = hidden.predict(np.random.default_rng(0).normal(size=(500, 4, 5)) * 4, verbose=0)
    assert set(np.unique(out)) <= set(range(8)) and len(np.unique(out)) > 1


@pytest.mark.parametrize("arguments, name", [
    ({"hidden": (0,)}, "hidden"), ({"classes": 0}, "classes"), ({"activation_bits": 5},
     "activation_bits"), ({"input_bits": 17}, "bits"), ({"threshold": 1.5}, "threshold"),
])
def test_values_out_of_range_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"`{name}`.*Received"):
        mlp(**{"input_shape": (4,), "hidden": (3,), "classes": 2, **arguments})


@pytest.mark.parametrize("make", [feed_forward, float_feed_forward])
def test_trained_thresholds_need_thermometers(make):
    with pytest.raises(ValueError, match="`train_thresholds` needs a `thermometer`. Received"):
        make((3,), (8,), 2, train_thresholds=True)


def test_hardware_costs():
    facts = LayerFacts(weights=1000, fan_ins=(2,) * 10, positions=9, input_bits=2)
    assert (facts.nonzeros, facts.outputs, facts.largest_fan_in) == (20, 10, 100)
    assert HardwareCost("macs")(facts) == 9
    step = 1e-6  # the memory cost is the derivative of the ideal code's size
    def size(p):
        return 1000 * (-p * np.log2(p) - (1 - p) * np.log2(1 - p) + p)
    slope = (size(0.02 + step) - size(0.02 - step)) / (2 * step * 1000)
    assert HardwareCost("memory")(facts) == pytest.approx(slope, rel=1e-4)


def test_input_bits_follow_the_chain():
    model = mlp((4,), (3, 3), 2, input_bits=6, activation_bits=3)
    assert [input_bits(layer) for layer in sparse_ternary_layers(model)] == [6, 3, 3]
    assert input_bits(keras.layers.Dense(3)) == 1


def test_output_bits_follow_the_chain():
    model = mlp((4,), (3, 3), 2, input_bits=6, activation_bits=3)
    assert [output_bits(layer) for layer in sparse_ternary_layers(model)] == [3, 3, None]
    assert output_bits(keras.layers.Dense(3)) is None


def test_models_are_loaded_in_safe_mode(tmp_path):
    inputs = keras.Input((3,))
    keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2)(inputs)).save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="m.keras cannot be loaded"):
        load_model(tmp_path / "m.keras")
    with pytest.raises(FileNotFoundError, match="no model file"):
        load_model(tmp_path / "missing.keras")


def test_pretrained_networks_load_and_are_as_sparse_as_recorded():
    import json

    assert "mnist-small" in pretrained_names()
    for name in pretrained_names():
        record = json.loads((pretrained_folder(name) / "training.json").read_text())
        kernels = [k.ternary_kernel() for k in sparse_ternary_layers(load_pretrained(name))]
        assert sum(map(np.count_nonzero, kernels)) == record["nonzeros"]
    with pytest.raises(ValueError, match="must be one of .*mnist-small"):
        load_pretrained("resnet")
