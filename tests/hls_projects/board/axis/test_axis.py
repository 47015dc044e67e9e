"""The AXI4-Stream wrapper under Icarus, driven by cocotb."""

import json
import shutil

import numpy as np
import pytest

from hls_projects.board.axis.package import axis_verilog, field_bytes, write_axis
from hls_projects.kinds import Reshape
from hls_projects.rtl import write_rtl
from tests.hls_projects.networks import image_network, network

pytest.importorskip("cocotbext.axi", reason="cocotb and cocotbext-axi are not installed")
needs_icarus = pytest.mark.skipif(not shutil.which("iverilog"), reason="Icarus is not installed")


@needs_icarus
@pytest.mark.parametrize("case", ["dense", "wide", "stream"])
def test_streams_with_random_pauses(case, tmp_path):
    from cocotb_tools.runner import get_runner

    made = {
        "dense": lambda: network((12, 6, 3), density=0.8, seed=3),
        "wide": lambda: network((4, 6, 3), input_bits=11, signed=True, density=0.8, seed=1),
        "stream": lambda: image_network((5, 4), [Reshape((5, 4, 1)), (3, (2, 2))]),
    }[case]()
    design = write_rtl(made, tmp_path / "rtl", target="generic")
    write_axis(design, tmp_path / "axis", name="test", part="xc7z020clg400-1")
    form = made.input
    x_int = np.random.default_rng(0).integers(form.lowest, form.highest + 1, (8, *form.shape))
    (tmp_path / "case.json").write_text(json.dumps({
        "in_bytes": field_bytes(design.input_bits), "out_bytes": field_bytes(design.logit_bits),
        "samples": x_int.reshape(8, -1).tolist(), "logits": made.predict_integers(x_int).tolist(),
    }))
    runner = get_runner("icarus")
    runner.build(sources=[tmp_path / "axis" / "network.v", tmp_path / "axis" / "network_axis.v"],
                 hdl_toplevel="network_axis", build_dir=tmp_path / "build", always=True,
                 timescale=("1ns", "1ps"))
    results = runner.test(
        hdl_toplevel="network_axis", build_dir=tmp_path / "build", test_dir=tmp_path,
        test_module="tests.hls_projects.board.axis.stream_checks",
        extra_env={"AXIS_CASE": str(tmp_path / "case.json")},
    )
    text = results.read_text()
    assert text.count("<testcase") == 3 and "<failure" not in text and "<error" not in text


def test_fields_are_whole_bytes(tmp_path):
    assert [field_bytes(bits) for bits in (1, 8, 9, 16, 17, 32)] == [1, 1, 2, 2, 4, 4]
    design = write_rtl(network((12, 6, 3)), tmp_path, target="generic")
    text = axis_verilog(design)
    assert "parameter INPUTS = 12" in text and "parameter CLASSES = 3" in text
