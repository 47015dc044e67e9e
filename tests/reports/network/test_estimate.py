from pathlib import Path

import numpy as np
import pytest

from hls_projects.kinds import Add, Dense, Head, Layer, Role
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.estimate import estimate
from qkeras_models.cost import position_model
from qkeras_models.cost.lut_model import fit_record
from reports.network.estimate import (
    DESIGN,
    LARGEST_FITTED,
    error_note,
    estimated_resources,
    position_note,
)
from reports.network.report_tables import resource_table
from reports.records.record import Figure, Source
from reports.records.results_file import load_records
from tests.hls_projects.branches import branched
from tests.hls_projects.networks import image_network
from tests.hls_projects.zoo import ZOO

ROOT = Path(__file__).parents[3]


class Other(Layer):
    kind = "softmax"
    role = Role.POOL

    def output_shape(self, input_shape):
        return input_shape

    def output_range(self, lowest, highest):
        return lowest, highest


def network(*before):
    rng = np.random.default_rng(0)
    weights = rng.integers(-1, 2, (30, 4)).astype(np.int8)
    head = Head(np.zeros(4, np.int32))
    return IntegerNetwork(InputFormat(2, False, 0.25, (30,)), (*before, Dense(weights), head))


def image():
    return image_network((4, 4, 1), [(2, (3, 3), (1, 1), "same")])


def test_the_table_states_the_estimate_its_source_and_its_error():
    found, record = estimate(network()), fit_record()
    figures = estimated_resources(network())[DESIGN]
    assert (figures["luts"].value, figures["ffs"].value) == (found.luts, found.ffs)
    assert found.luts > 0
    assert {figure.source for figure in figures.values()} == {Source.ESTIMATE}
    text = resource_table({DESIGN: figures}).to_markdown()
    assert f"{found.luts} (estimate)" in text
    assert f"{DESIGN} (LUT, FF): mean and worst error against Yosys" in text
    assert f"on {len(record['held_out'])} networks outside the fit: LUT " in text
    assert "n/a: convert.py measures latency and interval with --rtl" in text
    measured = {"latency_cycles": Figure(3, "cycles", Source.MEASURED)}
    assert "n/a: " not in resource_table({DESIGN: figures, "RTL": measured}).to_markdown()
    for key, label in (("luts", "LUT"), ("ffs", "FF")):
        mean, worst = record[f"{key}_mean_error"], record[f"{key}_worst_error"]
        assert f"{label} {mean:.1%}, {worst:.1%}" in text
    assert figures["positions"].value == found.positions > found.luts
    assert f"{found.positions} (estimate)" in text
    record = position_model.fit_record()
    mean, worst = record["positions_mean_error"], record["positions_worst_error"]
    assert f"{DESIGN} (LUT positions): of a design written for cells; mean and worst" in text
    assert f"16 networks outside the fit: {mean:.1%}, {worst:.1%}" in text


def test_other_networks_than_the_fits_say_so():
    figures = estimated_resources(image())[DESIGN]
    note = figures["luts"].note
    assert note == figures["ffs"].note
    assert figures["brams"].value == figures["dsps"].value == 0
    others = "fitted on dense networks, not on convolutional ones; "
    assert note.startswith(f"{others}forty-two of them, ")
    assert figures["positions"].note.startswith(f"{others}thirty-eight of them, ")
    assert error_note(12_704, False).startswith("mean and worst error")
    assert error_note(12_705, False) == (
        "larger than any network of the fit; two dense ones synthesized: LUT +17 % (52,544 "
        "nonzeros) and +5 % (33,941 nonzeros)"
    )
    assert "| random-16-i1-a1-s0 | 12,704 |" in (ROOT / "docs/estimate.md").read_text()


@pytest.mark.parametrize("method, error, of_positions, nonzeros", [
    ("binary", "+17 %", "+21 %", "52,544"), ("ternary", "+5 %", "+5 %", "33,941"),
])
def test_errors_on_larger_networks_are_those_of_the_records(
    method, error, of_positions, nonzeros
):
    results = ROOT / "reports/results"
    (record,) = (
        record for record in load_records(results / "mnist.json")
        if (record.network, record.method) == ("mnist-narrow", method)
    )
    found = estimate(IntegerNetwork.load(results / record.network_file))
    assert record.sources["luts"] == "yosys"
    assert f"{found.luts / record.luts - 1:+.0%}".replace("%", " %") == error
    assert f"{record.nonzeros:,}" == nonzeros
    assert f"{error} ({nonzeros} nonzeros)" in error_note(LARGEST_FITTED + 1, False)
    assert f"{found.positions / record.positions - 1:+.0%}".replace("%", " %") == of_positions
    assert f"{of_positions} ({nonzeros} nonzeros)" in position_note(LARGEST_FITTED + 1, False)


def test_errors_on_convolutional_networks_are_those_of_the_records():
    results = ROOT / "reports/results"
    synthesized = [
        record for name in ("mnist", "cifar10") for record in load_records(results / f"{name}.json")
        if record.sources.get("luts") == "yosys, sum"
    ]
    networks = {
        "lenet5", "mnist-stream", "mnist-streams", "cnv", "cifar-vgg16", "cifar-vgg32",
        "cifar-vgg64",
    }
    assert {record.network for record in synthesized} == networks and len(synthesized) == 42
    found = [estimate(IntegerNetwork.load(results / record.network_file)) for record in synthesized]
    for key, label in (("luts", "LUT"), ("ffs", "FF")):
        errors = [
            getattr(estimated, key) / getattr(record, key) - 1
            for estimated, record in zip(found, synthesized, strict=True)
        ]
        span = f"{100 * min(errors):+.1f} to {100 * max(errors):+.1f} %".replace("-", "−")
        assert f"{label} {span}" in error_note(1, True)
    counted = [
        estimated.positions / record.positions - 1
        for estimated, record in zip(found, synthesized, strict=True)
        if record.positions is not None
    ]
    span = f"{100 * min(counted):+.1f} to {100 * max(counted):+.1f} %".replace("-", "−")
    assert len(counted) == 38 and span in position_note(1, True)


def test_errors_on_branched_networks_are_those_of_the_page():
    page = (ROOT / "docs/estimate.md").read_text(encoding="utf-8")
    part = page.split("<!-- by benchmarks/graph_estimates.py -->")[1].split("<!--")[0]
    cells = [[cell.strip().replace(",", "") for cell in line.split("|")[1:-1]]
             for line in part.splitlines() if line.startswith("|")][2:]
    counted = np.array([row[1:4] + row[5:7] + row[8:10] for row in cells], float)
    nonzeros, netlist, found = counted[:, 0], counted[:, 1::2], counted[:, 2::2]
    mean, worst = (at(abs(found / netlist - 1), axis=0) for at in (np.mean, np.max))
    luts, positions, ffs = (f"{m:.1%}, {w:.1%}" for m, w in zip(mean, worst, strict=True))
    others = f"{len(cells)} others of at most {int(nonzeros.max()):,} nonzeros"
    assert error_note(1, True, True) == error_note(1, False, True)
    assert f"{others}, mean and worst error: LUT {luts}; FF {ffs}" in error_note(1, False, True)
    assert f"{others}, mean and worst error: {positions}" in position_note(1, False, True)


def test_networks_with_branches_have_an_estimate_and_say_how_far_off_it_is():
    dense, images = branched(), image()
    twice = (0, 0), (1, 1)
    sources = tuple((i - 1,) for i in range(len(images.layers)))
    stream = IntegerNetwork(
        images.input,
        (*images.layers[:2], Add(*twice), *images.layers[2:]),
        sources=(*sources[:2], (1, 1), *((i,) for i in range(2, len(sources)))),
    )
    for found, nonzeros in ((dense, dense.nonzeros), (stream, stream.nonzeros)):
        figures = estimated_resources(found)[DESIGN]
        assert figures["luts"].value > 0 and figures["ffs"].value > 0
        assert figures["luts"].note == figures["ffs"].note == error_note(nonzeros, True, True)
        assert figures["positions"].note == position_note(nonzeros, True, True)
    assert estimated_resources(images)[DESIGN]["luts"].note == error_note(1, True)


def test_positions_of_the_reproductions_networks_are_near_those_of_their_netlists():
    """Networks that no fit has seen, up to the size of the fit's largest."""
    results = ROOT / "reports/results"
    errors, limited = [], []
    for record in load_records(results / "mnist.json"):
        if record.positions is None or record.nonzeros > LARGEST_FITTED:
            continue
        if record.network not in ("lenet5", "mnist-stream", "mnist-streams"):
            found = estimate(IntegerNetwork.load(results / record.network_file))
            kind = limited if record.network == "mnist-fast" else errors
            kind.append(found.positions / record.positions - 1)
    errors = np.abs(errors)
    # A layer whose neurons are one LUT each is beyond what was fitted: docs/estimate.md says so.
    assert len(errors) == 63 and len(limited) == 3 and -0.14 < min(limited) < max(limited) < -0.1
    assert np.mean(errors) <= 0.05 and max(errors) <= 0.12


def test_a_network_that_rtl_does_not_have_is_not_estimated():
    assert estimated_resources(network(Other())) == {}


def test_comparators_of_features_have_a_row_of_their_own():
    figures = estimated_resources(ZOO["thermometer"])[DESIGN]
    found = estimate(ZOO["thermometer"])
    assert figures["encoder_luts"].value == found.encoder_luts < figures["luts"].value
    text = resource_table({DESIGN: figures}).to_markdown()
    assert "of the LUTs, those that compare inputs with constants" in text
    assert f"| LUT of input comparators | {found.encoder_luts} (estimate) |" in text
    assert "encoder_luts" not in estimated_resources(network())[DESIGN]
