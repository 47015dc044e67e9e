"""The RTL black box: its handshake in Icarus with random pauses, its C model through g++."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pyosys
import pytest

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.rtl import write_rtl
from hls_projects.rtl.emit.blackbox import with_clock_enable, write_blackbox
from tests.hls_projects.networks import image_network, network
from tests.hls_projects.zoo import random_inputs

NET = network((24, 8, 6, 4), bits=2, signed=True, input_bits=3, seed=2)
BENCH = """\
module bench;
reg clk = 0, rst = 1, ce = 0, start = 0, go = 0;
reg [{x_high}:0] samples [0:{last}];
reg [{y_high}:0] results [0:{last}];
wire ready, done, idle, valid;
wire [{y_high}:0] y;
integer sent = 0, got = 0, wrong = 0, cycles = 0;
{name} box(.ap_clk(clk), .ap_rst(rst), .ap_ce(ce), .ap_start(start), .ap_continue(go),
    .ap_idle(idle), .ap_ready(ready), .ap_done(done),
    .x(start ? samples[sent] : {{{x_bits}{{1'bx}}}}), .y(y), .y_ap_vld(valid));
initial begin
    $readmemb("x.txt", samples); $readmemb("y.txt", results);
    repeat (3) begin #1 clk = 1; #1 clk = 0; end
    rst = 0;
    while (got <= {last} && cycles < 100000) begin
        ce = {ce}; go = {go}; start = sent <= {last} && {start};
        #1;
        if (ce && go && done) begin
            if (y !== results[got] || !valid || idle) wrong = wrong + 1;
            got = got + 1;
        end
        if (ready) begin #0 clk = 1; #1 sent = sent + 1; end else begin #0 clk = 1; #1; end
        clk = 0; cycles = cycles + 1;
    end
    #1 start = 0; #1;
    $display("%0d results, %0d wrong, %0d cycles, idle %0d", got, wrong, cycles, idle);
    $finish;
end
endmodule
"""


def bits(numbers, width):
    """Rows of integers as binary words, the first integer lowest."""
    return "\n".join(
        "".join(format(int(n) & ((1 << width) - 1), f"0{width}b") for n in row[::-1])
        for row in numbers
    )


def run(folder, design, x, y, **pauses):
    if not shutil.which("iverilog"):
        pytest.skip("iverilog is not installed")
    x_bits, y_bits = design.inputs * design.input_bits, design.classes * design.logit_bits
    (folder / "bench.v").write_text(BENCH.format(
        name="net_rtl", last=len(x) - 1, x_bits=x_bits, x_high=x_bits - 1, y_high=y_bits - 1,
        **pauses))
    (folder / "x.txt").write_text(bits(x, design.input_bits))
    (folder / "y.txt").write_text(bits(y, design.logit_bits))
    models = next(Path(pyosys.__file__).parent.rglob("xilinx/cells_sim.v"))
    for command in (["iverilog", "-g2005-sv", "-o", "s", "-s", "bench", "bench.v", "net_rtl.v",
                     "network.v", str(models)], ["vvp", "-n", "s"]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("options", [{}, {"optimize": "speed", "clock_period": 1000.0}])
def test_results_are_numpys_whatever_pauses(tmp_path, options):
    x = random_inputs(NET, 100)
    design = write_rtl(NET, tmp_path / "rtl", **options)
    write_blackbox(design, tmp_path, project="net")
    y = NET.predict_integers(x)
    always = {"ce": "1", "go": "1", "start": "1"}
    found = run(tmp_path, design, x, y, **always)
    assert f"100 results, 0 wrong, {100 + design.latency} cycles, idle 1" in found
    rarely = dict.fromkeys(("ce", "go", "start"), "$random")
    assert "100 results, 0 wrong" in run(tmp_path, design, x, y, **rarely)
    assert "100 results, 0 wrong" not in run(tmp_path, design, x, y + 1, **rarely)


def test_every_register_waits_for_the_clock_enable(tmp_path):
    text = with_clock_enable(write_rtl(NET, tmp_path, stage_delay=1.0).verilog.read_text())
    assert text.count("always @(posedge clk) if (ce)") == text.count("posedge clk") > 4
    assert text.count("input ce,") == len(re.findall(r"(?m)^module", text))


def test_the_description_names_ports_and_files_that_are_there(tmp_path):
    design = write_rtl(NET, tmp_path / "rtl")
    build_hls_model(NET, tmp_path / "hls", project_name="net").write()
    box = tmp_path / "blackbox"
    found = json.loads(write_blackbox(design, box, project="net").read_text())
    module = (box / "net_rtl.v").read_text()
    ports = [port for c in found["c_parameters"] for port in c["rtl_ports"].values()]
    for port in (*ports, *found["rtl_common_signal"].values()):
        assert re.search(rf"(input|output) (\[\d+:0\] )?{port}\b", module), port
    for file in (*found["rtl_files"], *(one["c_file"] for one in found["c_files"])):
        assert (box / file).is_file(), file


def test_the_c_model_computes_the_network(tmp_path):
    x = random_inputs(NET, 20)
    design = write_rtl(NET, tmp_path / "rtl")
    build_hls_model(NET, tmp_path / "hls", project_name="net").write()
    box = tmp_path / "blackbox"
    write_blackbox(design, box, project="net")
    x_bits, y_bits = design.inputs * design.input_bits, design.classes * design.logit_bits
    (box / "main.cpp").write_text(f"""\
#include <iostream>
#include <string>
#include "net_rtl.h"
int main() {{
    std::string word;
    while (std::cin >> word) {{
        ap_uint<{x_bits}> x; ap_uint<{y_bits}> y;
        for (int i = 0; i < {x_bits}; i++) x[{x_bits} - 1 - i] = word[i] == '1';
        net_rtl(x, &y);
        for (int i = {y_bits} - 1; i >= 0; i--) std::cout << int(y[i]);
        std::cout << "\\n";
    }}
}}
""")
    firmware = tmp_path / "hls/firmware"
    subprocess.run(["g++", "-std=c++14", f"-I{firmware}", f"-I{firmware}/ap_types", "-o", "model",
                    "main.cpp", "net_rtl.cpp", str(firmware / "net.cpp")], cwd=box, check=True)
    done = subprocess.run(["./model"], cwd=box, input=bits(x, design.input_bits),
                          capture_output=True, text=True, check=True)
    expected = bits(NET.predict_integers(x), design.logit_bits)
    assert done.stdout.split() == expected.split()


def test_streams_are_refused(tmp_path):
    design = write_rtl(image_network((4, 4, 1), [(2, (3, 3), (1, 1), "same")]), tmp_path)
    with pytest.raises(ValueError, match="--wrapper hls.*16 pixels"):
        write_blackbox(design, tmp_path / "box", project="net")
