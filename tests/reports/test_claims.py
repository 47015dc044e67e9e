import pytest

from reports.claims import NOT_MEASURED, claims_table
from reports.compared_network import ComparedNetwork, groups_of
from tests.reports.comparison_case import record_of

CLAIMS = [
    "up to 98 % sparse, accuracy not below binary and dense ternary",
    "5× smaller than the equivalent binary network",
    "11× smaller than the equivalent ternary network",
    "more accurate than binary, at 98 %",
    "more accurate than dense ternary, at 98 %",
    "more accurate than magnitude pruning, at 98 %",
    "99 % sparse with at most 0.2 points lost",
    "11× smaller than binary, at 99 %",
    "22× smaller than ternary, at 99 %",
]


def record(method, accuracy, sparsity=None, seed=0, wanted=None, **fields):
    return record_of(
        "sfc", method, seed, wanted_sparsity=wanted, test_accuracy=accuracy, sparsity=sparsity,
        **fields,
    )  # fmt: skip


def sparse(accuracy, sparsity, binary=None, wanted=None, seed=0):
    ratios = {} if binary is None else {"ratio_vs_binary": binary, "ratio_vs_ternary": 2 * binary}
    return record("sparse", accuracy, sparsity, seed, wanted or sparsity, **ratios)


def findings(records):
    table = claims_table(groups_of(map(ComparedNetwork, records)))
    plain = [[cell.replace("\u00a0", " ") for cell in row] for row in table.rows]
    return {claim: (holds, measured) for claim, _, holds, measured, _ in plain}


DENSE = [record("binary", 0.975), record("ternary", 0.976)]


def test_without_records_nothing_is_measured():
    found = findings([])
    assert list(found) == CLAIMS
    assert set(found.values()) == {(NOT_MEASURED, NOT_MEASURED)}


def test_architectures_never_asked_for_the_sparsity_are_left_out():
    other = record_of("narrow", "sparse", 0, wanted_sparsity=0.95, test_accuracy=0.9, sparsity=0.95)
    networks = [*DENSE, sparse(0.976, 0.981), other]
    table = claims_table(groups_of(map(ComparedNetwork, networks)))
    assert {row[1] for row in table.rows} == {"sfc"}
    alone = claims_table(groups_of([ComparedNetwork(other)]))
    assert {row[1] for row in alone.rows} == {"narrow"}


def test_the_sparsest_network_that_is_no_worse_counts():
    claim = CLAIMS[0]
    networks = [sparse(0.98, 0.9), sparse(0.976, 0.981), sparse(0.975, 0.99)]
    expected = "up to 98.1 % at 97.60 %, +0.00 points against 97.60 %"
    assert findings([*DENSE, *networks])[claim] == ("yes", expected)
    assert findings([*DENSE, sparse(0.98, 0.9), sparse(0.97, 0.98)])[claim][0] == "no"
    holds, measured = findings([*DENSE, sparse(0.97, 0.9)])[claim]
    assert holds == "no"
    assert measured == "none reaches it; best: 90 % at 97.00 %, −0.60 points against 97.60 %"
    assert findings([DENSE[0], *networks])[claim][0] == NOT_MEASURED


@pytest.mark.parametrize(("binary", "five", "eleven"), [(5.0, "yes", "no"), (5.5, "yes", "yes"),
                                                        (4.99, "no", "no")])  # fmt: skip
def test_sizes_count_at_98_percent_or_more(binary, five, eleven):
    found = findings([sparse(0.9, 0.9, 99.0), sparse(0.9, 0.98, binary), sparse(0.9, 0.99, 77.0)])
    assert found[CLAIMS[1]] == (five, f"{binary:.2f}× at 98 %")
    assert found[CLAIMS[2]] == (eleven, f"{2 * binary:.2f}× at 98 %")
    assert found[CLAIMS[7]] == ("yes", "77.00× at 99 %")


def test_a_network_below_the_wanted_sparsity_does_not_count():
    found = findings([sparse(0.9, 0.979, 6.0, wanted=0.98)])
    assert found[CLAIMS[1]] == (NOT_MEASURED, NOT_MEASURED)


def test_accuracies_are_compared_with_each_conventional_method():
    magnitude = record("magnitude", 0.98, 0.99, wanted=0.99)
    found = findings([*DENSE, magnitude, sparse(0.9755, 0.98), sparse(0.97, 0.99)])
    assert found[CLAIMS[3]] == ("yes", "97.55 % against 97.50 %: +0.05 points, at 98 %")
    assert found[CLAIMS[4]] == ("no", "97.55 % against 97.60 %: −0.05 points, at 98 %")
    assert found[CLAIMS[5]] == (
        "no", "97.00 % against 98.00 %: −1.00 points, at 99 % against 99 %"
    )  # fmt: skip


def test_the_better_dense_network_is_the_bar_for_losses():
    claim = CLAIMS[6]
    assert findings([*DENSE, sparse(0.97405, 0.99)])[claim][0] == "yes"
    holds, measured = findings([*DENSE, sparse(0.9735, 0.99)])[claim]
    assert (holds, measured) == ("no", "99 % at 97.35 %, −0.25 points against 97.60 %")


def test_seeds_are_averaged_and_their_spread_is_told():
    ours = [sparse(0.97 + 0.01 * seed, 0.98, 6.0, seed=seed) for seed in range(3)]
    binary = [record("binary", 0.979, seed=seed) for seed in range(3)]
    found = findings([*binary, *ours])
    assert found[CLAIMS[3]] == (
        "yes, within the spread of the seeds",
        "98.00 ± 1.00 % against 97.90 ± 0.00 %: +0.10 ± 1.00 points, at 98 %",
    )
    assert found[CLAIMS[1]] == ("yes", "6.00 ± 0.00× at 98 %")


def test_quick_trials_do_not_count_beside_real_ones():
    quick = record_of("sfc", "sparse", 0, wanted_sparsity=0.98, sparsity=0.98, test_accuracy=0.9,
                      ratio_vs_binary=2.0, quick=True)  # fmt: skip
    assert findings([quick])[CLAIMS[1]] == ("no", "2.00× at 98 %")
    assert findings([quick, sparse(0.9, 0.985, 6.0)])[CLAIMS[1]] == ("yes", "6.00× at 98.5 %")


def test_every_architecture_has_its_own_verdict():
    other = record_of("lfc", "sparse", 0, wanted_sparsity=0.98, sparsity=0.98, test_accuracy=0.9,
                      ratio_vs_binary=4.0)  # fmt: skip
    groups = groups_of(map(ComparedNetwork, [sparse(0.9, 0.98, 6.0), other]))
    rows = [row[1:3] for row in claims_table(groups).rows if row[0].startswith("5×")]
    assert rows == [("sfc", "yes"), ("lfc", "no")]
