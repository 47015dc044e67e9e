"""A small network placed and routed: exact from pin to pin, and red as soon as one bit differs."""

import json
import re
import shutil
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from hls_projects.board import board_file
from hls_projects.board.board_file import find_board
from hls_projects.board.build import build_bitstream
from hls_projects.board.device.clock_settings import clock_of, set_clock
from hls_projects.board.device.configuration import (
    ConfigurationError,
    compare_configurations,
    read_configuration,
)
from hls_projects.board.fit import TooLargeForBoard
from hls_projects.board.protocol import SelfTest
from hls_projects.board.simulation.netlist import kinds, read_routed
from hls_projects.board.simulation.wire_simulation import WireSimulation
from hls_projects.conversion.boards import on_board
from hls_projects.conversion.boards.on_board import (
    check_classes,
    convert_to_board,
    prove_on_board,
)
from hls_projects.conversion.model_source import ModelSource
from hls_projects.conversion.options import BoardOptions, ConversionOptions
from hls_projects.conversion.rtl.verilog_design import Verilog
from hls_projects.proof import prove_routed
from hls_projects.rtl import SimulationError, write_rtl
from hls_projects.verification.exactness import ExactnessError
from tests.hls_projects.networks import image_network

X_INT = np.random.default_rng(0).integers(0, 2, (100, 16))


def step(description):
    return nullcontext()


def inputs(lut):
    return sum(len(lut["connections"].get(pin, ())) for pin in "ABCD")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return ModelSource(name="tiny", model=folder / "tiny.npz", folder=folder, record=None)


@pytest.fixture(scope="module")
def design(small, source):
    return write_rtl(small, source.folder / "rtl", target="ecp5")


@pytest.fixture(scope="module")
def on_a_board(small, design, source):
    options = BoardOptions("ulx3s-12f", self_test=5)
    return convert_to_board(small, design, X_INT, source, options, step)


@pytest.fixture(scope="module")
def made(on_a_board):
    return on_a_board.bitstream


def test_a_bitstream_whose_netlist_answers_exactly(on_a_board, made):
    assert on_a_board.execution == "routed netlist of ulx3s-12f on 100 samples"
    assert on_a_board.document()["line"].startswith("routed for ulx3s-12f: 0 of 400 logits of 100")
    assert on_a_board.self_test == SelfTest(answered=5, failures=0, cycles=5 + 2)
    assert made.bitstream.stat().st_size > 50_000 and made.settings > 1000
    assert 0.9 * made.fmax_mhz <= made.pll.megahertz <= made.fmax_mhz
    readme = (made.folder / "README.md").read_text()
    assert "openFPGALoader --board ulx3s " in readme and "board.bit" in readme


def test_the_network_in_the_routed_netlist_is_proved(small, made):
    proof = prove_routed(made.folder, small)
    assert proof.complete, str(proof)
    assert proof.outputs > small.classes


@pytest.mark.parametrize("which", range(3))
def test_the_verdict_on_another_network_is_that_of_all_its_inputs(small, made, which):
    weights = np.array(small.layers[0].weights)
    weights[tuple(np.argwhere(weights)[which])] *= -1
    layers = [replace(small.layers[0], weights=weights), *small.layers[1:]]
    other = replace(small, layers=layers)
    every = np.arange(1 << 16)[:, None] >> np.arange(16) & 1
    same = np.array_equal(other.predict_integers(every), small.predict_integers(every))
    assert prove_routed(made.folder, other).complete == same == (which == 0)


@pytest.mark.parametrize("places", [(0, 1), (0, 9)])
def test_logits_whose_wires_are_swapped_are_not_proved(small, made, tmp_path, places):
    for name in ("network.v", "routed.json", "synthesized.json"):
        shutil.copyfile(made.folder / name, tmp_path / name)
    path = tmp_path / "synthesized.json"
    design = json.loads(path.read_text())
    nets = design["modules"]["board"]["netnames"]
    last = max(name for name in nets if re.fullmatch(r"wrapper\.network\.stage_\d+\.y", name))
    bits, (one, other) = nets[last]["bits"], places
    bits[one], bits[other] = bits[other], bits[one]
    path.write_text(json.dumps(design))
    assert not prove_routed(tmp_path, small).complete


@pytest.mark.parametrize(("prove", "line"), [
    (None, "routed netlist of ulx3s-12f: proved for every input: "),
    (False, None),
])
def test_a_conversion_says_what_was_proved(small, on_a_board, prove, line):
    found = Verilog()
    options = ConversionOptions(board=BoardOptions("ulx3s-12f"), prove=prove)
    prove_on_board(on_a_board, small, found, options, step)
    assert not found.failures
    assert len(found.proofs) == (line is not None)
    assert all(proof.startswith(line) for proof in found.proofs)


def test_of_a_stream_of_pixels_the_routed_netlist_is_simulated(on_a_board):
    found = Verilog()
    options = ConversionOptions(board=BoardOptions("ulx3s-12f"))
    prove_on_board(on_a_board, image_network((4, 4, 1), [(2, (3, 3))]), found, options, step)
    line = "routed netlist of ulx3s-12f: simulated only, as pixels enter one after another"
    assert found.proofs == [line]


def test_the_netlist_holds_the_clock_and_a_model_for_every_cell(made):
    module = read_routed(made.netlist)
    assert clock_of(module) == {
        "divisor": made.divisor, "kilohertz": made.hello.kilohertz,
        "CLKI_DIV": made.pll.input_divider, "CLKFB_DIV": made.pll.feedback_divider,
        "CLKOP_DIV": made.pll.loop_divider, "CLKOS_DIV": made.pll.output_divider,
    }
    assert set(kinds(module)) == {"TRELLIS_COMB", "TRELLIS_COMB CCU2", "TRELLIS_FF", "TRELLIS_IO",
                                  "EHXPLLL", "DCCA", "DP16KD"}
    del module["cells"]["pll"]
    with pytest.raises(ValueError, match="must have one PLL and 36 constants. Received: 0 and 36"):
        set_clock(module, made.pll, 40, 40_000)


def test_cells_are_counted_by_layer(made):
    assert list(made.parts) == ["layer_1", "layer_2", "wrapper"]
    total = sum(made.parts.values(), Counter())
    found = Counter(cell["type"] for cell in read_routed(made.netlist)["cells"].values())
    assert total == {kind: found[kind] for kind in ("TRELLIS_COMB", "TRELLIS_FF")}
    assert (made.folder / "placed.png").read_bytes().startswith(b"\x89PNG")


def test_one_changed_bit_of_one_lut_is_seen(made, small, source, tmp_path, monkeypatch):
    document = json.loads(made.netlist.read_text())
    (module,) = document["modules"].values()
    # Of LUTs before the network's registers the one of fewest inputs: its bit for 1s.
    luts = [
        cell for name, cell in sorted(module["cells"].items())
        if re.search(r"network\.stage_.*DI_LUT4_Z$", name) and "valid" not in name
    ]
    cell = min((c for c in luts if inputs(c)), key=inputs)
    table = cell["parameters"]["INITVAL"]
    cell["parameters"]["INITVAL"] = str(1 - int(table[0])) + table[1:]
    broken = tmp_path / "board"
    shutil.copytree(made.folder, broken)
    (broken / "routed.json").write_text(json.dumps(document))
    assert prove_routed(broken, small).differences
    monkeypatch.setattr("hls_projects.board.build.build_bitstream",
                        lambda *_, **__: replace(made, folder=broken))
    there = ModelSource(name="tiny", model=source.model, folder=tmp_path, record=None)
    with pytest.raises(ExactnessError, match="routed netlist differs from integer network in"):
        convert_to_board(small, None, X_INT, there, BoardOptions("ulx3s-12f"), step)
    mismatch = json.loads((tmp_path / "report" / "mismatch.json").read_text())
    assert mismatch["received_from"] == "routed netlist" and mismatch["differing_logits"] > 0


def test_one_wrong_logit_turns_the_gate_red(made, small, source, monkeypatch):
    def wrong(simulation, hello, divisor, x_int):
        logits = small.predict_integers(x_int)
        logits[57, 1] += 1
        return logits.argmax(axis=1), logits

    without = replace(made, hello=replace(made.hello, images=0))
    monkeypatch.setattr("hls_projects.board.build.build_bitstream", lambda *_, **__: without)
    monkeypatch.setattr("hls_projects.board.simulation.images.run_images", wrong)
    monkeypatch.setattr("hls_projects.board.simulation.images.run_self_test", None)
    monkeypatch.setattr(WireSimulation, "of_routed", lambda _: nullcontext())
    with pytest.raises(ExactnessError, match="in 1 logits of 1 of 100 samples"):
        convert_to_board(small, None, X_INT, source, BoardOptions("ulx3s-12f"), step)
    assert on_board.check_classes is check_classes
    with pytest.raises(SimulationError, match="1 of 2 classes are not those of their logits"):
        check_classes(np.array([1, 1]), np.array([[0, 2], [2, 1]]))


def test_a_bitstream_that_is_not_what_was_routed_is_seen(made):
    routed = read_configuration(made.folder / "board.config")
    assert compare_configurations(routed, routed) == made.settings
    other = {tile: set(lines) for tile, lines in routed.items()}
    tile = next(t for t in other if t.endswith(":PLC2") and any("arc" in li for li in other[t]))
    other[tile].discard(next(line for line in sorted(other[tile]) if line.startswith("arc")))
    for pair in ((routed, other), (other, routed)):
        with pytest.raises(ConfigurationError, match=f"{tile}: routed .*, in the bitstream"):
            compare_configurations(*pair)


def test_a_network_too_large_is_refused_before_routing(
    made, small, design, tmp_path, monkeypatch
):
    monkeypatch.setitem(board_file.DEVICES, "LFE5U-12F", ("--12k", 20))
    monkeypatch.setattr("hls_projects.board.build.run_nextpnr", None)
    with pytest.raises(TooLargeForBoard, match=r"of ulx3s-12f .*it would fit colorlight-i5"):
        build_bitstream(small, design, find_board("ulx3s-12f"), tmp_path / "board", step)
    monkeypatch.setattr("hls_projects.board.build.run_yosys", lambda *_, folder, seconds: (
        shutil.copy(made.folder / "synthesized.json", folder)))
    monkeypatch.setitem(board_file.DEVICES, "LFE5U-12F", ("--12k", 200))
    with pytest.raises(TooLargeForBoard, match=r"LUT4, \d\.\d\d times the 200 of ulx3s-12f"):
        build_bitstream(small, design, find_board("ulx3s-12f"), tmp_path / "board", step)
