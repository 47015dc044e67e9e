from reports.comparison.compared_network import (
    ComparedNetwork,
    groups_of,
    resources_of_record,
)
from reports.comparison.hardware_table import hardware_table
from reports.records.record import Figure, Source
from tests.reports.comparison_case import record_of


def compared(method, seed=0, resources=None, **fields):
    record = record_of("sfc", method, seed, test_accuracy=0.9 + 0.01 * seed, **fields)
    return ComparedNetwork(
        record, resources=resources_of_record(record) if resources is None else resources
    )


def cells(table):
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.texts()]


def test_synthesized_and_estimated_luts_never_share_a_column():
    dense = compared("binary", luts=70_000, sources={"luts": "estimate"})
    table = hardware_table(groups_of([dense, compared("sparse", luts=1000, latency_cycles=4)]))
    labels = [column.label for column in table.columns[3:]]
    assert labels == ["LUT (yosys)", "LUT (estimate)", "Latency (cycles) (measured)"]
    binary, sparse = cells(table)
    assert (binary["luts_yosys"], binary["luts_estimate"]) == ("n/a", "70,000")
    assert (sparse["luts_yosys"], sparse["luts_estimate"]) == ("1,000", "n/a")
    assert (binary["latency_cycles_measured"], sparse["latency_cycles_measured"]) == ("n/a", "4")


def test_seeds_are_averaged():
    members = [compared("sparse", seed, luts=1000 + 100 * seed) for seed in range(3)]
    (row,) = cells(hardware_table(groups_of(members)))
    assert (row["luts_yosys"], row["accuracy"]) == ("1,100 ± 100", "91.00 ± 1.00")


def test_figures_of_some_seeds_say_of_how_many():
    estimated = {"sources": {"luts": "estimate"}}
    members = [compared("sparse", 0, luts=1000), compared("sparse", 1, luts=1100),
               compared("sparse", 2, luts=1300, **estimated)]
    (row,) = cells(hardware_table(groups_of(members)))
    assert row["luts_yosys"] == "1,050 ± 71 (2 of 3 seeds)"
    assert row["luts_estimate"] == "1,300 (1 of 3 seeds)"
    assert row["accuracy"] == "91.00 ± 1.00"


def test_counts_are_whole_and_times_have_decimals():
    members = [compared("sparse", seed, ffs=11 + 3 * seed, fmax_mhz=61.5 + seed / 8,
                        sources={"fmax_mhz": "nextpnr"}) for seed in range(2)]
    (row,) = cells(hardware_table(groups_of(members)))
    assert (row["ffs_yosys"], row["fmax_mhz_nextpnr"]) == ("12 ± 2", "61.56 ± 0.09")


def design(source, luts, note=""):
    return {"luts": Figure(luts, "LUT", source, note)}


def test_designs_share_a_row_only_where_no_cell_has_two_figures():
    resources = {
        "RTL, xilinx": design(Source.YOSYS, 500),
        "RTL, estimate": design(Source.ESTIMATE, 550, "mean error 5 %"),
        "RTL, xilinx7": design(Source.YOSYS, 600),
    }
    table = hardware_table(groups_of([compared("sparse", resources=resources)]))
    first, second = cells(table)
    assert (first["luts_yosys"], first["luts_estimate"]) == ("500", "550")
    assert (second["luts_yosys"], second["luts_estimate"]) == ("600", "n/a")
    assert first["method"].endswith("RTL, xilinx") and second["method"].endswith("RTL, xilinx7")
    assert table.footnotes[1:] == ("LUT (estimate): mean error 5 %",)


def test_without_hardware_there_is_no_table():
    assert hardware_table(groups_of([compared("float")])) is None
