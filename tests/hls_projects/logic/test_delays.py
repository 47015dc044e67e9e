import pytest

from hls_projects.families import FAMILIES
from hls_projects.kinds import Flatten
from hls_projects.logic.bits import Bit
from hls_projects.logic.delays import shortest_period
from hls_projects.logic.netlist import Lut, Netlist
from hls_projects.rtl import write_rtl
from hls_projects.rtl.chains.carry4_counters import CarryChain
from tests.hls_projects.networks import image_network, network


def test_the_slowest_path_sets_the_period():
    """Two LUTs in a row, then a chain of three; beside them one LUT."""
    netlist = Netlist(3)
    netlist.nodes += [
        Lut(3, (0, 1), 0b0110), Lut(4, (3, 2), 0b0110), Lut(5, (0, 2), 0b1000),
        CarryChain(Bit(5), (4, 1, 0), (Bit(0), Bit(1), Bit(2)), (6, 7, 8, 9)),
    ]
    for delays in (family.delays for family in FAMILIES.values()):
        expected = delays.register + 2 * delays.lut + delays.chain + 3 * delays.carry
        row = [(Netlist(3), True), (netlist, True)]
        assert shortest_period(row, delays) == pytest.approx(expected)
        assert shortest_period([(Netlist(3), True)], delays) == delays.register
        joined = shortest_period([(netlist, False), (netlist, True)], delays)
        assert joined == pytest.approx(2 * expected - delays.register)


@pytest.mark.parametrize("target", FAMILIES.values(), ids=FAMILIES)
def test_pipelining_shortens_the_period_of_a_design(tmp_path, target):
    net = network((60, 20, 12, 5), bits=2)
    whole = write_rtl(net, tmp_path / "whole", target=target)
    wanted = target.delays.register + 2 * (target.delays.chain + 10 * target.delays.carry)
    cut = write_rtl(net, tmp_path / "cut", target=target, stage_delay=wanted)
    assert cut.period <= wanted < whole.period
    assert cut.fmax_mhz == pytest.approx(1000 / cut.period)
    assert cut.latency_ns == pytest.approx(cut.latency * cut.period)


def test_multiplexed_layers_have_no_model(tmp_path):
    net = image_network((6, 6, 2), [(3, (3, 3), (1, 1), "same"), Flatten(), (8,)])
    streamed = write_rtl(net, tmp_path / "streamed")
    multiplexed = write_rtl(net, tmp_path / "multiplexed", time_multiplex=True)
    assert streamed.period > 0
    assert (multiplexed.period, multiplexed.fmax_mhz, multiplexed.latency_ns) == (None, None, None)
