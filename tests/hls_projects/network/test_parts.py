"""Several inputs and outputs: the same integers in Keras, NumPy, C++ and Verilog."""

import keras
import numpy as np
import pytest
from qkeras import QActivation, QDense

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.parts import input_parts, part_format
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.verification.csim import CSimulation
from hls_projects.verification.exactness import ExactnessError, compare
from qkeras_models import InputQuantizer, IntegerHead, SparseTernaryDense
from qkeras_models.input_formats.fixed_point import FixedPoint
from tests.hls_projects.known_networks import sparse_weights
from tests.hls_projects.qkeras_models import TERNARY, settle

L = keras.layers
FORMATS = [FixedPoint(4, True, 0.5), FixedPoint(4, True, 0.25)]
OPTIONS = {"kernel_quantizer": TERNARY, "bias_quantizer": "quantized_bits(4,0,alpha=1)"}


def plain():
    """Tracks and clusters in; a class and two energies out."""
    tracks, clusters = keras.Input((6,), name="tracks"), keras.Input((3, 4), name="clusters")
    x = QActivation("quantized_relu(3,1)")(QDense(5, **OPTIONS)(tracks))
    y = QActivation("quantized_relu(3,1)")(QDense(5, **OPTIONS)(L.Flatten()(clusters)))
    kind = L.Softmax(name="kind")(QDense(3, **OPTIONS)(L.Concatenate()([x, y])))
    energies = QDense(2, **OPTIONS)(L.Add()([x, y]))
    return settle(keras.Model([tracks, clusters], [kind, energies]))


def ours():
    """The second output first, and heads of their own scales; a scale for each feature."""
    tracks, clusters = keras.Input((6,), name="tracks"), keras.Input((3, 4), name="in-2")
    scales = [0.5, 0.3, 1.0, 2.0, 0.25, 0.75]
    x = InputQuantizer(4, True, scales, name="quantized_tracks")(tracks)
    y = InputQuantizer(4, True, 0.375, name="quantized_clusters")(clusters)
    y = QActivation("binary()")(L.BatchNormalization()(SparseTernaryDense(4)(L.Flatten()(y))))
    x = QActivation("binary()")(L.BatchNormalization()(SparseTernaryDense(4)(x)))
    one = IntegerHead(0.3, name="one")(SparseTernaryDense(2)(x))
    two = IntegerHead(0.7, name="two")(SparseTernaryDense(3)(L.Concatenate()([x, y])))
    return sparse_weights(keras.Model([tracks, clusters], [two, one]), zeros=0.5)


def samples(count=80):
    rng = np.random.default_rng(0)
    return [rng.normal(0, 2, (count, 6)), rng.normal(0, 1, (count, 3, 4))]


MODELS = {"plain": (plain, FORMATS), "ours": (ours, None)}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
@pytest.mark.parametrize("quantized", [True, False])
def test_exact_in_c_simulation(name, io_type, quantized, tmp_path):
    make, form = MODELS[name]
    model, x = make(), samples()
    network = IntegerNetwork.from_keras(model, form)
    hls_model = build_hls_model(
        model, tmp_path, input_format=form, io_type=io_type, quantized_inputs=quantized
    )
    simulation = CSimulation(hls_model)
    assert [len(list(v.shape)) for v in simulation.sources] == [1, 2]
    assert len(simulation.results) == 2
    result = compare(network, x, model=model, csim=simulation)
    assert result["mismatches"] == 0 and result["logits"] == 80 * 5
    assert len(np.unique(network.predict(x), axis=0)) > 20
    rows = np.concatenate([x[0], x[1].reshape(80, -1)], axis=1)
    traced = simulation.trace(network.input.quantize(rows) if quantized else rows)
    np.testing.assert_array_equal(traced[-1], network.predict(x)[:, -traced[-1].shape[1] :])


@pytest.mark.parametrize("name", MODELS)
def test_exact_in_verilog_and_from_the_file(name, tmp_path):
    make, form = MODELS[name]
    network = IntegerNetwork.from_keras(make(), form)
    x = samples(40)
    network.save(tmp_path / "network.npz")
    network = IntegerNetwork.load(tmp_path / "network.npz")
    rows = np.concatenate([x[0], x[1].reshape(40, -1)], axis=1)
    design = write_rtl(network, tmp_path)
    received = RtlSimulation(design).predict(network.input.quantize(rows))
    np.testing.assert_array_equal(received, network.predict(x))
    assert design.inputs == 18 and design.classes == 5


def test_every_output_is_compared():
    model, x = plain(), samples()
    network = IntegerNetwork.from_keras(model, FORMATS)
    for position in network.heads:
        bias = network.layers[position].bias
        bias[-1] += 1
        with pytest.raises(ExactnessError, match=f"channel {len(bias) - 1}"):
            compare(network, x, model=model)
        bias[-1] -= 1
    assert compare(network, x, model=model)["mismatches"] == 0


def test_parts_of_the_input():
    network = IntegerNetwork.from_keras(ours())
    parts = list(input_parts(network).values())
    assert [(part.first, part.shape) for part in parts] == [(0, (6,)), (6, (3, 4))]
    assert part_format(network.input, parts[0]).scale == (
        0.5, pytest.approx(0.3, rel=1e-4), 1.0, 2.0, 0.25, 0.75
    )
    assert part_format(network.input, parts[1]) == FixedPoint(4, True, 0.375)


def test_what_does_not_fit_is_named():
    network = IntegerNetwork.from_keras(plain(), FORMATS)
    with pytest.raises(ValueError, match=r"as many samples of each of the shapes \[\(6,\), \(3, 4"):
        network.predict(samples()[::-1])
    with pytest.raises(ValueError, match="one for each of the model's 2 inputs. Received: 3"):
        IntegerNetwork.from_keras(plain(), [*FORMATS, FORMATS[0]])
    with pytest.raises(ValueError, match="'quantized_.*' .* has the input format: give none"):
        IntegerNetwork.from_keras(ours(), FORMATS)
    with pytest.raises(ValueError, match="`argmax` needs at least 2 logits, of one output"):
        build_hls_model(network, "unused", argmax=True)


def test_one_input_may_be_a_list_of_samples():
    model = settle(keras.Sequential([keras.Input((2,)), QDense(3, **OPTIONS)]))
    network = IntegerNetwork.from_keras(model, FORMATS[0])
    x = [[0.5, 1.0], [-2.0, 0.0], [3.0, 3.0]]
    np.testing.assert_array_equal(network.predict(x), network.predict(np.array(x)))


def test_an_input_without_a_quantizer_and_one_with_two_are_named():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    quantized = InputQuantizer(name="first")(a)
    with pytest.raises(ValueError, match="input 'b' was never quantized"):
        IntegerNetwork.from_keras(keras.Model([a, b], L.Concatenate()([quantized, b])))
    again = InputQuantizer(name="again")(a)
    both = keras.Model([a, b], L.Concatenate()([quantized, again, InputQuantizer()(b)]))
    with pytest.raises(ValueError, match="'.*' is a second InputQuantizer of 'a'"):
        IntegerNetwork.from_keras(both)


def test_a_flattened_image_beside_a_vector_in_streams(tmp_path):
    """The image comes pixel by pixel, the vector at once."""
    image, vector = keras.Input((4, 3, 2)), keras.Input((5,))
    both = L.Concatenate()([L.Flatten()(image), vector])
    model = settle(keras.Model([image, vector], QDense(3, **OPTIONS)(both)))
    network = IntegerNetwork.from_keras(model, FORMATS)
    rng = np.random.default_rng(0)
    x = [rng.normal(0, 2, (30, 4, 3, 2)), rng.normal(0, 1, (30, 5))]
    simulation = CSimulation(build_hls_model(network, tmp_path, io_type="io_stream"))
    assert compare(network, x, model=model, csim=simulation)["mismatches"] == 0


def test_hls4mls_own_entrance_takes_several_inputs_and_outputs(tmp_path):
    import hls4ml

    model, x = ours(), samples()
    config = {"Model": {"Precision": "fixed<16,6>", "ReuseFactor": 1, "Strategy": "Latency"}}
    hls_model = hls4ml.converters.convert_from_keras_model(
        model, hls_config=config, output_dir=str(tmp_path), backend="Vitis", io_type="io_parallel"
    )
    simulation = CSimulation(hls_model)
    # A name that C++ cannot have becomes another.
    assert [source.name for source in simulation.sources] == ["tracks", "x1"]
    network = IntegerNetwork.from_keras(model)
    assert compare(network, x, model=model, csim=simulation)["mismatches"] == 0
