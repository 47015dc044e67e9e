from dataclasses import replace

import keras
import numpy as np
import pytest

from hls_projects.kinds import (
    Add,
    Conv2D,
    Dense,
    Flatten,
    Head,
    Layer,
    Levels,
    Reshape,
    Role,
    Select,
    Thermometer,
    UpSample,
)
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl
from hls_projects.rtl.estimate import estimate, layer_facts
from qkeras_models.cost.lut_model import fit_record, fitted_model
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from qkeras_models.networks.builders import mlp
from qkeras_models.networks.pretrained import pretrained_folder
from tests.hls_projects.branches import branched
from tests.hls_projects.networks import image_network, ternary, threshold
from tests.hls_projects.zoo import ZOO
from training.pruning.quantization_pruning import QuantizationPruning


def random_network(widths=(40, 20, 12, 4), input_bits=2, bits=2, density=0.5, seed=0):
    """Every neuron changes: thresholds near the middle of the sums, no empty column."""
    rng = np.random.default_rng(seed)
    layers: list[Layer] = [Flatten()]
    for inputs, outputs in zip(widths, widths[1:], strict=False):
        weights = ternary(rng, inputs, outputs + 1, density)[:, :-1]
        weights[0] = 1
        layers.append(Dense(weights))
        levels = np.arange((1 << bits) - 1) + np.zeros((outputs, 1))
        layers.append(Levels(levels.astype(np.int32), np.ones(outputs, np.int8)))
    layers[-1] = Head(rng.integers(-9, 9, widths[-1]).astype(np.int32))
    return IntegerNetwork(InputFormat(input_bits, False, 0.25, (2, widths[0] // 2)), tuple(layers))


def test_the_shipped_network_is_estimated_as_it_was_synthesized():
    network = IntegerNetwork.load(pretrained_folder("mnist-small") / "network.npz")
    (row,) = [row for row in fit_record()["held_out"] if row["name"] == "mnist-small"]
    found = estimate(network)
    assert (found.luts, found.ffs) == (row["estimated_luts"], row["estimated_ffs"])
    assert (row["nonzeros"], row["luts"], row["ffs"]) == (4095, 3506, 518)
    assert found.luts == pytest.approx(3506, rel=0.10)
    assert found.ffs == pytest.approx(518, rel=0.05)


@pytest.mark.parametrize("input_bits, bits", [(1, 1), (1, 2), (2, 1)])
def test_small_networks_are_near_their_netlist(tmp_path, input_bits, bits):
    network = random_network(input_bits=input_bits, bits=bits)
    design, found = write_rtl(network, tmp_path), estimate(network)
    assert found.luts == pytest.approx(design.luts, rel=0.15)
    assert found.ffs == pytest.approx(design.ffs, rel=0.05)


def test_facts_of_a_network_without_constants():
    network = random_network()
    for facts, layer, bits in zip(
        layer_facts(network), network.weight_layers, [(2, 2), (2, 2), (2, None)], strict=True
    ):
        assert facts.fan_ins == tuple(np.count_nonzero(layer.weights, axis=0))
        assert (facts.weights, facts.nonzeros) == (layer.weights.size, layer.nonzeros)
        assert (facts.input_bits, facts.output_bits, facts.positions) == (*bits, 1)


def test_training_and_network_give_the_same_facts():
    keras.utils.set_random_seed(3)
    model = mlp((6, 6), (12, 8), 5, input_bits=2, activation_bits=3, threshold=0.1)
    pruning = QuantizationPruning(0.5)
    network = IntegerNetwork.from_keras(model)
    layers = sparse_ternary_layers(model)
    for facts, layer in zip(layer_facts(network), layers, strict=True):
        seen = pruning._facts(layer)
        assert seen.nonzeros > 0
        assert facts == seen
        assert fitted_model().luts(facts) == fitted_model().luts(seen)


def test_what_hardware_leaves_out_is_not_counted():
    network = random_network()
    flatten, first, levels, second, *rest = network.layers
    unused = second.weights.copy()
    unused[[3, 7]] = 0
    constant = levels.levels.copy()
    constant[9] = np.iinfo(np.int32).max
    changed = replace(network, layers=(
        flatten, first, replace(levels, levels=constant), Dense(unused), *rest,
    ))
    before, after = layer_facts(network), layer_facts(changed)
    left = np.array(before[0].fan_ins)
    left[[3, 7, 9]] = 0
    assert after[0].fan_ins == tuple(left)
    without = np.count_nonzero(np.delete(unused, 9, axis=0), axis=0)
    assert after[1].fan_ins == tuple(without)
    assert estimate(network).ffs - estimate(changed).ffs == 3 * 2


def test_half_an_activation_is_half_a_weight():
    network = random_network()
    flatten, first, levels, *rest = network.layers
    lowered = levels.levels.copy()
    lowered[4] = (0, 99_999, 99_999)
    changed = replace(network, layers=(flatten, first, replace(levels, levels=lowered), *rest))
    difference = np.subtract(layer_facts(network)[1].fan_ins, layer_facts(changed)[1].fan_ins)
    np.testing.assert_array_equal(difference, 0.5 * (network.weight_layers[1].weights[4] != 0))
    assert estimate(network).ffs - estimate(changed).ffs == 1


@pytest.mark.parametrize("signed, bits", [(True, 3), (True, 1), (False, 1), (False, 8)])
def test_input_bits(signed, bits):
    network = IntegerNetwork(
        InputFormat(bits, signed, 1.0, (3,)),
        (Dense(np.array([[1, 0], [1, 0], [-1, 0]], np.int8)), Head(np.zeros(2, np.int32))),
    )
    (facts,) = layer_facts(network)
    assert (facts.input_bits, facts.fan_ins) == (bits, (3.0, 0.0))


def test_an_empty_network_takes_no_luts():
    network = random_network()
    layers = [Dense(layer.weights * 0) if isinstance(layer, Dense) else layer
              for layer in network.layers]
    found = estimate(replace(network, layers=tuple(layers)))
    assert (found.luts, found.ffs) == (0, 3)


def test_a_reshape_is_estimated_as_a_flatten():
    network = random_network()
    _, *rest = network.layers
    shaped = replace(network, layers=(Reshape((5, 8)), Flatten(), *rest))
    flat = replace(network, layers=(Reshape((40,)), *rest))
    assert estimate(shaped) == estimate(flat) == estimate(network)


def test_other_layers_are_refused():
    class Other(Layer):
        kind = "softmax"
        role = Role.POOL

        def output_shape(self, input_shape):
            return input_shape

        def output_range(self, lowest, highest):
            return lowest, highest

    network = random_network()
    with pytest.raises(ValueError, match="layers that RTL has: dense, .*softmax"):
        estimate(replace(network, layers=(Other(), *network.layers)))


def test_layers_of_a_graph_share_its_luts():
    network = branched()
    found = estimate(network)
    names = [network.layer_names[network.layers.index(layer)] for layer, _ in found.by_layer]
    assert names == ["dense_1", "dense_2", "add_1", "dense_5"]
    assert round(sum(luts for _, luts in found.by_layer)) == found.luts > 0
    assert len(layer_facts(network)) == len(names)


def test_sums_that_two_activations_take_count_twice():
    network = random_network((20, 8, 4))
    flatten, dense, levels, *ends = network.layers
    other = replace(levels, levels=levels.levels + 1)
    twice = replace(
        network, layers=(flatten, dense, levels, other, Add((0, 0), (1, 1)), *ends),
        sources=((-1,), (0,), (1,), (1,), (2, 3), (4,), (5,)),
    )
    (first, luts), _ = estimate(twice).by_layer
    assert first is dense and luts == pytest.approx(2 * estimate(network).by_layer[0][1])


def test_heads_of_other_widths_have_registers_of_their_own(tmp_path):
    """Far above the sum's own bits a logit is one signal."""
    rng = np.random.default_rng(0)
    weights = [Dense(rng.choice([-1, 1], (n, 2)).astype(np.int8)) for n in (40, 3)]
    heads = [Head(np.array([bias, 0], np.int32)) for bias in (99_999, 2)]
    layers = (Select(0, (40,)), Select(40, (3,)), *weights, *heads)
    network = IntegerNetwork(
        InputFormat(1, False, 1.0, (43,)), layers, sources=((-1,), (-1,), (0,), (1,), (2,), (3,))
    )
    design, found = write_rtl(network, tmp_path), estimate(network)
    assert found.ffs == design.ffs < 4 * design.logit_bits
    assert found.luts == pytest.approx(design.luts, rel=0.2)


def test_a_tail_with_branches_is_estimated_with_its_stream(tmp_path):
    rng = np.random.default_rng(2)
    image = image_network((4, 4, 1), [(2, (3, 3), (1, 1), "same")])
    conv, levels, flatten, *_ = image.layers
    layers = (
        conv, levels, flatten, Dense(ternary(rng, 32, 6, 0.5)), threshold(rng, 6, 2, 2),
        Dense(ternary(rng, 6, 6, 0.5)), Add((0, 0), (1, 1)), Head(np.zeros(6, np.int32)),
    )  # fmt: skip
    sources = ((-1,), (0,), (1,), (2,), (3,), (4,), (4, 5), (6,))
    network = IntegerNetwork(image.input, layers, sources=sources)
    design, found = write_rtl(network, tmp_path), estimate(network)
    assert design.pixels == 16 and found.ffs == pytest.approx(design.ffs, rel=0.02)
    assert found.luts == pytest.approx(design.luts, rel=0.35)


def test_comparators_after_a_stream_are_among_its_luts():
    image = image_network((4, 4, 1), [(2, (3, 3), (1, 1), "same")])
    codes = Thermometer(np.full(32, 2, np.int32), np.arange(32, dtype=np.int32))
    dense = estimate(image)
    coded = estimate(replace(image, layers=(*image.layers[:3], codes, *image.layers[3:])))
    assert coded.encoder_luts == 0 == dense.encoder_luts
    codes = Thermometer(np.full(32, 3, np.int32), np.arange(32, dtype=np.int32))
    coded = estimate(replace(image, layers=(*image.layers[:3], codes, *image.layers[3:])))
    assert 0 < coded.encoder_luts < coded.luts


def test_what_is_too_large_to_be_built_at_once_is_refused():
    """Images that no stream has, and sums too wide to be collected."""
    large = image_network((24, 24, 3), [UpSample((2, 2)), (4, (3, 3), (1, 1), "same")])
    with pytest.raises(ValueError, match="Received: upsample"):
        estimate(large)
    wide = Conv2D(np.ones((3, 3, 3, 8), np.int8))
    with pytest.raises(ValueError, match="at most 5,000 terms .* Received: conv2d of"):
        estimate(image_network((16, 16, 3), [wide], input_bits=8))


def test_comparators_of_images_that_are_built_at_once(tmp_path):
    codes = Thermometer(np.array([1, 2, 2], np.int32), np.array([0, 1, 1], np.int32))
    network = image_network((4, 3, 2), [codes, (3, (2, 2), (1, 1), "valid")])
    design, found = write_rtl(network, tmp_path), estimate(network)
    assert found.encoder_luts == design.encoder_luts > 0
    assert found.ffs == design.ffs


def test_one_bit_that_sets_two_is_registered_once():
    levels = np.array([[1, 1, 1]], np.int32)
    network = IntegerNetwork(
        InputFormat(1, False, 0.5, (1,)),
        (
            Dense(np.ones((1, 1), np.int8)),
            Levels(levels, np.ones(1, np.int8)),
            Dense(np.ones((1, 1), np.int8)),
            Head(np.zeros(1, np.int32)),
        ),
    )
    # The activation is 0 or 3; the logit of two bits needs a third for its sign.
    assert estimate(network).ffs == 1 + 1 + 3 + 1
    assert layer_facts(network)[1].fan_ins == (1.0,)


@pytest.mark.parametrize("name", ["thermometer", "thermometer_positions"])
def test_comparators_are_those_of_the_netlist(tmp_path, name):
    design, found = write_rtl(ZOO[name], tmp_path), estimate(ZOO[name])
    assert 0 < design.encoder_luts == found.encoder_luts
    assert found.encoder_luts <= found.luts
    assert design.luts_per_layer[0] == design.encoder_luts


def test_thresholds_that_no_weight_uses_take_no_hardware(tmp_path):
    net = ZOO["thermometer"]
    codes, flatten, dense, *rest = net.layers
    weights = dense.weights.copy()
    weights[1::2] = 0
    fewer = IntegerNetwork(net.input, (codes, flatten, Dense(weights), *rest))
    kept = replace(codes, levels=codes.levels[::2], feature=codes.feature[::2])
    without = IntegerNetwork(net.input, (kept, flatten, Dense(weights[::2]), *rest))
    assert 0 < estimate(fewer).encoder_luts < estimate(net).encoder_luts
    assert estimate(fewer) == estimate(without)
    designs = [write_rtl(n, tmp_path / str(i)) for i, n in enumerate((fewer, without))]
    assert designs[0].encoder_luts == designs[1].encoder_luts
    assert designs[0].ffs == designs[1].ffs and designs[0].luts == designs[1].luts
