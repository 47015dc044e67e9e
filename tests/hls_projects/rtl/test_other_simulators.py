"""RTL and netlist in Icarus and Verilator, where they are installed, against NumPy alone."""

import re
import shutil
import subprocess
from pathlib import Path

import pyosys
import pytest

from hls_projects.kinds import Flatten
from hls_projects.rtl import write_rtl
from hls_projects.rtl.emit.testbench import write_testbench
from hls_projects.tools.yosys import run_yosys
from tests.hls_projects.networks import image_network, network
from tests.hls_projects.zoo import random_inputs

NET = network((24, 8, 6, 4), bits=2, seed=2)
IMAGES = image_network((5, 5, 1), [(2, (3, 3), (1, 1), "valid"), Flatten(), (4,)])
CASES = {
    "cells": (NET, {}),
    "area": (NET, {"optimize": "area"}),
    "speed": (NET, {"optimize": "speed", "clock_period": 2.0}),
    "generic": (NET, {"target": "generic"}),
    "stream": (IMAGES, {}),
}


def commands(simulator, sources):
    if simulator == "iverilog":
        return [["iverilog", "-g2005-sv", "-o", "simulation", "-s", "top_tb", *sources],
                ["vvp", "-n", "simulation"]]
    quiet = ["-Wno-fatal", "-Wno-lint", "-Wno-style"]
    return [["verilator", "--binary", "--timing", *quiet, "-CFLAGS", "-O0", "--top-module",
             "top_tb", "-o", "simulation", *sources], ["obj_dir/simulation"]]


def simulated(simulator, folder, sources):
    if not shutil.which(simulator):
        pytest.skip(f"{simulator} is not installed")
    for command in commands(simulator, sources):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def written(folder, name):
    net, options = CASES[name]
    x = random_inputs(net, 60)
    design = write_rtl(net, folder, **options)
    write_testbench(design, x, net.predict_integers(x))
    return design


# Verilator compiles for some twenty seconds.
RUNS = [*(("iverilog", name) for name in CASES), ("verilator", "area"), ("verilator", "stream")]


@pytest.mark.parametrize(("simulator", "name"), RUNS)
def test_rtl(tmp_path, simulator, name):
    written(tmp_path, name)
    sources = ["top_tb.v", "top.v"] + primitives(tmp_path)
    assert "PASS: 60 samples" in simulated(simulator, tmp_path, sources)


@pytest.mark.parametrize("simulator", ["iverilog", "verilator"])
def test_netlist(tmp_path, simulator):
    written(tmp_path, "area")
    run_yosys(["read_verilog top.v", "synth_xilinx -family xcup -top top -flatten -noiopad "
               "-noclkbuf -nosrl", "write_verilog -noattr netlist.v"], folder=tmp_path)
    sources = ["top_tb.v", "netlist.v"] + primitives(tmp_path)
    assert "PASS: 60 samples" in simulated(simulator, tmp_path, sources)


def test_a_wrong_lut_fails(tmp_path):
    design = written(tmp_path, "speed")
    text = design.verilog.read_text()
    tables = list(re.finditer(r"LUT\d #\(\.INIT\((\d+)'h([0-9a-f]+)\)\)", text))
    first = tables[0]
    flipped = int(first[2], 16) ^ ((1 << int(first[1])) - 1)
    design.verilog.write_text(text[: first.start(2)] + f"{flipped:x}" + text[first.end(2) :])
    sources = ["top_tb.v", "top.v"] + primitives(tmp_path)
    assert "FAIL: " in simulated("iverilog", tmp_path, sources)


def primitives(folder):
    """Simulation models of Xilinx's cells, as they come with Yosys."""
    models = next(Path(pyosys.__file__).parent.rglob("xilinx/cells_sim.v"))
    shutil.copyfile(models, folder / "cells_sim.v")
    return ["cells_sim.v"]
