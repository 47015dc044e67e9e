"""LUTs by layer: synthesized modules under the names of their layers, or an estimate."""

from hls_projects.conversion.rtl.verilog_design import VerilogDesign
from hls_projects.families import ECP5, XILINX
from hls_projects.rtl import write_rtl
from hls_projects.rtl.estimate import estimate
from hls_projects.rtl.module_layers import module_layers
from hls_projects.tools.synthesis import Cells
from reports.network.breakdown.layer_luts import layer_luts
from tests.hls_projects.networks import image_network
from tests.hls_projects.zoo import ZOO


def written(folder, network, family, modules):
    design = write_rtl(network, folder, target=family)
    return VerilogDesign(family, design, design.verilog, targets=(family.name,),
                         modules={family.name: modules})


def counts(records):
    return [(record["layer"], record["luts"]) for record in records]


def test_modules_of_a_layer_are_added_under_its_name(tmp_path):
    network = ZOO["thermometer"]
    modules = {"layer_1": Cells(luts=7), "layer_1_1": Cells(luts=2), "layer_2": Cells(luts=30),
               "top": Cells()}
    found = layer_luts(network, [written(tmp_path, network, XILINX, modules)], estimated=True)
    names = network.layer_names
    encoder, dense = (next(n for n in names if n.startswith(k)) for k in ("thermometer", "dense"))
    assert counts(found)[:2] == [(encoder, 9), (dense, 30)]
    assert sum(luts for _, luts in counts(found)) == 39
    assert {(r["design"], r["source"]) for r in found} == {("RTL, xilinx", "yosys, sum")}


def test_a_carry_cell_of_ecp5_counts_as_its_two_luts(tmp_path):
    network = ZOO["one_bit"]
    modules = {"layer_1": Cells(luts=5, carries=4), "top": Cells()}
    found = layer_luts(network, [written(tmp_path, network, ECP5, modules)], estimated=True)
    assert counts(found)[0] == ("dense_1", 13)


def test_windows_count_to_their_convolution_and_the_collector_to_none(tmp_path):
    network = image_network((4, 4, 1), [(2, (3, 3), (1, 1), "same")])
    layers = module_layers(network)
    assert layers["window_1"] == layers["layer_1"] == "conv2d_1" and layers["layer_2"] == "dense_1"
    assert "collect" not in layers
    multiplexed = module_layers(network, multiplexed=1)
    assert multiplexed["multiplexed_1"] == "dense_1" and "layer_2" not in multiplexed
    modules = {"window_1": Cells(luts=3), "layer_1": Cells(luts=20), "collect": Cells(luts=6),
               "layer_2": Cells(luts=40), "top": Cells()}
    found = layer_luts(network, [written(tmp_path, network, XILINX, modules)], estimated=True)
    assert counts(found) == [("conv2d_1", 23), ("dense_1", 40), ("collect", 6)]


def test_every_module_of_the_zoo_has_a_layer(tmp_path):
    for name, network in ZOO.items():
        design = write_rtl(network, tmp_path / name)
        layers = module_layers(network)
        assert {f"layer_{n}" for n, _ in enumerate(design.luts_per_layer, 1)} <= set(layers), name
        assert not any(label.startswith("stage") for label in layers.values()), name


def test_without_synthesis_the_estimate_is_shared_out():
    for network in (ZOO["thermometer"], image_network((4, 4, 1), [(2, (3, 3), (1, 1), "same")])):
        found = layer_luts(network, [], estimated=True)
        total, layers = estimate(network).luts, len(found)
        assert abs(sum(luts for _, luts in counts(found)) - total) <= layers / 2
        assert [name for name, _ in counts(found)] == [
            name for name in network.layer_names if name.startswith(("thermo", "dense", "conv"))
        ]
        assert layer_luts(network, [], estimated=False) == []
