import numpy as np
import pytest
from keras import ops

from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from qkeras_models.networks.builders import feed_forward
from training.config import build_config
from training.pruning.gradual_pruning import prune_gradually
from training.pruning.quantization_pruning import QuantizationPruning


def masks(layers):
    return [ops.convert_to_numpy(layer.mask) for layer in layers]


def nothing(_):
    return 0.0


def two_layers():
    first, second = layers = sparse_ternary_layers(feed_forward((2,), (2,), 2))
    first.kernel.assign([[0.9, -0.5], [0.1, 0.3]])
    second.kernel.assign([[0.2, 0.4], [-0.6, 0.05]])
    first.threshold.assign(0.5)
    second.threshold.assign(0.1)
    return layers


def test_the_smallest_relative_to_their_thresholds_leave_first():
    layers = two_layers()
    prune_gradually(layers, 0.5, 1.0, nothing)
    # |W| / η: 1.8, 1, 0.2, 0.6 and 2, 4, 6, 0.5; four of eight stay.
    expected = [[1, 0], [0, 0]], [[1, 1], [1, 0]]
    for mask, wanted, layer in zip(masks(layers), expected, layers, strict=True):
        np.testing.assert_array_equal(mask, wanted)
        np.testing.assert_array_equal(ops.convert_to_numpy(layer.kernel) != 0, np.bool_(wanted))


@pytest.mark.parametrize("progress, kept", [(0.0, 8), (0.5, 5), (1.0, 4)])
def test_how_many_stay_follows_the_cubic_over_all_of_stage_1(progress, kept):
    layers = two_layers()
    prune_gradually(layers, 0.5, progress, nothing)
    assert sum(mask.sum() for mask in masks(layers)) == kept


def test_what_left_stays_away_and_a_least_density_holds():
    layers = two_layers()
    prune_gradually(layers, 0.75, 1.0, lambda layer: 0.5 if layer is layers[0] else 0.0)
    assert [mask.sum() for mask in masks(layers)] == [2, 0]
    prune_gradually(layers, 0.0, 0.0, nothing)
    assert [mask.sum() for mask in masks(layers)] == [2, 0]


def test_a_training_leaves_no_more_than_was_asked_for_before_stage_2():
    model = feed_forward((16,), (12, 8), 4, input_bits=4, input_scale=0.1)
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 1, (256, 16)).astype(np.float32), rng.integers(0, 4, 256)
    model.compile("adam", "mse")
    callback = QuantizationPruning(0.8, gradual=True, stage1_epochs=4, update_every=1)
    model.fit(x, np.eye(4)[y], epochs=3, batch_size=16, verbose=0, callbacks=[callback])
    assert callback.stage == 1
    assert 0.2 < np.mean(np.concatenate([m.ravel() for m in masks(callback.layers)])) < 0.5
    model.fit(x, np.eye(4)[y], epochs=6, initial_epoch=3, batch_size=16, verbose=0,
              callbacks=[callback])
    assert overall_sparsity(callback.layers) >= 0.8


def test_it_is_refused_without_a_sparsity_and_with_other_methods():
    with pytest.raises(ValueError, match="`gradual` needs a `sparsity`. Received: 0.1"):
        QuantizationPruning(strength=0.1, gradual=True)
    with pytest.raises(ValueError, match="`gradual` needs a `sparsity`. Received: strength 0.1"):
        build_config({"gradual": True, "strength": 0.1})
    with pytest.raises(ValueError, match="sparse with `gradual`. Received: l2"):
        build_config({"gradual": True, "method": "l2"})
