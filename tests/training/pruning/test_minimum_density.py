import numpy as np
import pytest

from qkeras_models.files.saved_model import load_model
from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from qkeras_models.networks.builders import feed_forward
from qkeras_models.networks.by_layer import check_layer_names
from qkeras_models.networks.kernels import kernels
from training import run
from training.baselines.magnitude_pruning import keep_largest
from training.config import build_config
from training.pruning.minimum_density import hold_density, minimum_density
from training.pruning.quantization_pruning import QuantizationPruning
from training.pruning.stage_two import raise_thresholds


def layers():
    found = sparse_ternary_layers(feed_forward((6, 6, 2), ("4c3", "p2", 20), 4))
    rng = np.random.default_rng(0)
    for layer in found:
        layer.kernel.assign(rng.uniform(-0.5, 0.5, layer.kernel.shape))
    return found


def densities(found):
    return [1 - overall_sparsity([layer]) for layer in found]


def test_a_layer_holds_its_largest_weights():
    layer = layers()[0]
    layer.threshold.assign(0.9)
    hold_density(layer, 0.25)
    assert np.count_nonzero(layer.ternary_kernel()) == np.ceil(0.25 * layer.kernel.shape[-1] * 18)
    before = float(layer.threshold)
    hold_density(layer, 0.1)
    assert float(layer.threshold) == before


def test_weights_that_left_do_not_count():
    layer = layers()[2]
    half = np.arange(layer.kernel.shape[0])[:, None] < 10
    layer.mask.assign(np.broadcast_to(half, layer.kernel.shape).astype(np.float32))
    layer.kernel.assign(np.where(half, layer.kernel, 0.95))
    layer.threshold.assign(0.9)
    hold_density(layer, 0.25)
    assert np.count_nonzero(layer.ternary_kernel()) == np.ceil(0.25 * 80)


def test_the_wanted_sparsity_spares_layers_at_their_least():
    found = layers()
    least = {"conv2d_1": 0.5, "dense_2": 0.3}
    raise_thresholds(found, 0.9, lambda layer: minimum_density(least, layer))
    assert overall_sparsity(found) >= 0.9
    assert densities(found)[0] == 0.5 and densities(found)[2] == pytest.approx(0.3)
    found = layers()
    raise_thresholds(found, 0.99, lambda _: 0.2)
    kept = [np.count_nonzero(layer.ternary_kernel()) for layer in found]
    assert kept == [np.ceil(0.2 * np.prod(layer.kernel.shape)) for layer in found]


@pytest.mark.parametrize("method", ["sparse", "magnitude"])
def test_the_least_densities_hold_until_the_end(tmp_path, method):
    """Though the sparsity asks for less, and weights move in stage 3."""
    least = {"conv2d_1": 0.5, "dense_2": 0.9}
    config = build_config({
        "data": "digits", "hidden": ["4c3", "p2", 12], "sparsity": 0.95, "method": method,
        "stage1_epochs": 4, "stage3_epochs": 4, "batch_size": 64, "learning_rate": 1e-2,
        "min_density": least,
    })
    run.train(config, tmp_path / "run", verbose=0)
    found = kernels(load_model(tmp_path / "run" / "model.keras"))
    for name, density in least.items():
        assert np.count_nonzero(found[name]) >= density * found[name].size


def test_magnitude_pruning_spares_layers_at_their_least():
    found = layers()
    keep_largest(found, 0.1, lambda layer: {"dense_2": 0.3}.get(layer.name, 0.0))
    kept = [np.array(layer.mask) for layer in found]
    assert sum(map(np.sum, kept)) == int(0.1 * sum(mask.size for mask in kept))
    assert kept[2].sum() == np.ceil(0.3 * kept[2].size)
    # What left does not come back, whatever the least density asks for.
    keep_largest(found, 0.05, lambda _: 0.5)
    assert np.array(found[2].mask).sum() <= kept[2].sum()


def test_a_number_for_all_layers_leaves_four_fifths_to_choose():
    layer = layers()[0]
    assert minimum_density(0.02, layer, 0.98) == pytest.approx(0.004)
    assert minimum_density(0.02, layer, 0.5) == minimum_density(0.02, layer) == 0.02
    assert minimum_density({layer.name: 0.3}, layer, 0.98) == 0.3
    callback = QuantizationPruning(0.98, min_density=0.02)
    assert callback._least(layer) == pytest.approx(0.004)
    assert QuantizationPruning(strength=1e-6, min_density=0.02)._least(layer) == 0.02


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"`min_density` must be in \[0, 1\)"):
        QuantizationPruning(0.9, min_density={"conv2d_1": 1.0})
    with pytest.raises(ValueError, match=r"`min_density`.*must be in \[0, 1\)"):
        build_config({"min_density": -0.5})
    with pytest.raises(ValueError, match="layers of conv2d_1, dense_1, dense_2. Received: conv1"):
        names = [layer.name for layer in layers()]
        check_layer_names("min_density", {"conv1": 0.5}, names)
