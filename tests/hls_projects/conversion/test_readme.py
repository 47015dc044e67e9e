"""What the README beside Verilog says of its ports."""

from hls_projects.conversion.readme import write_rtl_readme
from hls_projects.families import XILINX
from hls_projects.rtl import RtlDesign


def test_the_latency_of_an_image_has_its_condition(tmp_path):
    design = RtlDesign(tmp_path / "top.v", 64, 2, 10, 9, 123, 0, 0, 0, (), pixels=16)
    write_rtl_readme(design, XILINX)
    text = " ".join((tmp_path / "README.md").read_text().split())
    assert "16 pixels make an image" in text and "4 integers of 2 bits" in text
    assert "come 123 cycles after its first pixel where its pixels come without gaps and no" in text
    assert "as often as images enter, though some cycles later" in text
