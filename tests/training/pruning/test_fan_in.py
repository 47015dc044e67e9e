import numpy as np
import pytest

from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from qkeras_models.networks.builders import feed_forward
from training.config import build_config
from training.pruning.fan_in import fan_in_at, limit_fan_ins
from training.pruning.quantization_pruning import QuantizationPruning


def fan_ins(layer):
    return np.count_nonzero(layer.by_output(layer.ternary_kernel()), axis=0)


def test_the_largest_of_each_output_stay_and_of_equals_the_first():
    [layer, _] = sparse_ternary_layers(feed_forward((5,), (3,), 2))
    kernel = np.float32([[0.9, 0.5, 0.4], [-0.8, 0.5, -0.9], [0.1, 0.5, 0.5], [0.7, 0.5, 0.6],
                         [0.6, 0.5, 0.8]])
    layer.kernel.assign(kernel)
    limit_fan_ins([layer], {"dense_1": 2}, 1.0)
    expected = np.int8([[1, 1, 0], [-1, 1, -1], [0, 0, 0], [0, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(layer.ternary_kernel(), expected)
    np.testing.assert_array_equal(np.asarray(layer.mask), np.abs(expected))


def test_the_limit_falls_along_the_cubic_and_is_reached_at_seven_tenths():
    limits = [fan_in_at(6, 784, progress) for progress in (0.0, 0.35, 0.69, 0.7, 1.0)]
    assert limits == [784, round(6 + 778 / 8), 6, 6, 6]
    assert fan_in_at(6, 4, 0.0) == 6


@pytest.mark.parametrize("hidden", [(12, 8), ("4c3", "d3", "p2", 8)])
def test_no_output_of_a_trained_layer_has_more_inputs_and_others_have_the_sparsity(hidden):
    shape = (8, 8) if isinstance(hidden[0], str) else (64,)
    model = feed_forward(shape, hidden, 4, input_bits=4, input_scale=0.1)
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, (256, *shape)).astype(np.float32)
    y = rng.integers(0, 4, 256)
    model.compile("adam", "mse")
    names = [layer.name for layer in sparse_ternary_layers(model)]
    limited = {names[0]: 5, names[1]: 2}
    model.fit(x, np.eye(4)[y], epochs=4, batch_size=16, verbose=0, callbacks=[
        QuantizationPruning(0.8, fan_in=limited, stage1_epochs=2, update_every=1)])
    layers = sparse_ternary_layers(model)
    for layer in layers[:2]:
        assert 1 <= fan_ins(layer).max() <= limited[layer.name]
    assert overall_sparsity(layers[2:]) >= 0.8
    assert IntegerNetwork.from_keras(model).predict(x).shape == (256, 4)


def test_every_layer_may_have_a_limit():
    model = feed_forward((6,), (5,), 3)
    model.compile("adam", "mse")
    callback = QuantizationPruning(0.9, fan_in={"dense_1": 2, "dense_2": 3}, stage1_epochs=1)
    model.fit(np.eye(6), np.eye(6)[:, :3], epochs=2, verbose=0, callbacks=[callback])
    assert all(fan_ins(layer).max() <= k for layer, k in zip(callback.layers, (2, 3), strict=True))


@pytest.mark.parametrize("fan_in, match", [
    ({"dense_1": 0}, "`fan_in` must hold integers >= 1. Received: {'dense_1': 0}"),
    ({"dense_9": 4}, "`fan_in` must name layers of dense_1, dense_2. Received: dense_9"),
])
def test_a_limit_out_of_range_is_refused_by_name(fan_in, match):
    model = feed_forward((6,), (5,), 3)
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match=match):
        model.fit(np.eye(6), np.eye(6)[:, :3], verbose=0,
                  callbacks=[QuantizationPruning(0.5, fan_in=fan_in)])


def test_configurations_name_methods_that_have_limits():
    config = build_config({"fan_in": {"dense_1": 6, "dense_2": None}})
    assert config.fan_in == {"dense_1": 6}
    with pytest.raises(ValueError, match="`method` must be no-retraining or sparse with `fan_in`"
                                         ". Received: magnitude"):
        build_config({"fan_in": {"dense_1": 6}, "method": "magnitude"})
    with pytest.raises(ValueError, match="`fan_in`.*>= 1"):
        build_config({"fan_in": {"dense_1": 0}})
