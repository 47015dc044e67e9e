import csv
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reports.comparison.compared_results import keep_training, networks_of_results
from reports.records.results_file import load_records, save_records
from tests.reports.compare_command import compare
from tests.reports.comparison_case import ACCURACIES, WIDTHS, record_of, write_case
from tests.reports.html_reader import read
from tests.reports.run_folder import write_run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    results = write_case(folder)
    assert compare("--results", results, "-o", folder / "out" / "page.html")[0] == 0
    return results, folder / "out"


def table_rows(markdown, heading):
    part = markdown.split(f"# {heading}\n", 1)[1].split("\n#", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_figure_of_the_page_is_a_records(made):
    results, out = made
    records = load_records(results)
    rows = table_rows((out / "page.md").read_text(), "Every network")
    assert len(rows) == len(records) == 3 * len(ACCURACIES) * len(WIDTHS)
    shown = {(row[0], row[1], row[2]): row for row in rows}
    assert len(shown) == len(records)
    for record in records:
        assert any(
            row[0] == record.network and row[2] == str(record.seed)
            and row[3] == f"{100 * record.test_accuracy:.2f}"
            and row[8] == (f"{record.encoded_bits:,}" if record.encoded_bits else "n/a")
            and row[13] == record.command
            for row in rows
        )


def test_html_and_markdown_hold_the_same_cells(made):
    _, out = made
    text = "".join(read((out / "page.html").read_text()).text).replace("\u00a0", " ")
    for heading in ("Claims", "Accuracy and size", "Every network", "Hardware"):
        for row in table_rows((out / "page.md").read_text(), heading):
            for cell in row:
                assert cell.replace("\\", "") in text


def test_all_sections_and_plots_are_there(made):
    markdown = (made[1] / "page.md").read_text()
    headings = [line[3:] for line in markdown.splitlines() if line.startswith("## ")]
    assert headings == ["Frontier", "Claims", "Accuracy and size", "Hardware",
                        "Where the zeros are", "Training", "Every network"]
    plots = sorted(path.stem for path in (made[1] / "page-plots").iterdir())
    assert plots == ["accuracy-luts", "accuracy-sparsity-0", "accuracy-sparsity-1",
                     "bits-entropy", "layer-sparsity-0", "layer-sparsity-1",
                     "shadow-weights-8", "training-8"]
    for name in plots:
        assert f"](page-plots/{name}.svg)" in markdown


def test_a_page_of_cifar10_has_its_own_claims_and_published_designs(tmp_path):
    figures = {"test_accuracy": 0.86, "weights": 200_000, "nonzeros": 4_000, "luts": 9_000}
    records = [
        record_of("cifar-vgg16", "ternary", 0, **figures),
        record_of("cifar-vgg16", "sparse", 0, wanted_sparsity=0.98, sparsity=0.98,
                  ratio_vs_binary=6.0, ratio_vs_ternary=12.0, **figures),
    ]
    save_records(records, tmp_path / "cifar10-quick.json")
    arguments = "--results", tmp_path / "cifar10-quick.json", "-o", tmp_path / "page.html"
    assert compare(*arguments) == (0, f"{tmp_path / 'page.html'}\n{tmp_path / 'page.md'}\n")
    markdown = (tmp_path / "page.md").read_text().replace("\u00a0", " ")
    claims = {row[0]: row[2] for row in table_rows(markdown, "Claims")}
    assert claims["98 % sparse within 2 points of dense ternary"] == "yes"
    assert "99 % sparse with at most 0.2 points lost" not in claims
    assert "FINN CNV W1A1" in markdown and "hls4ml ternary" not in markdown
    assert "FINN CNV W1A1" in (tmp_path / "page-plots" / "accuracy-luts.svg").read_text()


def test_the_same_records_give_the_same_page(made, tmp_path):
    results, out = made
    for _ in range(2):
        compare("--results", results, "-o", tmp_path / "page.html")
    command = "Made by:"
    for name in ("page.html", "page.md"):
        lines = [
            [line for line in (folder / name).read_text().splitlines() if command not in line]
            for folder in (out, tmp_path)
        ]
        assert lines[0] == lines[1]


def test_runs_of_a_user_are_compared_with_hostile_names(tmp_path):
    hostile = tmp_path / "runs" / "<script>alert(1)<"
    runs = [write_run(hostile), write_run(tmp_path / "runs" / "$b_$")]
    target = tmp_path / "mine.html"
    status, output = compare(*runs, "-o", target)
    assert (status, output.split()) == (0, [str(target), str(target.with_suffix(".md"))])
    reader = read(target.read_text())
    text = "".join(reader.text)
    assert reader.tags.count("script") == 1 and text.count("<script>alert(1)<") >= 5
    assert "Run" in text and "Method" not in text
    assert "$b_$" in text and "321" in text and "Claims" not in text and "TreeLUT" not in text


def test_plots_of_an_earlier_page_do_not_stay(tmp_path):
    results, page = write_case(tmp_path, seeds=1), tmp_path / "p.html"
    assert compare("--results", results, "-o", page)[0] == 0
    plots = tmp_path / "p-plots"
    drawn = sorted(plots.iterdir())
    (plots / "training-99.svg").touch()
    assert compare("--results", results, "-o", page)[0] == 0
    assert sorted(plots.iterdir()) == drawn != []


def test_quick_records_are_marked(tmp_path):
    from dataclasses import replace

    from reports.records.results_file import save_records

    results = write_case(tmp_path, seeds=1)
    save_records([replace(r, quick=True) for r in load_records(results)], results)
    assert compare("--results", results, "-o", tmp_path / "p.html")[0] == 0
    text = "".join(read((tmp_path / "p.html").read_text()).text)
    assert "not to be quoted" in text and "(quick)" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "either RUNs or --results must be given"),
        (["a", "--results", "b"], "either RUNs or --results must be given"),
        (["nothing"], "nothing is no folder: a run is one, such as runs/NAME"),
        (["--results", "nothing.json"], "there is no results file at nothing.json"),
        (["a", "-o", "page.md"], "`--output` must end in .html. Received: page.md"),
    ],
)
def test_mistakes_are_told_in_one_line(words, message):
    status, output = compare(*words)
    assert (status, output) == (1, f"error: {message}\n")


def test_a_missing_network_file_is_named(tmp_path):
    results = write_case(tmp_path, seeds=1)
    gone = tmp_path / "networks" / "small-binary-dense-0.npz"
    gone.unlink()
    assert compare("--results", results) == (1, f"error: there is no network file at {gone}\n")


def test_what_training_recorded_is_kept_beside_the_network(tmp_path):
    run = write_run(tmp_path / "run")
    results = write_case(tmp_path / "results", seeds=1)
    keep_training(run, tmp_path / "results" / "networks" / "large-sparse-0.9-0.npz")
    kept = [network for network in networks_of_results(results) if network.history]
    assert [network.record.network for network in kept] == ["small", "large"]
    with open(kept[1].history, newline="") as file:
        assert [row["accuracy"] for row in csv.DictReader(file)] == ["0.5", "0.9"]


def test_help_answers_at_once():
    started = time.monotonic()
    found = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "reports.compare", "--help"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )
    assert "Compares runs" in found.stdout and time.monotonic() - started < 5
    for heavy in ("tensorflow", "keras", "matplotlib", "pandas", "hls4ml"):
        assert f"| {heavy}\n" not in found.stderr.replace("|   ", "| ")


