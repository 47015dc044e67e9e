"""What stands between HGQ2's trainings and the page: selection, harness, tables."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.hgq2.jets import STEP, Jets
from benchmarks.hgq2.page import (
    MARK,
    OwnPoint,
    cheapest_rival,
    comparison_table,
    own_points,
    verdict,
    write_page,
)
from benchmarks.hgq2.selection import (
    ACCURACIES,
    NAME,
    Checkpoint,
    calibrated_front,
    checkpoints,
    read_checkpoint,
    select,
)
from benchmarks.hgq2.verilog_check import harness, logit_format, verilog_logits
from hls_projects.tools.synthesis import Cells
from reports.records.results_file import NetworkRecord, load_records

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "reports" / "results" / "hgq2.json"

CHECKPOINTS = st.lists(
    st.builds(
        Checkpoint,
        st.just(Path("x")),
        st.integers(0, 99),
        st.integers(9000, 10000).map(lambda hundredths: hundredths / 10000),
        st.integers(0, 10**6),
    ),
    max_size=20,
)


@given(CHECKPOINTS, st.lists(st.floats(0.9, 1.0), max_size=4))
def test_the_cheapest_checkpoint_that_reaches_a_target_is_selected(found, targets):
    chosen = select(found, targets)
    for target in targets:
        reached = [c.ebops for c in found if c.validation_accuracy >= target]
        assert (target in chosen) == bool(reached)
        if reached:
            assert chosen[target].validation_accuracy >= target
            assert chosen[target].ebops == min(reached)


@pytest.mark.parametrize("accuracy", [0.0, 0.97405, 1.0])
def test_a_name_as_the_pareto_front_writes_it_is_read_back(tmp_path, accuracy):
    (tmp_path / NAME.format(epoch=7, val_accuracy=accuracy, ebops=12345)).touch()
    (found,) = checkpoints(tmp_path)
    assert (found.epoch, found.ebops) == (7, 12345)
    assert abs(found.validation_accuracy - accuracy) < 1e-4


def test_the_accuracy_of_the_calibrated_network_counts(tmp_path):
    name = NAME.format(epoch=3, val_accuracy=0.99, ebops=5)
    (tmp_path / "front").mkdir()
    (tmp_path / "front" / name).touch()
    (tmp_path / ACCURACIES).write_text(json.dumps({name: 0.95}))
    assert select(calibrated_front(tmp_path), [0.96]) == {}


def test_another_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Received: 'model.keras'"):
        read_checkpoint(tmp_path / "model.keras")


# A module as da4ml writes it: inputs and outputs registered, values of their own widths side by
# side.  a − b of two one-bit inputs, and a + c / 4.
PIPELINE = """
module network(input clk, input [2:0] model_inp, output reg [4:0] model_out);
reg [2:0] stage0_inp;
wire [1:0] difference = {1'b0, stage0_inp[0]} - {1'b0, stage0_inp[1]};
always @(posedge clk) begin
    stage0_inp <= model_inp;
    model_out <= {stage0_inp[0], 1'b0, stage0_inp[2], difference};
end
endmodule
"""
FORMATS = {"inputs": [[0, 1, 0], [0, 0, 0], [0, 1, 0], [0, 1, 0]],
           "outputs": [[1, 1, 0], [0, 1, 2]], "stages": 1}


def test_simulated_verilog_gives_the_integers_of_the_logits(tmp_path):
    x = np.array([[a, skipped, b, c] for a in (0, 1) for skipped in (0, 1) for b in (0, 1)
                  for c in (0, 1)])
    (tmp_path / "network.v").write_text(PIPELINE)
    received, latency = verilog_logits(tmp_path / "network.v", FORMATS, x, tmp_path)
    a, b, c = x[:, 0], x[:, 2], x[:, 3]
    assert logit_format(FORMATS["outputs"]) == (4, 2)
    np.testing.assert_array_equal(received, np.stack([4 * (a - b), 4 * a + c], axis=1))
    assert latency == 2


# a + b of two signed inputs of three bits, between them one that is not used.
SUM = """
module network(input clk, input [5:0] model_inp, output reg [3:0] model_out);
reg signed [2:0] a, b;
always @(posedge clk) begin
    {b, a} <= model_inp;
    model_out <= a + b;
end
endmodule
"""


def test_inputs_of_several_bits_are_signed_and_side_by_side(tmp_path):
    formats = {"inputs": [[1, 1, 1], [0, 0, 0], [1, 1, 1]], "outputs": [[1, 2, 1]], "stages": 1}
    x = np.random.default_rng(0).integers(-4, 4, (200, 3))
    (tmp_path / "network.v").write_text(SUM)
    received, _ = verilog_logits(tmp_path / "network.v", formats, x, tmp_path)
    np.testing.assert_array_equal(received, x[:, [0]] + x[:, [2]])


def test_inputs_of_two_formats_are_refused():
    with pytest.raises(ValueError, match="of one format"):
        harness([[0, 1, 1], [0, 1, 0]], [[1, 1, 0]], 1)


def test_jets_of_an_epoch_are_all_jets_in_another_order(tmp_path):
    x, y = np.arange(160).reshape(10, 16).astype(np.int16), np.arange(10).astype(np.uint8)
    arrays = {f"{name}_{part}": array for part in ("train", "validation", "test")
              for name, array in (("x", x), ("y", y))}
    np.savez(tmp_path / "jets.npz", **arrays, teacher_train=y[:, None] * np.ones(5, np.float32))
    jets = Jets(tmp_path / "jets.npz")
    batches, (validation, labels) = jets.load_batches(3, 0)
    np.testing.assert_array_equal(validation, x * STEP)
    drawn, (classes, teacher) = jets.epoch_of(batches, 1)
    assert drawn.shape == (3, 3, 16) and len(np.unique(classes)) == 9
    np.testing.assert_array_equal(drawn, x[classes] * STEP)
    np.testing.assert_array_equal(teacher[..., 0], classes)
    assert (jets.epoch_of(batches, 2)[1][0] != classes).any() and (labels == y).all()


def hgq2_record(**changes):
    record = {
        "network": "narrow", "test_accuracy": 0.97, "validation_accuracy": 0.968, "luts": 5000,
        "positions": 4000, "carries": 900, "ffs": 700, "nonzeros": 3000, "ebops": 9000,
        "latency_cycles": 4,
        "beta": 1e-5, "learning_rate": 3e-3, "epoch": 9, "epochs": 66, "cpu_seconds": 99.0,
        "stages": 3, "adder_depth": 17, "logits_that_differ": 0, "verilog_logits_that_differ": 0,
        "logits": 100000,
    }
    return record | changes


OWN = OwnPoint("ours", 0.975, 0.973, 4000, 3500, 3600, 500, 1200)


def test_a_rival_is_the_smallest_of_no_less_accuracy():
    records = [hgq2_record(positions=1), hgq2_record(positions=9, test_accuracy=0.98),
               hgq2_record(positions=7, test_accuracy=0.975)]
    assert cheapest_rival(records, 0.975)["positions"] == 7
    assert cheapest_rival(records, 0.99) is None
    found = verdict(records, [OWN])
    assert "test accuracy takes 7, 0.00 times" in found
    assert "reached its validation accuracy" in found
    assert "reached its test accuracy with none" in verdict(records[:1], [OWN])


def test_our_networks_are_small_ones_of_full_trainings():
    kinds = [("mnist-small", "sparse", 0, False, 9, 8),
             ("mnist-small", "sparse", 1, False, 9, 10),
             ("mnist-small", "sparse", 2, False, 99_999, 99),
             ("mnist-small", "sparse", 3, True, 9, 99),
             ("mnist-small", "binary", 0, False, 9, 99),
             ("sfc", "sparse", 0, False, 9, 99)]
    sources = {"test_accuracy": "measured", "validation_accuracy": "measured",
               "nonzeros": "counted", "luts": "yosys", "ffs": "yosys"}
    records = [
        NetworkRecord(
            network, method, seed, 0.98, quick, test_accuracy=0.98, validation_accuracy=0.97,
            nonzeros=nonzeros, luts=luts, ffs=7, sources=sources,
        )
        for network, method, seed, quick, nonzeros, luts in kinds
    ]
    (point,) = own_points(records, lambda record: Cells(record.luts, positions=record.luts))
    assert point.name == "mnist-small, 98 % asked for, mean of 2 seeds"
    assert (point.luts, point.positions, point.test_accuracy) == (9, 9, 0.98)


def test_the_page_keeps_its_text_and_sorts_by_positions(tmp_path):
    page = tmp_path / "hgq2.md"
    page.write_text("Text.\n" + MARK + "old")
    write_page(page, tmp_path / "hgq2.svg", [hgq2_record()], [hgq2_record()], [OWN])
    text = page.read_text()
    assert text.startswith("Text.\n" + MARK) and "old" not in text
    assert text.index("| **ours** |") < text.index("784-64-32-10 |")
    assert "<svg" in (tmp_path / "hgq2.svg").read_text()


def test_the_committed_page_is_made_from_the_committed_records():
    found = json.loads(RESULTS.read_text())
    records, own = found["records"], [OwnPoint(**point) for point in found["own"]]
    text = (ROOT / "docs" / "hgq2.md").read_text()
    for record in records:
        assert record["logits_that_differ"] == record["verilog_logits_that_differ"] == 0
        row = comparison_table([record], []).to_markdown().splitlines()[-1]
        assert row in text
    measured = {point.name: point.test_accuracy for point in own}
    recorded = load_records(RESULTS.with_name("mnist.json"))
    for point in own_points(recorded, lambda record: Cells(positions=0)):
        assert measured[point.name] == pytest.approx(point.test_accuracy)
    for point in own:
        row = comparison_table([], [point]).to_markdown().splitlines()[-1]
        assert row.replace("\\*", "*") in text
        assert verdict(records, [point]) in text
