"""Several inputs of different widths and signs: each has its own integers in every execution."""

import json

import keras
import numpy as np
import pytest
from qkeras import QActivation, QDense

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.network.input_format import InputFormat
from hls_projects.network.input_part import InputPart
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.network.parts import given_of, joined
from hls_projects.proof import prove_rtl
from hls_projects.proof.cpp import prove_cpp
from hls_projects.proof.keras import prove_keras
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.verification.csim import CSimulation
from hls_projects.verification.exactness import compare
from qkeras_models import InputQuantizer
from qkeras_models.input_formats.fixed_point import FixedPoint
from tests.hls_projects.qkeras_models import TERNARY, settle

FORMATS = [FixedPoint(4, signed=True, scale=0.25), FixedPoint(6, signed=False, scale=4.0)]
OPTIONS = {"kernel_quantizer": TERNARY, "bias_quantizer": "quantized_bits(4,0,alpha=1)"}
TRACKS, COUNTS = (6,), (3, 2)


def model(quantizers: bool = False) -> keras.Model:
    """Counts go into a layer of their own, and past it into the last one."""
    tracks, counts = keras.Input(TRACKS, name="tracks"), keras.Input(COUNTS, name="counts")
    x, y = tracks, keras.layers.Flatten()(counts)
    if quantizers:
        x = InputQuantizer(4, True, 0.25)(tracks)
        y = keras.layers.Flatten()(InputQuantizer(6, False, 4.0)(counts))
    first = QActivation("quantized_relu(3,1)")(QDense(5, **OPTIONS)(x))
    second = QActivation("quantized_relu(3,6)")(QDense(5, **OPTIONS)(y))
    last = keras.layers.Concatenate()([first, second, y, x])
    return settle(keras.Model([tracks, counts], QDense(3, **OPTIONS)(last)))


def samples(count: int = 80) -> list[np.ndarray]:
    """Many are beyond what the formats hold."""
    rng = np.random.default_rng(0)
    return [rng.normal(0, 2, (count, *TRACKS)), rng.normal(90, 120, (count, *COUNTS))]


@pytest.fixture(scope="module")
def network() -> IntegerNetwork:
    return IntegerNetwork.from_keras(model(), FORMATS)


def test_the_network_holds_all_and_each_has_its_own(network):
    assert (network.input.bits, network.input.signed) == (7, True)
    assert given_of(network) == FORMATS
    low, high = network.input.bounds()
    assert low.tolist() == [-8] * 6 + [0] * 6 and high.tolist() == [7] * 6 + [63] * 6
    rows = network.input.quantize(joined(network, samples()))
    own = [form.quantize(x).reshape(80, -1) for form, x in zip(FORMATS, samples(), strict=True)]
    np.testing.assert_array_equal(rows, np.concatenate(own, axis=1))
    # Sums are as wide as what occurs makes them.
    dense = network.taken.index((0,))
    weights = np.abs(network.layers[dense].weights).sum(axis=0)
    assert (list(network.ranges())[dense][1] <= 8 * weights).all()


@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
@pytest.mark.parametrize("floats", [False, True])
def test_exact_in_c_simulation(io_type, floats, tmp_path):
    """Integers of the inputs' own types; and floats, where the project quantizes them."""
    made = model(quantizers=floats)
    form = None if floats else FORMATS
    network = IntegerNetwork.from_keras(made, form)
    simulation = CSimulation(build_hls_model(
        made, tmp_path, input_format=form, io_type=io_type, quantized_inputs=not floats
    ))
    if not floats:
        types = [source.type.precision for source in simulation.sources]
        assert [(t.width, bool(t.signed)) for t in types] == [(4, True), (6, False)]
    x = samples()
    assert compare(network, x, model=made, csim=simulation)["mismatches"] == 0
    assert len(np.unique(network.predict(x), axis=0)) == 80


@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_the_c_project_is_proved(io_type, network, tmp_path):
    build_hls_model(network, tmp_path, project_name="net", io_type=io_type).write()
    proof = prove_cpp(tmp_path, network, most_bits=0)
    assert proof.complete, (proof.differences, proof.unread)


@pytest.mark.parametrize("target", ["xilinx", "generic"])
def test_exact_and_proved_in_verilog(target, network, tmp_path):
    x = network.input.quantize(joined(network, samples(40)))
    design = write_rtl(network, tmp_path, target=target)
    assert (design.inputs, design.input_bits) == (12, 7)
    received = RtlSimulation(design).predict(x)
    np.testing.assert_array_equal(received, network.predict_integers(x))
    proof = prove_rtl(design.verilog, network, target)
    assert proof.complete, str(proof)


@pytest.mark.parametrize(
    ("net", "instead", "right"),
    [
        ("x[3]", "x[6]", True),                  # the sign of the first track, again
        ("x[3]", "(x[3] & x[5])", True),
        ("x[3]", "~x[6]", False),
        ("x[47]", "(x[47] | x[48])", True),      # the highest bit of the first count, and 0
        ("x[47]", "(x[47] & ~x[48])", True),
        ("x[47]", "x[48]", False),
    ],
)  # fmt: skip
def test_the_proof_knows_the_bits_above_those_of_an_input(net, instead, right, network, tmp_path):
    verilog = write_rtl(network, tmp_path).verilog
    before, top, after = verilog.read_text().partition("module top(")
    assert after.count(f"{net},") == 1
    # Nothing is written that looks at those bits.
    assert "x[6]," not in after and "x[48]," not in after
    verilog.write_text(before + top + after.replace(f"{net},", f"{instead},"))
    proof = prove_rtl(verilog, network)
    assert proof.complete == right, str(proof)
    assert right or proof.counterexample is not None


def test_keras_is_proved(network):
    assert prove_keras(model(), network, FORMATS).complete


def test_the_file_keeps_them_and_older_readers_refuse_it(network, tmp_path):
    network.save(tmp_path / "network.npz")
    loaded = IntegerNetwork.load(tmp_path / "network.npz")
    assert loaded.input == network.input
    with np.load(tmp_path / "network.npz") as file:
        arrays = dict(file)
    header = json.loads(bytes(arrays["header"]))
    assert header["format"] == 3

    def refused(change, match):
        changed = json.loads(json.dumps(header))
        change(changed)
        arrays["header"] = np.frombuffer(json.dumps(changed).encode(), np.uint8)
        np.savez(tmp_path / "changed.npz", **arrays)
        with pytest.raises(ValueError, match=match):
            IntegerNetwork.load(tmp_path / "changed.npz")

    refused(lambda h: h.update(format=2), "only there. Received: 2 in format 2")
    refused(lambda h: h["input"].pop("parts"), "only there. Received: 0 in format 3")
    refused(lambda h: h["input"]["parts"].pop(), r"vector of \(12,\). Received: 6 values")
    refused(lambda h: h["input"]["parts"][0].update(bits=10), "10 bits signed of 'tracks'")
    refused(lambda h: h["input"]["parts"][0].update(size=0), "`size` >= 1. Received: 'tracks', 0")


def test_inputs_of_one_width_are_as_they_were():
    alike = IntegerNetwork.from_keras(model(), [FORMATS[0], FixedPoint(4, True, 1.0)])
    assert alike.input.parts == () and alike.input.bits == 4


def test_what_an_input_does_not_hold_is_named(network):
    tracks, counts = np.zeros((1, *TRACKS), np.int32), np.zeros((1, *COUNTS), np.int32)
    for x, match in [
        ([tracks + 8, counts], "of input 'tracks' must be integers from -8 to 7.*from 8 to 8"),
        ([tracks, counts - 1], "of input 'counts' must be integers from 0 to 63.*from -1 to -1"),
        ([tracks, counts + 64], "from -64 to 63"),
    ]:
        with pytest.raises(ValueError, match=match):
            network.predict_integers(x)
    wide = [FixedPoint(4, True, 1.0), FixedPoint(16, False, 1.0)]
    with pytest.raises(ValueError, match="16 bits, of which one is the sign.*16 bits unsigned of"):
        IntegerNetwork.from_keras(model(), wide)
    with pytest.raises(ValueError, match="`signed` must be True or False. Received: 1"):
        InputPart(4, 1, "tracks", 6)
    parts = (InputPart(4, True, "tracks", 6), InputPart(6, False, "counts", 6))
    with pytest.raises(ValueError, match="from -32 to 31. Received: 6 bits unsigned of 'counts'"):
        InputFormat(6, True, 1.0, (12,), parts)
