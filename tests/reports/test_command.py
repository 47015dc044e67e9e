import json
import os
import re
import sys
import time
from datetime import datetime
from functools import partial
from importlib.metadata import version

import numpy as np
import pytest

from hls_projects.network.integer_network import IntegerNetwork
from reports.command import command_line, main
from reports.printed_conversion import stdout_to_stderr
from reports.records.record import Source
from tests.commands import ROOT, in_new_process, in_process
from training import run
from training.config import build_config

convert = partial(in_process, main)


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work") / "runs" / "digits"
    run.train(build_config({"data": "digits", "hidden": [8], "sparsity": 0.8, "stage1_epochs": 3,
                            "stage3_epochs": 1}), folder, verbose=0)
    return folder


@pytest.fixture(scope="module")
def converted(digits):
    return in_new_process("convert.py", "digits", cwd=digits.parents[1])


@pytest.mark.parametrize("called, said", [
    ("/usr/bin/sparse-ternary-convert", "sparse-ternary-convert digits --samples 1"),
    ("convert.py", "python convert.py digits --samples 1"),
])
def test_a_report_names_the_command_as_it_was_typed(monkeypatch, called, said):
    monkeypatch.setattr("sys.argv", [called, "digits", "--samples", "1"])
    assert command_line() == said


def test_help_answers_at_once(tmp_path):
    started = time.monotonic()
    done = in_new_process("convert.py", "--help", cwd=tmp_path)
    assert done.returncode == 0 and "--clock-period" in done.stdout
    assert time.monotonic() - started < 5  # imports of TensorFlow alone take longer


def test_a_run_becomes_an_exact_project_with_a_report(digits, converted):
    assert converted.returncode == 0, converted.stderr
    assert "exact: 0 of" in converted.stdout and "C-simulation" in converted.stdout
    assert {path.name for path in digits.iterdir()} >= {"hls", "report", "network.npz"}
    document = json.loads((digits / "report" / "report.json").read_text())
    trained = json.loads((digits / "training.json").read_text())
    assert document["exactness"]["mismatches"] == 0
    assert document["accuracy"]["value"] == pytest.approx(trained["test_accuracy"], abs=1e-12)
    assert document["sizes"]["total"]["nonzeros"] == trained["nonzeros"]
    made = document["provenance"]
    assert made["seed"] == 0 and made["sparse-ternary"] == version("sparse-ternary")
    assert made["hls4ml"] == version("hls4ml") and "Yosys" not in made
    assert datetime.strptime(made["made"], "%Y-%m-%d %H:%M UTC")
    assert {"report.md", "sizes.csv", "resources.csv", "training.svg"} <= {
        path.name for path in (digits / "report").iterdir()
    }


def test_a_report_as_json_is_alone_on_stdout(digits, converted, tmp_path):
    done = in_new_process("convert.py", digits, "--output", tmp_path, "--no-csim", "--rtl",
                          "--no-prove", "--samples", 50, "--json", cwd=tmp_path)
    assert done.returncode == 0 and "writing the Vitis project" in done.stderr
    told = json.loads(done.stdout)
    assert told.pop("folder") == str(tmp_path)
    assert told == json.loads((tmp_path / "report" / "report.json").read_text())
    assert told["exactness"]["executions"] == ["Keras", "integer network", "RTL simulation"]
    assert (told["exactness"]["logits"], told["failures"]) == (500, [])
    assert told["provenance"]["Yosys"] == version("pyosys")


def test_what_other_programs_print_is_not_among_the_json(capfd):
    with stdout_to_stderr():
        print("a library")
        os.system("echo another program")
    print("the report")
    told = capfd.readouterr()
    assert told.out == "the report\n"
    assert told.err.split("\n")[:2] == ["a library", "another program"]


def test_an_error_leaves_stdout_empty(tmp_path):
    done = convert("nothing.keras", "--json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "") and "error: " in done.stderr


def test_a_failure_is_in_the_json_and_in_the_status(digits, tmp_path):
    done = convert(digits, "--output", tmp_path, "--no-csim", "--rtl", "--no-prove", "--samples",
                   50, "--tool-seconds", 0.01, "--json", cwd=tmp_path)
    assert done.returncode == 1 and "error: simulating Verilog" in done.stderr
    (failure,) = json.loads(done.stdout)["failures"]
    assert failure.startswith("simulating Verilog for xilinx: ")


def test_every_field_of_the_json_is_documented(digits, converted):
    document = json.loads((digits / "report" / "report.json").read_text())
    page = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    for part, fields in (
        ("Fields", {*document, "folder"}),
        ("Exactness", {*document["exactness"], "board"}),
        ("Sizes", set(document["sizes"]["total"])),
        ("Resources", {"source", *(source.value for source in Source)}),
    ):
        rows = page.split(f"\n## {part}\n")[1].split("\n## ")[0]
        told = re.findall(r"^\|(.*?)\|", rows, re.M)
        assert {name for cell in told for name in re.findall(r"`(.*?)`", cell)} == fields


def test_a_model_file_of_unknown_data_is_compared_on_random_inputs(digits, converted, tmp_path):
    (tmp_path / "mine.keras").write_bytes((digits / "model.keras").read_bytes())
    done = convert("mine.keras", "--no-csim", "--samples", 50, "--backend", "Vivado", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "note: samples are random: the model's data set is unknown" in done.stdout
    assert "0 of 500 integer logits differ (Keras, integer network)" in done.stdout
    same = IntegerNetwork.load(tmp_path / "runs/mine/network.npz")
    x = np.random.default_rng(0).random((20, *same.input.shape))
    expected = IntegerNetwork.load(digits / "network.npz").predict(x)
    np.testing.assert_array_equal(same.predict(x), expected)


def test_an_integer_network_is_converted_without_its_keras_model(digits, converted, tmp_path):
    (tmp_path / "mine.npz").write_bytes((digits / "network.npz").read_bytes())
    words = ["mine.npz", "--data", "digits", "--rtl"]
    done = convert(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    own = next(line for line in converted.stdout.splitlines() if line.startswith("accuracy"))
    assert own in done.stdout
    assert "logits differ (integer network, C-simulation, RTL simulation)" in done.stdout
    page = (tmp_path / "runs/mine/report/report.md").read_text()
    assert "| Hardware computes what the integer network computes | yes, 0 of " in page
    refused = convert("mine.npz", "--no-csim", cwd=tmp_path)
    assert refused.returncode == 1
    assert "mine.npz holds no Keras model to compare with: leave out `--no-csim`" in refused.stderr


def test_an_npz_file_that_is_no_network_is_named(tmp_path):
    np.savez(tmp_path / "data.npz", x_train=np.zeros(3))
    done = convert("data.npz", cwd=tmp_path)
    assert done.returncode == 1 and "data.npz is no valid network.npz" in done.stderr


def test_verilog_is_simulated_and_synthesized(digits, converted, tmp_path):
    done = convert(digits, "--output", tmp_path, "--no-csim", "--yosys", "xilinx", "--samples", 50,
                   cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "0 of 500 integer logits differ (Keras, integer network, RTL simulation)" in done.stdout
    assert "LUT" in done.stdout and "(yosys)" in done.stdout and "2 (measured)" in done.stdout
    assert (tmp_path / "rtl" / "top.v").is_file()
    assert "| 64 integers of " in (tmp_path / "rtl" / "README.md").read_text()
    assert "vitis_hls -f build_prj.tcl" in (tmp_path / "hls" / "README.md").read_text()
    page = (tmp_path / "report" / "report.md").read_text()
    assert "| xilinx | layer_1 |" in page and "| xilinx | whole network, flattened |" in page


def test_a_tool_at_its_limit_is_an_error_and_the_rest_of_the_report_stays(digits, tmp_path):
    done = convert(digits, "--output", tmp_path, "--no-csim", "--yosys", "xilinx", "--samples", 50,
                   "--tool-seconds", 0.01, cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 1
    page = (tmp_path / "report" / "report.md").read_text()
    for step in ("simulating Verilog for xilinx", "synthesizing Verilog for xilinx"):
        failure = f"{step}: Yosys reached its time limit of 0.01 s"
        assert failure in done.stderr and failure in page
    # Verilog that was not simulated is not called exact.
    assert "0 of 500 integer logits differ (Keras, integer network)" in done.stdout
    assert "(estimate)" in page and "(measured)" not in page


def test_designs_for_each_target_stand_side_by_side(digits, tmp_path):
    done = convert(digits, "--output", tmp_path, "--no-csim", "--yosys", "ecp5", "--generic-rtl",
                   "--stage-delay", 4, "--pnr", "--samples", 50, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "(nextpnr)" in done.stdout
    assert (tmp_path / "rtl" / "ecp5" / "top.v").is_file()
    assert "CCU2C" not in (tmp_path / "rtl" / "generic" / "top.v").read_text()
    assert not (tmp_path / "rtl" / "top.v").exists()


@pytest.mark.parametrize("arguments, message", [
    (["digits", "--yosys", "ice40"], "`--yosys` must be one of xilinx"),
    (["digits", "--optimize", "fast"], "`--optimize` must be one of cells, area, balanced, "
                                       "speed. Received: 'fast'"),
    (["digits", "--stage-delay", "0"], "`--stage-delay` must be > 0 ns"),
    (["nothing"], "no run folder, no .keras or .npz file and no pretrained network"),
    (["digits", "--backend", "Quartus"], "Quartus"),
    (["digits", "--project-name", "2fast"], "2fast"),
    (["digits", "--clock-period", "0"], "`clock_period` must be > 0"),
    (["digits", "--strategy", "Resource"], "Resource"),
    (["digits", "--data", "missing.npz"], "missing.npz"),
    (["digits", "--yosys", " ,"], "`--yosys` must name a target. Received: ' ,'"),
    (["digits", "--tool-seconds", "5"], "`--tool-seconds` is of Yosys and nextpnr"),
    (["digits", "--board-images", "5"], "`--board-images` is of a board: give `--board` too"),
    ([ROOT / "reports/results/networks/mnist-narrow-sparse-0.95-0.npz", "--input-bits", "4"],
     "are of models without an InputQuantizer: leave them out. Received: an integer network"),
])
def test_errors_are_clear(digits, arguments, message):
    done = convert(*arguments, cwd=digits.parents[1])
    assert done.returncode == 1 and message in done.stderr


def test_verilog_that_cannot_be_is_refused_before_any_work(digits, tmp_path):
    (tmp_path / "mine.keras").write_bytes((digits / "model.keras").read_bytes())
    done = convert("mine.keras", "--time-multiplex", cwd=tmp_path)
    assert done.returncode == 1 and "`time_multiplex` is for dense layers of more" in done.stderr
    assert not (tmp_path / "runs/mine/hls").exists()


def test_an_unfinished_run_says_how_to_finish_it(tmp_path):
    (tmp_path / "runs/half").mkdir(parents=True)
    done = convert("runs/half", cwd=tmp_path)
    assert done.returncode == 1 and "--resume --name half" in done.stderr


def test_a_truncated_model_is_named(digits, tmp_path):
    content = (digits / "model.keras").read_bytes()
    (tmp_path / "half.keras").write_bytes(content[: len(content) // 2])
    done = convert("half.keras", cwd=tmp_path)
    assert done.returncode == 1 and "half.keras cannot be loaded" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_synthesis_without_a_vendor_tool_names_the_program(digits):
    done = convert("digits", "--no-csim", "--vendor", cwd=digits.parents[1],
                   PATH=os.path.dirname(sys.executable))
    assert done.returncode == 1 and "vitis_hls" in done.stderr


def test_a_missing_compiler_is_named(digits):
    done = convert("digits", cwd=digits.parents[1], PATH=os.path.dirname(sys.executable))
    assert done.returncode == 1 and "g++" in done.stderr and "apt install" in done.stderr


def test_options_of_the_version_before_work_with_a_warning(tmp_path):
    done = convert("nothing.keras", "--synth", "ecp5", "--fold-dense", cwd=tmp_path)
    assert done.returncode == 1 and "nothing.keras" in done.stderr
    assert "--synth is called --yosys now" in done.stderr
    assert "--fold-dense is called --time-multiplex now" in done.stderr
