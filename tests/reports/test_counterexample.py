"""What report.md and the command say of an input that shows a fault of the Verilog."""

import json

from hls_projects.conversion.rtl import convert
from reports.command import main
from tests.commands import in_process
from tests.hls_projects.proof.broken import flipped_bit
from tests.hls_projects.zoo import ZOO


def test_a_fault_that_the_samples_do_not_show_is_drawn(tmp_path, monkeypatch):
    real = convert._write

    def broken(*args):
        design = real(*args)
        design.verilog.write_text(flipped_bit(design.verilog.read_text(), 0, 3))
        return design

    monkeypatch.setattr(convert, "_write", broken)
    ZOO["images"].save(tmp_path / "mine.npz")
    done = in_process(main, "mine.npz", "--rtl", "--samples", 2, cwd=tmp_path)
    assert done.returncode == 1, done.stdout
    folder = tmp_path / "runs" / "mine" / "report"
    (record,) = json.loads((folder / "counterexample.json").read_text())
    assert record["confirmed"] and record["layer"] == "dense_1"
    picture = "".join(f"  {row}\n" for row in record["picture"])
    assert picture in done.stderr and len(record["picture"]) == 4
    assert "simulation confirms it: logit" in done.stderr
    page = (folder / "report.md").read_text()
    assert "## Where hardware differs" in page and "](counterexample_xilinx.png)" in page
    assert (folder / "counterexample_xilinx.png").is_file()
    monkeypatch.undo()
    done = in_process(main, "mine.npz", "--rtl", "--samples", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not list(folder.glob("counterexample*"))
    assert "Where hardware differs" not in (folder / "report.md").read_text()
