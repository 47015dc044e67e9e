from dataclasses import replace

import pytest

from reports.comparison.compared_network import (
    ComparedNetwork,
    groups_of,
    resources_of_record,
    sparsity_text,
)
from tests.reports.comparison_case import record_of


def test_seeds_make_a_group_and_everything_else_separates():
    records = [
        record_of("b", "sparse", 0, wanted_sparsity=0.99, test_accuracy=0.97),
        record_of("b", "sparse", 1, wanted_sparsity=0.99, test_accuracy=0.99),
        record_of("b", "sparse", 0, wanted_sparsity=0.9),
        record_of("b", "sparse", 0, wanted_sparsity=0.9, quick=True),
        record_of("b", "other", 0),
        record_of("b", "float", 0),
        record_of("a", "binary", 0),
    ]
    groups = groups_of(map(ComparedNetwork, records))
    assert [(g.network, g.label, len(g.members)) for g in groups] == [
        ("b", "float32", 1),
        ("b", "sparse ternary 90\u00a0%", 1),
        ("b", "sparse ternary 90\u00a0% (quick)", 1),
        ("b", "sparse ternary 99\u00a0%", 2),
        ("b", "other", 1),
        ("a", "binary", 1),
    ]
    assert groups[3].spread("test_accuracy").mean == pytest.approx(0.98)
    assert groups[1].spread("test_accuracy") is None


def test_named_networks_stand_for_themselves():
    record = record_of("a", "sparse", 0, wanted_sparsity=0.9)
    groups = groups_of([ComparedNetwork(record, "one"), ComparedNetwork(record, "two")])
    assert [group.label for group in groups] == ["one", "two"]


def test_a_records_hardware_keeps_each_figures_source():
    record = record_of("a", "sparse", 0, luts=900, ffs=80, latency_cycles=3)
    (design, figures), *others = resources_of_record(record).items()
    assert design == "yosys" and not others
    texts = {key: figure.text("") for key, figure in figures.items()}
    assert texts == {
        "luts": "900 LUT (yosys)", "ffs": "80 FF (yosys)", "latency_cycles": "3 cycles (measured)",
    }
    assert resources_of_record(record_of("a", "float", 0, test_accuracy=0.9)) == {}


@pytest.mark.parametrize("fields, note", [
    ({"nonzeros": 900, "layer_sparsity": {"dense_1": 0.9}}, "mean and worst error"),
    ({"nonzeros": 90_000, "layer_sparsity": {"dense_1": 0.9}}, "larger than any network"),
    ({"nonzeros": 900, "layer_sparsity": {"conv2d_1": 0.9}}, "fitted on dense networks, not"),
])
def test_estimates_carry_the_error_of_networks_like_theirs(fields, note):
    record = record_of("a", "sparse", 0, luts=900, latency_cycles=3, **fields)
    record = replace(record, sources={**record.sources, "luts": "estimate"})
    ((_, figures),) = resources_of_record(record).items()
    assert figures["luts"].note.startswith(note) and not figures["latency_cycles"].note


@pytest.mark.parametrize(
    ("share", "text"), [(0.98, "98"), (0.995, "99.5"), (0.98765, "98.77"), (1.0, "100"), (0.0, "0")]
)
def test_sparsities_have_no_idle_digits(share, text):
    assert sparsity_text(share) == f"{text}\u00a0%"
