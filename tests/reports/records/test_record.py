"""Figures and the metrics of the resource table."""

from __future__ import annotations

import numpy as np
import pytest

from reports.records.record import RESOURCE_METRICS, Figure, Source, checked_resources, metrics_of


def test_every_source_is_described() -> None:
    assert {source.value for source in Source} == {
        "counted", "estimate", "yosys", "yosys, sum", "nextpnr", "csynth", "impl", "csim",
        "delay model", "measured",
    }
    assert all(source.description for source in Source)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure(9224, "LUT6", Source.YOSYS), "9,224 LUT6 (yosys)"),
        (Figure(0, "DSP", Source.CSYNTH), "0 DSP (csynth)"),
        (Figure(61.74, "MHz", "nextpnr"), "61.74 MHz (nextpnr)"),
        (Figure(1234.0, "ns", Source.IMPL), "1,234 ns (impl)"),
        (Figure(0.004567, "", Source.MEASURED), "0.00457 (measured)"),
        (Figure(None, "MHz"), "n/a"),
        (Figure(None, "MHz", Source.CSYNTH), "n/a"),
    ],
)
def test_text(figure: Figure, text: str) -> None:
    assert str(figure) == text


def test_unit_is_left_out_where_the_table_states_it() -> None:
    assert Figure(5, "cycles", Source.CSYNTH).text("cycles") == "5 (csynth)"
    assert Figure(5, "LUT4", Source.YOSYS).text("LUT") == "5 LUT4 (yosys)"


def test_numpy_numbers_become_plain() -> None:
    figure = Figure(np.int64(3), "FF", Source.YOSYS)
    assert type(figure.value) is int
    assert figure.record() == {"value": 3, "unit": "FF", "source": "yosys", "note": ""}


@pytest.mark.parametrize("value", ["12", float("nan"), float("inf"), True, [1]])
def test_values_that_are_no_numbers(value: object) -> None:
    with pytest.raises(ValueError, match="`value` must be a finite number or None. Received"):
        Figure(value, "LUT", Source.YOSYS)


def test_value_needs_a_source() -> None:
    with pytest.raises(ValueError, match="`source` must be given"):
        Figure(1, "LUT")
    with pytest.raises(ValueError, match="hearsay"):
        Figure(1, "LUT", "hearsay")


@pytest.mark.parametrize("resources", [{"a": 3}, {"a": {"luts": 3}}, {"a": {"luts": None}}])
def test_resources_must_be_figures(resources: dict) -> None:
    with pytest.raises(ValueError, match=r"`resources\['a'\]"):
        checked_resources(resources)


def test_other_metrics_follow_the_usual_ones() -> None:
    resources = {"x": {"carry": Figure(3, "CARRY8", Source.YOSYS), "luts": Figure(None)}}
    *usual, carry = metrics_of(resources)
    assert tuple(usual) == tuple(metric for metric in RESOURCE_METRICS if not metric.optional)
    assert (carry.key, carry.label, carry.unit) == ("carry", "carry (CARRY8)", "CARRY8")
