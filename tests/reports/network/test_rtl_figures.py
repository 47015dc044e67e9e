from dataclasses import replace

from hls_projects.conversion.rtl.verilog_design import VerilogDesign
from hls_projects.families import XILINX
from hls_projects.rtl import write_rtl
from hls_projects.tools.synthesis import Cells
from reports.network.rtl_figures import rtl_resources
from reports.records.record import Source
from tests.hls_projects.networks import image_network
from tests.hls_projects.zoo import ZOO


def figures(folder, name):
    design = write_rtl(ZOO[name], folder)
    modules = {"layer_1": Cells(luts=7), "layer_1_1": Cells(luts=2), "layer_10": Cells(luts=40),
               "layer_2": Cells(luts=30), "top": Cells()}
    written = VerilogDesign(XILINX, design, design.verilog, targets=("xilinx",),
                            modules={"xilinx": modules})
    return rtl_resources([written])["RTL, xilinx"]


def test_the_encoder_is_the_first_layers_modules(tmp_path):
    found = figures(tmp_path, "thermometer")
    encoder = found["encoder_luts"]
    assert (encoder.value, encoder.source) == (9, Source.YOSYS_SUM)
    assert "compare inputs with constants" in encoder.note
    assert found["luts"].value == 79


def test_networks_without_one_have_no_such_row(tmp_path):
    assert "encoder_luts" not in figures(tmp_path, "one_bit")


def test_what_verilog_does_not_hold_is_known_without_synthesis(tmp_path):
    design = write_rtl(ZOO["one_bit"], tmp_path)
    written = VerilogDesign(XILINX, design, design.verilog)
    found = rtl_resources([written])["RTL"]
    assert (found["brams"].value, found["brams"].source) == (0, Source.COUNTED)
    assert found["dsps"].value == 0
    # A ROM may become a block RAM.
    written = VerilogDesign(XILINX, replace(design, rom_bits=64), design.verilog)
    assert "brams" not in rtl_resources([written])["RTL"]


def test_images_of_a_stream_come_as_often_as_the_clock_lets_their_pixels_in(tmp_path):
    design = write_rtl(image_network((4, 4, 1), [(2, (3, 3), (1, 1), "same")]), tmp_path)
    written = VerilogDesign(XILINX, design, design.verilog, targets=("xilinx",))
    found = rtl_resources([written])["RTL, xilinx"]["images_a_second"]
    assert (found.value, found.source) == (round(1e9 / (16 * design.period)), Source.DELAYS)
    assert "images_a_second" not in figures(tmp_path, "one_bit")
