"""C++ projects: what is right is proved, and each small change of the text is found."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from hls_projects.hls4ml_front_end.build import build_hls_model
from hls_projects.kinds import Crop, Dense, Flatten, Head, MaxPool, Pad, SumPool
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.cpp import prove_cpp
from hls_projects.proof.cpp.__main__ import main
from hls_projects.proof.cpp.compiled.functions import compare_functions
from hls_projects.proof.cpp.compiled.inputs import Bounds
from hls_projects.proof.cpp.compiled.library import Compiled
from hls_projects.proof.cpp.project import Project
from hls_projects.proof.cpp.reading.text import Firmware
from hls_projects.proof.cpp.result import CppProof
from qkeras_models import load_pretrained
from tests.hls_projects.branches import branched
from tests.hls_projects.networks import image_network, network, ternary, threshold
from tests.hls_projects.small_integers import integer_images
from tests.hls_projects.zoo import positions_network, thermometer_network


def moved_images() -> IntegerNetwork:
    """Zeros around an image, a crop, sums of windows, and pools that reach over the edge."""
    rng = np.random.default_rng(5)
    layers = (
        Pad(((1, 0), (0, 2))), Crop(((0, 1), (1, 0))), MaxPool((2, 2), (2, 2), "same"),
        SumPool((2, 2), (1, 1), 2), Flatten(), Dense(ternary(rng, 8, 4, 0.6)),
        threshold(rng, 4, 2, 5), Dense(ternary(rng, 4, 3, 0.9)),
        Head(np.array([2, 0, -3], np.int32), np.array([1, 0, 2], np.int8)),
    )
    return IntegerNetwork(InputFormat(3, True, 1.0, (5, 5, 2)), layers)


NETWORKS = {
    "dense": network((12, 8, 6, 4), bits=2, seed=1),
    "signed": network((9, 6, 3), input_bits=3, signed=True, seed=2),
    "positions": positions_network(),
    "thermometer": thermometer_network(4, True, (3,)),
    "images": image_network((6, 7, 2), [(4, (3, 3), (1, 1), "same"), (3, (2, 2), (2, 1))]),
    "integers": integer_images(),
    "branches": branched(),
    "moves": moved_images(),
}


def written(net, folder, name="net", **options):
    build_hls_model(net, folder, project_name=name, **options).write()
    return folder


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Every network's project, written once for each kind of values' way."""
    made = {}

    def project(name, io_type):
        if (name, io_type) not in made:
            folder = tmp_path_factory.mktemp(f"{name}_{io_type}")
            made[name, io_type] = written(NETWORKS[name], folder, io_type=io_type)
        return made[name, io_type]

    return project


@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_right_is_proved(projects, name, io_type):
    proof = prove_cpp(projects(name, io_type), NETWORKS[name], most_bits=0)
    assert proof.complete, (proof.differences, proof.unread)
    assert str(proof).startswith("C++: proved for every input: additions, types and levels of ")
    assert proof.neurons > 0


@pytest.mark.parametrize("name", ["conv", "dense", "relu", "sum"])
def test_a_project_may_be_called_as_a_function_of_hls4ml_is(tmp_path, name):
    net = next(iter(NETWORKS.values()))
    proof = prove_cpp(written(net, tmp_path, name, io_type="io_stream"), net, most_bits=0)
    assert proof.complete, (proof.differences, proof.unread)


def test_mnist_small_is_proved_and_its_functions_are_compared(tmp_path):
    net = IntegerNetwork.from_keras(load_pretrained("mnist-small"))
    proof = prove_cpp(written(net, tmp_path), net, most_bits=11)
    assert proof.complete and proof.neurons == 330, str(proof)
    assert proof.tried > 400 and proof.tried + proof.sampled == 660


@pytest.mark.parametrize("name", NETWORKS)
def test_distributed_arithmetic_is_proved(tmp_path, name):
    folder = written(NETWORKS[name], tmp_path, strategy="distributed_arithmetic")
    proof = prove_cpp(folder, NETWORKS[name], most_bits=0)
    assert proof.complete, (proof.differences, proof.unread)


@pytest.mark.parametrize("pattern, replacement", [
    (r"(v\d+) \+ bit_shift<(-?\d+)>", r"\g<1> - bit_shift<\g<2>>"),
    (r"bit_shift<(\d+)>", "higher"),
    (r"ap_fixed<(\d+),\d+> v\d+ = .*bit_shift", "narrower"),
    (r"ap_fixed<\d+,(\d+)> v\d+ = .*bit_shift", "narrower"),
])
def test_a_change_of_distributed_arithmetic_is_found(tmp_path, pattern, replacement):
    net = NETWORKS["integers"]
    right = written(net, tmp_path / "right", strategy="distributed_arithmetic")
    wrong = changed(right, tmp_path / "hls", "integer_conv2d_2.h", pattern, replacement)
    assert not prove_cpp(wrong, net, most_bits=0).complete


@pytest.mark.parametrize("pattern, replacement", [
    (r"entry\{data\[0\], 0\}", "entry{data[0], 1}"),
    (r"entry\{data\[0\], 0\}(.*)entry\{data\[1\], 1\}",
     r"entry{data[1], 1}\g<1>entry{data[0], 0}"),
    (r"in\[part \* data_T::size \+ j\]", "in[2 - j]"),
])
def test_another_index_is_found(tmp_path, pattern, replacement):
    net = NETWORKS["signed"]
    right = written(net, tmp_path / "right", argmax=True, io_type="io_stream")
    assert prove_cpp(right, net, most_bits=0).complete
    wrong = changed(right, tmp_path / "hls", "integer_argmax_6.h", pattern, replacement)
    assert not prove_cpp(wrong, net, most_bits=0).complete


def test_floats_that_hardware_quantizes_are_no_proof(tmp_path):
    net = NETWORKS["signed"]
    proof = prove_cpp(written(net, tmp_path, quantized_inputs=False), net, most_bits=0)
    assert not proof.complete and "not proved: the project" in str(proof)


# Project, file, what is replaced, by what; \g<1> is the part that stays.
CHANGES = {
    "a sign": ("dense", "sparse_ternary_dense_2.h", r"(data\[\d+\]) \+ ", r"\g<1> - "),
    "an operand": ("dense", "sparse_ternary_dense_2.h", r"data\[(\d)\] \+ data\[\d+\]",
                   r"data[\g<1>] + data[\g<1>]"),
    "an output": ("dense", "sparse_ternary_dense_2.h", r"res\[0\]", "res[1]"),
    "a type": ("dense", "defines.h", r"ap_int<(\d)> layer2_t", "narrower"),
    "an input's type": ("signed", "defines.h", "ap_int<3> input_t", "ap_int<2> input_t"),
    "a type's sign": ("signed", "defines.h", "ap_int<3> input_t", "ap_uint<3> input_t"),
    "the outputs' type": ("dense", "defines.h", r"ap_int<(\d)> result_t", "narrower"),
    "a level": ("dense", "integer_threshold_3.h", r">= (-?\d+)", "higher"),
    "a comparison": ("dense", "integer_threshold_3.h", ">=", ">"),
    "a falling level": ("dense", "integer_threshold_3.h", "<=", ">="),
    "a level's input": ("dense", "integer_threshold_3.h", r"\(data\[\d\] (.=)",
                        r"(data[0] \g<1>"),
    "logits": ("dense", "integer_head_7.h", r"res\[0\](.*)\n(.*)res\[1\]",
               r"res[1]\g<1>\n\g<2>res[0]"),
    "a bias": ("dense", "integer_head_7.h", r"data\[1\] ([+-]) \d+", r"data[1] \g<1> 77"),
    "a thermometer": ("thermometer", "integer_thermometer_2.h", r">= (-?\d+)", "higher"),
    "a shift": ("integers", "integer_conv2d_2.h", "shifted<4>", "shifted<3>"),
    "what shifts": ("integers", "nnet_shifted.h", "<< places", "<< (places + 1)"),
    "a shift's type": ("integers", "nnet_shifted.h", r"ap_int<width \+ places>\(x\)",
                       "ap_int<width>(x)"),
    "what a shift returns": ("integers", "nnet_shifted.h", r"ap_int<width \+ places> shifted",
                             "ap_int<width> shifted"),
    "no result": ("images", "integer_head_8.h", "void integer_head_8", "res_T integer_head_8"),
    "a specialization": ("integers", "integer_conv2d_2.h", r"\n\} // namespace nnet",
                         "\ntemplate <> ap_int<7> shifted<4, 3>(const ap_int<3> &x) {\n"
                         "    return x;\n}\n\n} // namespace nnet"),
    "a window": ("images", "sparse_ternary_conv2d_2.h", r"window\[(\d+) \+ c\] = lines\[0\]",
                 r"window[\g<1> - 1 + c] = lines[0]"),
    "a stride": ("images", "sparse_ternary_conv2d_2.h", r"row >= \d &&\n", "row >= 1 &&\n"),
    "a pool": ("moves", "integer_max_pool_4.h", r"larger\(data\[0\]", "larger(data[1]"),
    "what is larger": ("moves", "nnet_sparse_ternary.h", r"a > b \? a : b", "a > b ? b : a"),
    "the edge": ("moves", "integer_max_pool_4.h", r"pixel\[c\] = -\d+", "pixel[c] = 3"),
    "a move": ("moves", "integer_move_2.h", r"(from\[\d+\] = \{\n\s+)-1, ", r"\g<1>0, "),
    "a branch": ("branches", "integer_add_8.h", r"in_1\[0\]", "in_2[0]"),
    "a branch's shift": ("branches", "integer_add_8.h", r"shifted<1>\(in_0", "shifted<2>(in_0"),
    "a concatenation": ("branches", "integer_concatenate_10.h", r"in_0\[0\]", "in_0[1]"),
    "which values": ("branches", "net.cpp", r"sparse_ternary_dense_7\(\w+,",
                     "sparse_ternary_dense_7(layer13_cpy3,"),
    "an input's own type": ("dense", "net.cpp", r"input_t x", "layer4_t x"),
    "a header": ("dense", "net.h", r"x\[12\]", "x[11]"),
    "a macro": ("dense", "sparse_ternary_dense_2.h", "namespace nnet {",
                "#define res data\nnamespace nnet {"),
    "a layer": ("dense", "net.cpp", r".*integer_head_7\(.*\n", "\n"),
}
COUNTED = {"narrower": lambda m: m[0].replace(m[1], str(int(m[1]) - 1)),
           "higher": lambda m: m[0].replace(m[1], str(int(m[1]) + 1))}


def changed(folder, copy, file, pattern, replacement):
    shutil.copytree(folder, copy)
    (path,) = copy.rglob(file)
    text, count = re.subn(pattern, COUNTED.get(replacement, replacement), path.read_text(), count=1)
    assert count, path.read_text()[:3000]
    path.write_text(text)
    return copy


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_text_is_found(projects, tmp_path, change):
    name, file, pattern, replacement = CHANGES[change]
    io_type = "io_parallel" if name in ("dense", "signed") else "io_stream"
    folder = changed(projects(name, io_type), tmp_path / "hls", file, pattern, replacement)
    proof = prove_cpp(folder, NETWORKS[name], most_bits=0)
    assert not proof.complete and "proved for every input" not in str(proof)


def test_what_is_compiled_is_compared(projects, tmp_path):
    """The text is read of one project, the functions are those of another."""
    net, right = NETWORKS["dense"], projects("dense", "io_parallel")
    wrong = changed(right, tmp_path / "hls", "sparse_ternary_dense_2.h",
                    r"(data\[\d+\]) \+ ", r"\g<1> - ")
    project = Project(Firmware(right / "firmware", "net"), "net", net, CppProof())
    project.compare()
    calls = [kernel.call for kernel in project.kernels]
    for folder, few in ((right, 0), (wrong, 1)):
        compiled = Compiled(folder / "firmware", calls)
        for most in (20, 1):
            bounds = Bounds(project.kernels[0].low, project.kernels[0].high)
            tried, sampled, found = compare_functions(compiled, 0, net.layers[0], bounds, most)
            assert tried + sampled == 8 and (sampled > 0) == (most == 1)
            assert len(found) == few


def test_the_command_takes_a_run(projects, tmp_path):
    folder = tmp_path / "hls"
    shutil.copytree(projects("dense", "io_parallel"), folder)
    NETWORKS["dense"].save(tmp_path / "network.npz")
    found = CliRunner().invoke(main, [str(folder), "--most-bits", "0"])
    assert found.exit_code == 0 and "proved for every input" in found.output
    NETWORKS["signed"].save(tmp_path / "other.npz")
    found = CliRunner().invoke(main, [str(folder), str(tmp_path / "other.npz"), "--most-bits", "0"])
    assert found.exit_code == 1 and "not the network" in found.output
