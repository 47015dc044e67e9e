"""Hardware figures of recorded networks, measured again."""

import shutil

import pytest
from click.testing import CliRunner

from hls_projects.rtl import write_rtl
from reports.records.results_file import NetworkRecord, load_records, save_records
from reports.remeasure import main
from tests.hls_projects.networks import network

NET = network((24, 8, 4), bits=2)


@pytest.fixture
def results(tmp_path):
    (tmp_path / "networks").mkdir()
    NET.save(tmp_path / "networks" / "tiny.npz")
    hardware = {"luts": 1, "ffs": 2, "brams": 0, "dsps": 0}
    yosys = dict.fromkeys(hardware, "yosys")
    shared = {"network_file": "networks/tiny.npz", "test_accuracy": 0.5, "nonzeros": NET.nonzeros}
    counted = {"test_accuracy": "measured", "nonzeros": "counted"}
    records = [
        NetworkRecord("mnist-small", "sparse", 0, sources={**yosys, **counted}, **hardware,
                      **shared),
        NetworkRecord("mnist-small", "ternary", 0, luts=5,
                      sources={"luts": "estimate", **counted}, **shared),
    ]
    save_records(records, tmp_path / "mnist.json")
    return tmp_path / "mnist.json"


def measured(results, *options):
    done = CliRunner().invoke(main, [str(results), *options])
    return done, load_records(results)


def test_cells_positions_and_times_are_those_of_todays_verilog(results, tmp_path):
    done, (sparse, ternary) = measured(results)
    assert done.exit_code == 0, done.output
    design = write_rtl(NET, tmp_path / "again")
    assert sparse.luts >= design.luts and sparse.latency_ns == round(design.latency_ns, 1)
    fast = write_rtl(NET, tmp_path / "fast", optimize="balanced", clock_period=1e6)
    assert (sparse.fast_luts, sparse.fast_ns) == (fast.luts, round(fast.latency_ns, 2))
    assert (sparse.sources["fast_luts"], sparse.sources["fast_ns"]) == ("counted", "delay model")
    assert sparse.sources["positions"] == "yosys" and sparse.positions >= sparse.luts
    assert ternary.luts == 5 and ternary.positions is None, "estimates stay"
    assert (results.parent / "mnist.md").is_file()


def test_timing_alone_leaves_cells(results):
    done, (sparse, _) = measured(results, "--timing")
    assert done.exit_code == 0, done.output
    assert sparse.luts == 1 and sparse.latency_ns > 0 and sparse.fast_ns > 0
    assert sparse.sources["positions"] == "counted"
    assert measured(results, "--lacking")[0].exit_code == 1, "nothing is left"


def test_nothing_to_measure_is_an_error(results):
    done, _ = measured(results, "--only", "sfc")
    assert done.exit_code == 1 and "holds no synthesized network of ['sfc']" in done.output
    shutil.rmtree(results.parent / "networks")
    assert "error: " in measured(results)[0].output
