import statistics

import pytest

from reports.records.spread import Spread, percent_text, spread_of


def test_the_spread_is_the_samples():
    values = [0.97, 0.98, 0.995]
    spread = spread_of([*values, None])
    assert spread == Spread(statistics.fmean(values), statistics.stdev(values), 3)


def test_one_value_has_no_deviation_and_none_has_no_spread():
    assert spread_of([0.5]) == Spread(0.5, None, 1)
    assert spread_of([None, None]) is None and spread_of([]) is None


def test_a_difference_adds_variances():
    difference = Spread(0.9, 0.03, 3).minus(Spread(0.8, 0.04, 2))
    assert difference.mean == pytest.approx(0.1)
    assert (difference.sd, difference.count) == (pytest.approx(0.05), 2)
    assert Spread(0.9, None, 1).minus(Spread(0.8, 0.04, 2)).sd is None


def test_shares_read_in_percent():
    assert percent_text(Spread(0.98765, 0.0012, 3)) == "98.77 ± 0.12"
    assert percent_text(Spread(0.98765, None, 1)) == "98.77"
