from reports.comparison.compared_network import ComparedNetwork, groups_of
from reports.comparison.comparison_tables import group_table, record_table
from tests.reports.comparison_case import record_of


def groups():
    records = [
        record_of("sfc", "sparse", seed, wanted_sparsity=0.98, test_accuracy=0.97 + seed / 100,
                  nonzeros=100 + seed, sparsity=0.98, seconds=12.6, command="python train.py sfc")
        for seed in range(3)
    ]
    return groups_of(map(ComparedNetwork, [*records, record_of("sfc", "float", 0)]))


def rows(table):
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.texts()]


def test_a_group_has_means_and_the_number_of_its_seeds():
    table = group_table(groups())
    missing, found = rows(table)
    assert found["method"] == "sparse ternary 98\u00a0%" and found["seeds"] == "3"
    assert (found["test_accuracy"], found["nonzeros"]) == ("98.00 ± 1.00", "101 ± 1")
    assert (missing["test_accuracy"], missing["ratio_vs_binary"]) == ("n/a", "n/a")
    counted = "Counted from the weights, or in the written design (counted): zeros, nonzeros."
    assert counted in table.footnotes
    assert "Measured by running it (measured): test accuracy." in table.footnotes


def test_every_network_has_a_row_with_what_made_it():
    found = rows(record_table(groups()))
    assert [row["seed"] for row in found] == ["0", "0", "1", "2"]
    assert found[1]["command"] == "python train.py sfc" and found[1]["seconds"] == "13"
    assert found[0]["command"] == "n/a"
    assert [row["test_accuracy"] for row in found] == ["n/a", "97.00", "98.00", "99.00"]


def test_accuracies_are_called_by_their_metric():
    def labels(*metrics):
        records = [record_of("a", "float", seed, metric=m) for seed, m in enumerate(metrics)]
        found = groups_of(map(ComparedNetwork, records))
        return [column.label for column in group_table(found).columns]

    assert {"Test accuracy (%)", "Validation accuracy (%)"} <= set(labels("accuracy"))
    assert {"Test R² (%)", "Validation R² (%)"} <= set(labels("R²", "R²"))
    assert "Test score (%)" in labels("R²", "accuracy")
