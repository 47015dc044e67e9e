import numpy as np

from hls_projects.estimate import estimate
from hls_projects.input_format import InputFormat
from hls_projects.integer_layers import Dense, Head, Layer
from hls_projects.integer_network import IntegerNetwork
from qkeras_models.lut_model import fit_record
from reports.estimate import DESIGN, estimated_resources
from reports.record import Source
from reports.report_tables import resource_table


class Other(Layer):
    kind = "softmax"

    def output_shape(self, input_shape):
        return input_shape

    def output_range(self, lowest, highest):
        return lowest, highest


def network(*before):
    rng = np.random.default_rng(0)
    weights = rng.integers(-1, 2, (30, 4)).astype(np.int8)
    head = Head(np.zeros(4, np.int32))
    return IntegerNetwork(InputFormat(2, False, 0.25, (30,)), (*before, Dense(weights), head))


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
    for key, label in (("luts", "LUT"), ("ffs", "FF")):
        mean, worst = record[f"{key}_mean_error"], record[f"{key}_worst_error"]
        assert f"{label} {mean:.1%}, {worst:.1%}" in text


def test_a_network_that_rtl_does_not_have_is_not_estimated():
    assert estimated_resources(network(Other())) == {}
