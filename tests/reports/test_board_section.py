"""What report.md and the command say of a board."""

from reports.command import main
from reports.network.report import write_report
from tests.commands import in_process
from tests.hls_projects.networks import network


def test_a_board_that_is_none_is_refused_at_once(tmp_path):
    done = in_process(main, "mnist-small", "--board", "ulx4s", cwd=tmp_path)
    assert done.returncode == 1 and "`--board` must be one of colorlight-i5" in done.stderr
    done = in_process(main, "mnist-small", "--self-test", 3, cwd=tmp_path)
    assert done.returncode == 1 and "`--self-test` is of a board" in done.stderr
    words = ["mnist-small", "--board", "ulx3s-12f"]
    done = in_process(main, *words, "--self-test", 600, cwd=tmp_path)
    assert done.returncode == 1 and "`--self-test` must be 0 to 512" in done.stderr
    done = in_process(main, *words, "--board-images", 0, cwd=tmp_path)
    assert done.returncode == 1 and "`--board-images` must be at least 1" in done.stderr


BOARD = {
    "line": "routed for b: 0 of 400 logits", "board": "b", "device": "LFE5U-12F",
    "luts": {"layer_1": 1200, "wrapper": 300}, "ffs": {"layer_1": 7, "wrapper": 8},
    "available": 24_288, "image": "../board/placed.png",
}


def test_the_page_shows_cells_of_each_layer_and_the_placed_design(tmp_path):
    made = network((16, 8, 4))
    exactness = {"logits": 400, "mismatches": 0, "board": BOARD}
    write_report(tmp_path, made, model_name="m", exactness=exactness)
    page = (tmp_path / "report" / "report.md").read_text()
    assert "## On b" in page and "routed for b: 0 of 400 logits" in page
    assert "| layer_1 | 1,200 | 7 |" in page.replace("\\_", "_")
    assert "| total | 1,500 | 15 |" in page and "LFE5U-12F has 24,288 of each" in page
    assert "](../board/placed.png)" in page
    write_report(tmp_path, made, model_name="m")
    assert "## On" not in (tmp_path / "report" / "report.md").read_text()


def test_the_wrapper_between_streams_is_written(tmp_path):
    network((16, 8, 4)).save(tmp_path / "mine.npz")
    words = ["mine.npz", "--wrapper", "axis", "--samples", 20, "--no-prove"]
    done = in_process(main, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "runs" / "mine" / "axis"
    assert {path.name for path in folder.iterdir()} == {
        "network_axis.v", "network.v", "package_ip.tcl", "pynq-z2.tcl", "kv260.tcl",
        "streams.json", "driver.py", "README.md"}
    assert "16 beats a sample" in (folder / "README.md").read_text()
    done = in_process(main, "mine.npz", "--wrapper", "apb", cwd=tmp_path)
    assert done.returncode == 1
    assert "`--wrapper` must be axis or hls. Received: 'apb'" in done.stderr


def test_a_black_box_of_hls_is_written(tmp_path):
    network((16, 8, 4)).save(tmp_path / "mine.npz")
    words = ["mine.npz", "--wrapper", "hls", "--samples", 20, "--no-prove"]
    done = in_process(main, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in (tmp_path / "runs" / "mine" / "blackbox").iterdir()}
    assert names == {"mine_rtl.v", "network.v", "mine_rtl.h", "mine_rtl.cpp", "mine_rtl.json",
                     "README.md"}
    done = in_process(main, *words, "--io-type", "io_stream", cwd=tmp_path)
    assert done.returncode == 1 and "`--wrapper hls`" in done.stderr and "io_stream" in done.stderr
