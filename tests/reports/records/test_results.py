"""The committed results are those of the committed networks."""

import json
import re

import numpy as np
import pytest

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.csim import CSimulation
from reports.compare import results_page
from reports.experiments.network_plans import DATA
from reports.network.network_figures import encoded_bits
from reports.pages.page_markdown import page_markdown
from reports.records.results_file import load_records
from reports.records.spread import percent_text, spread_of
from tests.reports.right_answers import EXPECTED, RESULTS, answers, data_set, records

ROOT = RESULTS.parents[1]
PAGE = ROOT / "docs" / "results.md"
ANSWERS = json.loads(EXPECTED.read_text())
RECORDS = [
    pytest.param(name, record, id="-".join(map(str, record.key[:4]))) for name, record in records()
]


@pytest.mark.parametrize(("name", "record"), RECORDS)
def test_a_committed_network_is_that_of_its_record(name, record):
    """On the first images; `python -m tests.reports.right_answers` checks the accuracy of all."""
    network = IntegerNetwork.load(RESULTS / record.network_file)
    assert answers(network, name) == ANSWERS[record.network_file]
    assert (network.weights, network.nonzeros) == (record.weights, record.nonzeros)
    assert encoded_bits(network) == record.encoded_bits


@pytest.mark.parametrize("file", ["lenet5-sparse-0.98-0", "cifar-vgg16-sparse-0.98-0"])
def test_a_committed_convolutional_network_is_exact_in_csimulation(file, tmp_path):
    network = IntegerNetwork.load(RESULTS / f"networks/{file}.npz")
    x = data_set("mnist" if file.startswith("lenet5") else "cifar10").x_test[:50]
    simulation = CSimulation(build_hls_model(network, tmp_path))
    logits = simulation.predict(network.input.quantize(x))
    np.testing.assert_array_equal(logits, network.predict(x))


def test_every_committed_network_has_a_record():
    named = {RESULTS / param.values[1].network_file for param in RECORDS}
    assert named == set(RESULTS.glob("networks/*.npz"))


@pytest.mark.parametrize("name", DATA)
def test_the_committed_page_is_made_from_the_records(name):
    page = results_page(RESULTS / f"{name}.json", f"python -m reports.reproduce {name}")
    written = (RESULTS / f"{name}.md").read_text(encoding="utf-8")
    assert page_markdown(page, f"{name}-plots") == written


# Sparse ternary networks of the page of results: name there, architecture, wanted sparsity.
PAGE_ROWS = (
    ("mnist-narrow, 784-64-32-10", "mnist-narrow", 0.95),
    ("mnist-small, 784-256-64-10", "mnist-small", 0.98),
    ("mnist-small", "mnist-small", 0.95),
    ("sfc, 784-256-256-256-10", "sfc", 0.98),
    ("sfc", "sfc", 0.97),
    ("lfc, 784-1024-1024-1024-10", "lfc", 0.99),
    ("lfc", "lfc", 0.995),
    ("lfc", "lfc", 0.98),
    ("lenet5, 20c5-p2-50c5-p2-500-10", "lenet5", 0.98),
)


# Those of README's table: name there, architecture, wanted sparsity.
README_ROWS = (
    ("mnist-small: 784-256-64-10", "mnist-small-averaged", 0.98),
    ("sfc: 784-256-256-256-10", "sfc-taught", 0.979),
    ("lfc: 784-1024-1024-1024-10", "lfc", 0.98),
)


class Shown:
    """Spreads of the records of one architecture of MNIST, as pages show them."""

    def __init__(self, network, sparsity):
        records = [r for r in load_records(RESULTS / "mnist.json") if r.network == network]
        self.records, self.sparsity = records, sparsity

    def figures(self, method, key, wanted=None):
        of = (r for r in self.records if (r.method, r.wanted_sparsity) == (method, wanted))
        return spread_of(getattr(r, key) for r in of)

    def accuracy(self, method, wanted=None):
        found = self.figures(method, "test_accuracy", wanted)
        return f"{percent_text(found)} %" if found else "–"

    def own(self, *keys):
        return {key: self.figures("sparse", key, self.sparsity) for key in keys}


def with_binarization(record):
    """LUTs with one more for each pixel that is used."""
    network = IntegerNetwork.load(RESULTS / record.network_file)
    first = next(layer for layer in network.layers if layer.kind == "dense")
    return record.luts + int((first.weights != 0).any(axis=1).sum())


@pytest.mark.parametrize(("name", "network", "sparsity"), README_ROWS)
def test_the_readme_shows_the_records(name, network, sparsity):
    shown = Shown(network, sparsity)
    own = shown.own("sparsity", "luts", "positions", "latency_ns")
    mine = [r for r in shown.records if (r.method, r.wanted_sparsity) == ("sparse", sparsity)]
    cells = (
        name,
        f"{100 * own['sparsity'].mean:.2f} %",
        shown.accuracy("sparse", sparsity),
        f"{round(own['luts'].mean):,}",
        f"{round(np.mean([with_binarization(record) for record in mine])):,}",
        f"{round(own['positions'].mean):,}",
        f"{round(own['latency_ns'].mean):,} ns",
        Shown(network.removesuffix("-averaged"), sparsity).accuracy("ternary"),
    )
    assert f"| {' | '.join(cells)} |" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "network", "dense", "sparsity"), [
    ("mnist-small", "mnist-small-averaged", "mnist-small", 0.98),
    ("sfc", "sfc-averaged", "sfc", 0.98),
    ("sfc", "sfc-averaged", "sfc", 0.975),
    ("sfc, taught", "sfc-taught", "sfc-taught", 0.979),
])
def test_the_page_of_results_shows_averaged_networks(name, network, dense, sparsity):
    shown = Shown(network, sparsity)
    own = shown.own("sparsity", "nonzeros", "luts")
    product = np.mean([
        record.fast_luts * record.fast_ns
        for record in shown.records
        if record.method == "sparse" and record.wanted_sparsity == sparsity
    ])
    cells = (
        name,
        shown.accuracy("sparse", sparsity),
        f"{100 * own['sparsity'].mean:.2f} %",
        f"{round(own['nonzeros'].mean):,}",
        f"{round(own['luts'].mean):,}",
    )
    (row,) = re.findall(
        rf"^\| {re.escape(' | '.join(cells))} \|.*", PAGE.read_text(encoding="utf-8"), re.M
    )
    equal = Shown(dense, None).accuracy("ternary")
    assert row.endswith(f" | {round(product):,} | {equal} |")


def test_the_stream_of_pixels_is_shown_as_its_records_have_it():
    shown = Shown("mnist-stream", 0.94)
    own = shown.own("sparsity", "nonzeros", "luts", "positions", "ffs", "latency_ns", "fmax_mhz")
    accuracy, positions = shown.accuracy("sparse", 0.94), f"{round(own['positions'].mean):,}"
    luts = f"{round(own['luts'].mean):,}"
    cells = (
        accuracy,
        f"{100 * own['sparsity'].mean:.2f} %",
        f"{round(own['nonzeros'].mean):,}",
        luts,
        positions,
        f"{round(own['ffs'].mean):,}",
        f"{round(own['latency_ns'].mean):,} ns",
        f"{round(own['fmax_mhz'].mean * 1e6 / 28**2, -4):,.0f}",
    )
    page = PAGE.read_text(encoding="utf-8")
    assert f"| {' | '.join(cells)} |" in page
    assert f"| {accuracy} in {positions} ([`mnist-stream`](#pixel-after-pixel)) | yes |" in page
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"{accuracy} in {luts} LUT cells and {positions} positions" in readme


def test_the_readme_shows_the_dense_equal():
    shown = Shown("mnist-small", 0.95)
    luts = f"{round(shown.figures('ternary', 'luts').mean):,}"
    cells = "mnist-small, dense ternary, estimated", "", shown.accuracy("ternary"), luts
    row = f"| {' | '.join(cells)} |".replace("|  |", "| |")
    assert row in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "network", "sparsity"), PAGE_ROWS)
def test_the_page_of_results_shows_the_records(name, network, sparsity):
    shown = Shown(network, sparsity)
    accuracy = shown.accuracy
    own = shown.own(
        "sparsity", "nonzeros", "luts", "latency_ns", "ratio_vs_binary", "ratio_vs_ternary"
    )
    cells = (
        name,
        accuracy("sparse", sparsity),
        f"{100 * own['sparsity'].mean:.2f} %",
        f"{round(own['nonzeros'].mean):,}",
        f"{round(own['luts'].mean):,}",
        f"{round(own['latency_ns'].mean):,} ns",
        f"{own['ratio_vs_binary'].mean:.1f}×",
        f"{own['ratio_vs_ternary'].mean:.1f}×",
        accuracy("binary"),
        accuracy("ternary"),
    )
    assert f"| {' | '.join(cells)} |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("record", load_records(RESULTS / "cifar10.json"), ids=lambda r: r.key)
def test_the_page_of_convolutions_shows_the_records(record):
    def cells(key):
        if key not in record.sources:
            return "–"
        estimated = " (estimate)" if record.sources[key] == "estimate" else ""
        return f"{getattr(record, key):,}{estimated}"

    asked = f", {100 * record.wanted_sparsity:.4g} % asked for" if record.wanted_sparsity else ""
    row = (
        record.network.removeprefix("cifar-vgg"),
        f"`{record.method}`{asked}",
        f"{100 * record.test_accuracy:.2f} %",
        f"{100 * record.sparsity:.2f} %",
        f"{record.nonzeros:,}",
        f"{record.ratio_vs_binary:.2f}×",
        f"{record.ratio_vs_ternary:.2f}×",
        cells("luts"),
        cells("ffs"),
    )
    text = (ROOT / "docs/convolutions.md").read_text(encoding="utf-8")
    assert f"| {' | '.join(row)} |" in text


def test_width_64_is_shown_as_its_records_have_it():
    found = {
        (r.method, r.wanted_sparsity): 100 * r.test_accuracy
        for r in load_records(RESULTS / "cifar10.json") if r.network == "cifar-vgg64"
    }
    sparse, ternary = found["sparse", 0.95], found["ternary", None]
    readme, page = ((ROOT / name).read_text(encoding="utf-8") for name in
                    ("README.md", "docs/results.md"))
    assert f"has {sparse:.1f} % at 95 % zeros, as with dense ternary weights" in readme
    assert f"{sparse:.1f}" == f"{ternary:.1f}"
    (further,) = (r for r in load_records(RESULTS / "cifar10.json") if r.wanted_sparsity == 0.972)
    own, smaller = 100 * further.test_accuracy, further.ratio_vs_binary
    assert (
        f"{smaller:.2f}× and {further.ratio_vs_ternary:.2f}× at {100 * further.sparsity:.1f} %, "
        f"{own:.2f} %: {found['binary', None] - own:.2f} points below binary, "
        f"{ternary - own:.2f} below ternary"
    ) in (ROOT / "docs/convolutions.md").read_text(encoding="utf-8")
    assert f"At 97 % it has {own:.1f} %, and its weights take 6 and 12 times fewer bits" in readme
    assert f"it has {own:.2f} % and is {smaller:.2f} times" in " ".join(page.split())
    assert " ".join((f"`cifar-vgg` of width 64 has {sparse:.2f} % at 95.4 % zeros, dense ternary "
                     f"{ternary:.2f} %, binary {found['binary', None]:.2f} %").split()) in (
        " ".join(page.split()))


def test_99_percent_on_cifar10_is_shown_as_its_record_has_it():
    found = {
        (r.network, r.method, r.wanted_sparsity): r
        for r in load_records(RESULTS / "cifar10.json") if r.seed == 0
    }
    own = found["cifar-vgg64", "sparse", 0.9887]
    accuracy = 100 * own.test_accuracy
    behind = 100 * found["cifar-vgg64", "ternary", None].test_accuracy - accuracy
    readme, results, page = (
        " ".join((ROOT / name).read_text(encoding="utf-8").split())
        for name in ("README.md", "docs/results.md", "docs/convolutions.md")
    )
    smaller = f"{own.ratio_vs_binary:.0f} and {own.ratio_vs_ternary:.0f} times"
    assert f"at 99 % {accuracy:.1f} % and {smaller}" in readme
    assert f"at 99.0 % zeros {accuracy:.2f} % and {own.ratio_vs_binary:.2f} times" in results
    assert f"gradual pruning give {accuracy:.2f} %, {behind:.2f} points below dense" in page
    assert f"It takes {own.luts:,} LUTs in {own.positions:,} positions" in page
    by_magnitude = [
        f"{100 * found[network, 'magnitude', 0.98].test_accuracy:.2f} %"
        for network in ("cnv", "cifar-vgg64")
    ]
    assert f"has {by_magnitude[0]} with `cnv` and {by_magnitude[1]} with width 64" in results


def test_the_page_of_results_shows_what_the_search_found():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    (sentence,) = re.findall(r"found smaller ones, one seed each: .*?\. ", text)
    shown = re.findall(r"([\d.]+) % in (\d[\d,]*\d)", sentence)
    found = {
        (f"{100 * record.test_accuracy:.2f}", f"{record.luts:,}")
        for record in load_records(RESULTS / "mnist.json")
        if record.network == "mnist-frontier"
    }
    assert len(shown) == 4 and set(shown) <= found


def test_the_networks_that_are_shown_were_synthesized():
    shown = {(network, sparsity) for _, network, sparsity in (*README_ROWS, *PAGE_ROWS)}
    for record in load_records(RESULTS / "mnist.json"):
        if record.method == "sparse" and (record.network, record.wanted_sparsity) in shown:
            assert record.sources["luts"].startswith("yosys")
