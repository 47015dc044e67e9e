"""The delay model of ECP5: docs/rtl.md shows what nextpnr said, and how far the model is off."""

import json
import re

import numpy as np
import pytest

from benchmarks.ecp5_delays import DESIGNS
from hls_projects.families import ECP5
from hls_projects.logic.delays import shortest_period
from tests.docs.pages import ROOT

RECORD = json.loads((ROOT / "docs/ecp5_delays.json").read_text(encoding="utf-8"))
N = r"([\d.,]+)"
ROW = re.compile(rf"(?m)^\| (mnist-.*? (?:cycle|layer)) \| {N} \| {N} \| {N} \| (.*?)%")
PAGE = {name: row for name, *row in ROW.findall((ROOT / "docs/rtl.md").read_text("utf-8"))}


def test_the_page_holds_every_routed_design():
    assert list(PAGE) == [design.name for design in DESIGNS]
    for design in DESIGNS:
        luts, routed, model, off = PAGE[design.name]
        found = RECORD[design.name]
        assert (luts, routed) == (f"{found['luts']:,}", f"{found['ns']:.1f}")
        assert float(off) == pytest.approx(100 * (float(model) / found["ns"] - 1), abs=1)


def test_those_kept_out_of_the_fit_are_off_by_15_percent_at_most_in_the_mean():
    off = [abs(float(PAGE[design.name][3])) for design in DESIGNS[1::2]]
    assert len(off) >= 8 and np.mean(off) <= 15


@pytest.mark.parametrize("design", [DESIGNS[0], DESIGNS[7]], ids=lambda design: design.name)
def test_the_model_is_that_of_the_page(design):
    period = shortest_period(design.netlists(), ECP5.delays)
    assert float(PAGE[design.name][2]) == pytest.approx(period, abs=0.06)
