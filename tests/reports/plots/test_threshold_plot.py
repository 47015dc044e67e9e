import numpy as np
import pytest

from reports.plots.threshold_plot import threshold_plot
from tests.hls_projects.zoo import ZOO

NETWORK = ZOO["thermometer"]
X = np.random.default_rng(0).normal(size=(400, 5)) * 300


def test_each_feature_has_a_panel_that_counts_its_cuts():
    svg = threshold_plot(NETWORK, X, ["mass", "$p_T$", "c", "d", "e"])
    codes, uses = NETWORK.layers[0], NETWORK.weight_layers[0].weights.any(axis=1)
    for feature, name in enumerate(("mass", "$p_T$", "c", "d", "e")):
        own = codes.feature == feature
        assert f"{name}: {(uses & own).sum()} of {own.sum()}" in svg
    assert svg == threshold_plot(NETWORK, X, ["mass", "$p_T$", "c", "d", "e"])
    assert "feature 4: " in threshold_plot(NETWORK, X)


def test_constant_features_and_those_without_cuts_are_drawn():
    assert "<svg" in threshold_plot(NETWORK, np.zeros((3, 5)))


def test_other_networks_and_names_are_refused():
    with pytest.raises(ValueError, match="must begin with a thermometer.*Received: .'dense"):
        threshold_plot(ZOO["one_bit"], X)
    with pytest.raises(ValueError, match="`names` must be of 5 features. Received: 1"):
        threshold_plot(NETWORK, X, ["mass"])
