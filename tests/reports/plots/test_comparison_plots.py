import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from reports.comparison.compared_network import (
    ComparedNetwork,
    groups_of,
    resources_of_record,
)
from reports.comparison.compared_results import networks_of_results
from reports.comparison.published import published_designs
from reports.plots.accuracy_sparsity_plot import accuracy_sparsity_plot
from reports.plots.over_luts.accuracy_luts_ns_plot import accuracy_luts_ns_plot
from reports.plots.over_luts.accuracy_luts_plot import accuracy_luts_plot
from reports.plots.over_luts.latency_plot import latency_luts_plot
from reports.plots.shadow_weight_plot import read_stages, shadow_weight_plot
from reports.plots.sparsity_plots import entropy_plot, layer_sparsity_plot
from reports.records.record import Figure, Source
from tests.reports.comparison_case import record_of, write_case


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    return networks_of_results(write_case(tmp_path_factory.mktemp("results")))


def texts(svg):
    root = ET.fromstring(svg)
    return ["".join(element.itertext()).strip() for element in root.iter() if
            element.tag.endswith("}text")]


def of(networks, name):
    return [group for group in groups_of(networks) if group.network == name]


def test_accuracy_over_sparsity_names_every_method_and_sparsity(networks):
    found = texts(accuracy_sparsity_plot(of(networks, "small")))
    methods = {"float32", "binary", "dense ternary", "magnitude pruning", "L2 alone",
               "no retraining", "sparse ternary"}
    assert methods <= set(found)
    assert {"90\u00a0%", "95\u00a0%", "98\u00a0%", "99\u00a0%", "99.5\u00a0%"} <= set(found)


def test_accuracy_over_luts_labels_ours_and_the_published(networks):
    found = texts(accuracy_luts_plot(groups_of(networks), "mnist"))
    assert {design.name for design in published_designs("mnist")} <= set(found)
    assert found.count("98 %") == 2 and found.count("binary") == 2
    legend = {"published, vendor tool (Vivado)", "here, synthesized (Yosys)", "here, estimate"}
    assert legend | {"small", "large"} <= set(found)


def test_without_published_designs_none_is_named(networks):
    found = texts(accuracy_luts_plot(groups_of(networks)))
    assert not {design.name for design in published_designs("mnist")} & set(found)
    assert "published, vendor tool (Vivado)" not in found


def test_published_networks_without_luts_are_no_points(networks):
    found = texts(accuracy_luts_plot(groups_of(networks), "cifar10"))
    assert {"FINN CNV W1A1", "LUTNet"} <= set(found) and "BinaryConnect" not in found


def test_estimates_and_syntheses_have_markers_of_their_own(networks):
    plain = [n for n in networks if n.record.method == "sparse" and n.record.seed == 0]
    found = texts(accuracy_luts_plot(groups_of(plain)))
    assert "here, synthesized (Yosys)" in found and "here, estimate" not in found


def test_an_estimate_is_drawn_only_where_nothing_was_synthesized():
    record = record_of("a", "binary", 0, test_accuracy=0.9, luts=100)
    estimate = {"estimate": {"luts": Figure(120, "LUT", Source.ESTIMATE)}}
    both = ComparedNetwork(record, resources=resources_of_record(record) | estimate)
    alone = ComparedNetwork(replace(record, network="b"), resources=estimate)
    assert "here, estimate" not in texts(accuracy_luts_plot(groups_of([both])))
    found = texts(accuracy_luts_plot(groups_of([both, alone])))
    assert found.count("binary") == 2
    assert {"here, estimate", "here, synthesized (Yosys)"} <= set(found)


def test_bits_stand_against_their_entropy(networks):
    found = texts(entropy_plot(networks))
    assert {"small", "large", "encoded = entropy", "dense binary, 1 bit"} <= set(found)
    assert entropy_plot([n for n in networks if n.record.method == "float"]) is None


def test_layer_sparsity_has_a_row_a_group_and_a_marker_a_layer(networks):
    found = texts(layer_sparsity_plot(of(networks, "large")))
    assert {"dense_1", "dense_2", "dense_3"} <= set(found)
    rows = [text for text in found if text.startswith("sparse ternary")]
    assert len(rows) == 5 and "float32" not in found


def test_shadow_weights_have_a_histogram_a_stage(networks):
    (staged,) = [network for network in networks if network.stages]
    svg = shadow_weight_plot(staged.stages)
    found = texts(svg)
    assert [text for text in found if text.startswith("end of")] == [
        "end of stage 1, train (epoch 12)", "end of stage 2, prune (epoch 12)",
        "end of stage 3, retrain (epoch 20)",
    ]
    assert {"threshold ±η", "pruned (mask 0)"} <= set(found)


def test_plots_without_figures_are_none():
    record = record_of("a", "float", 0, test_accuracy=0.9)
    groups = groups_of([ComparedNetwork(record)])
    for draw in (accuracy_sparsity_plot, accuracy_luts_plot, layer_sparsity_plot):
        assert draw(groups) is None


def test_one_network_alone_can_be_drawn():
    record = record_of("a_$x$", "sparse", 0, wanted_sparsity=0.99, sparsity=0.99,
                       test_accuracy=0.9, luts=100, layer_sparsity={"dense_1": 1.0})
    groups = groups_of([ComparedNetwork(record, "_run $1$", resources_of_record(record))])
    assert accuracy_sparsity_plot(groups) is None  # a point is no curve
    assert {"\u200b_run $1$", "a_$x$"} <= {*texts(accuracy_luts_plot(groups))}
    assert "dense_1" in texts(layer_sparsity_plot(groups))


def test_the_same_networks_give_the_same_plots(networks):
    for draw in (accuracy_luts_plot, accuracy_sparsity_plot):
        assert draw(groups_of(networks)) == draw(groups_of(networks))


@pytest.mark.parametrize("content", ["", "{", "{}x", '[{"stage": 1}]', "[1]", '"text"'])
def test_damaged_stages_are_named(tmp_path, content):
    path = tmp_path / "shadow_weights.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=re.escape(f"{path} is damaged")):
        read_stages(path)


def test_latency_stands_over_luts_with_published_designs(networks):
    record = record_of("sfc", "sparse", 0, sparsity=0.99, test_accuracy=0.9, luts=100,
                       latency_ns=8.0, sources={"luts": "yosys", "latency_ns": "delay model"})
    timed = ComparedNetwork(record, resources=resources_of_record(record))
    svg = latency_luts_plot(groups_of([*networks, timed]), "mnist")
    assert {"latency in ns (logarithmic)", "TreeLUT, 96.6 %", "90.0 %"} <= {*texts(svg)}


def test_accuracy_stands_over_luts_times_ns_with_published_designs(networks):
    assert accuracy_luts_ns_plot(groups_of(networks), "mnist") is None
    record = record_of("sfc", "sparse", 0, sparsity=0.99, wanted_sparsity=0.99, test_accuracy=0.9,
                       luts=100, fast_luts=120, fast_ns=2.0, sources={"luts": "yosys"})
    timed = ComparedNetwork(record, resources=resources_of_record(record))
    svg = accuracy_luts_ns_plot(groups_of([*networks, timed]), "mnist")
    assert {"LUT cells × latency in ns (logarithmic)", "TreeLUT", "99 %"} <= {*texts(svg)}


def test_without_a_latency_there_is_no_plot_of_it():
    record = record_of("sfc", "sparse", 0, sparsity=0.99, test_accuracy=0.9, luts=100)
    network = ComparedNetwork(record, resources=resources_of_record(record))
    assert latency_luts_plot(groups_of([network])) is None
