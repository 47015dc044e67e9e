"""Block designs and the driver for boards of AMD, as far as they can be checked without tools."""

import re
import shutil
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from hls_projects.board.axis.block_design import PLATFORMS
from hls_projects.board.axis.driver import NetworkOverlay, quantize
from hls_projects.board.axis.package import write_axis
from hls_projects.rtl import write_rtl
from tests.hls_projects.networks import network

NET = network((4, 6, 3), input_bits=11, signed=True, density=0.8, seed=1)
needs_tcl = pytest.mark.skipif(not shutil.which("tclsh"), reason="tclsh is not installed")
# Every command of Vivado prints itself and its words; Tcl's own ones stay.
STUBS = """\
proc unknown {args} {puts $args; return $args}
rename file {}
source SCRIPT
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    work = tmp_path_factory.mktemp("axis")
    design = write_rtl(NET, work / "rtl", target="generic")
    write_axis(design, work / "axis", name="test", part="xc7z020clg400-1")
    NET.save(work / "axis" / "network.npz")
    return work / "axis"


@needs_tcl
@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_the_block_design_is_tcl_and_names_what_is_there(folder, tmp_path, platform):
    stubs = STUBS.replace("SCRIPT", f"{{{folder / platform.name}.tcl}}")
    (tmp_path / "run.tcl").write_text(stubs)
    done = subprocess.run(["tclsh", tmp_path / "run.tcl"], capture_output=True, text=True,
                          check=False)
    assert not done.stderr
    calls = done.stdout.splitlines()
    assert f"create_project -force {platform.name} {platform.name} -part {platform.part}" in calls
    assert any(platform.board_part in call for call in calls)
    cells = {call.split()[-1] for call in calls if call.startswith("create_bd_cell")}
    pins = [call.split()[1] for call in calls if re.match("get_bd_(intf_)?pins", call)]
    assert {pin.split("/")[0] for pin in pins} == cells == {"ps", "dma", "network"}
    header = (folder / "network_axis.v").read_text()
    ports = {pin.split("/")[1] for pin in pins if pin.startswith("network/")}
    assert ports == {"s_axis", "m_axis", "aclk", "aresetn"}
    for port in ports:
        assert re.search(rf"(input|output) .*\b{port}(_tdata)?,", header)
    vlnv = next(call.split()[-2] for call in calls if call.endswith(" network"))
    packaged = (folder / "package_ip.tcl").read_text()
    vendor, library, name, _ = vlnv.split(":")
    assert f"-vendor {vendor} -library {library}" in packaged and f"name {name} " in packaged
    assert any("c_m_axis_mm2s_tdata_width 16" in call for call in calls)


@pytest.fixture
def board(monkeypatch):
    """A stand-in for pynq: what was sent, and the network's own logits back."""
    sent = []

    def send(buffer):
        sent.append(np.array(buffer))
        x_int = sent[-1].view(np.int16)[None]
        wait.taken[:] = NET.predict_integers(x_int)[0].astype(wait.taken.dtype)

    wait = SimpleNamespace(wait=lambda: None)
    channels = SimpleNamespace(
        sendchannel=SimpleNamespace(transfer=send, wait=lambda: None),
        recvchannel=SimpleNamespace(
            transfer=lambda buffer: setattr(wait, "taken", buffer), wait=lambda: None),
    )
    pynq = ModuleType("pynq")
    pynq.Overlay = lambda bitfile: SimpleNamespace(dma=channels)
    pynq.allocate = np.zeros
    monkeypatch.setitem(sys.modules, "pynq", pynq)
    return sent


def test_the_driver_gives_the_logits_of_the_network(folder, board):
    overlay = NetworkOverlay("x.bit", folder / "network.npz", folder / "streams.json")
    rng = np.random.default_rng(0)
    x_int = rng.integers(NET.input.lowest, NET.input.highest + 1, (50, *NET.input.shape))
    np.testing.assert_array_equal(overlay.run(x_int), NET.predict_integers(x_int))
    x = rng.normal(0, 500, (50, *NET.input.shape)) * NET.input.scale
    np.testing.assert_array_equal(overlay.predict(x), NET.predict(x))
    with pytest.raises(ValueError, match="must be integers from -1024 to 1023"):
        overlay.run(np.full((1, 4), 1024))
    with pytest.raises(ValueError, match="must be integers"):
        overlay.run(np.zeros((1, 5), int))


def test_it_packs_as_the_testbench_of_the_wrapper(folder, board, monkeypatch):
    checks = pytest.importorskip("tests.hls_projects.board.axis.stream_checks")
    monkeypatch.setitem(checks.CASE, "in_bytes", 2)
    sample = np.array([[-1024, -1, 0, 1023]])
    NetworkOverlay("x.bit", folder / "network.npz", folder / "streams.json").run(sample)
    assert board[0].astype("<u2").tobytes() == bytes(checks.request(sample[0].tolist()).tdata)


def test_it_quantizes_as_the_network():
    form = {"bits": 11, "signed": True, "scale": NET.input.scale}
    edges = np.array([0, 1e-42, -1e-42, 1, -1, 1e9, -1e9, 0.5], np.float32) * NET.input.scale
    x = np.stack([edges[:4], edges[4:]])
    np.testing.assert_array_equal(quantize(x, form), NET.input.quantize(x))
    with pytest.raises(ValueError, match="NaN"):
        quantize([[np.nan]], form)


def test_files_of_another_network_are_refused(folder, board, tmp_path):
    (tmp_path / "streams.json").write_text('{"inputs": 5, "classes": 3}')
    with pytest.raises(ValueError, match="`streams` must be of 4 inputs and 3 logits"):
        NetworkOverlay("x.bit", folder / "network.npz", tmp_path / "streams.json")
