import numpy as np
import pytest

from qkeras_models.input_formats.level_budget import levels_by_budget

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(4000, 4))


def test_features_that_say_more_get_more():
    y = (X[:, 0] > 0) + 2 * (np.sin(4 * X[:, 1]) > 0) + 0 * X[:, 2]
    levels = levels_by_budget(X, y.astype(int), 40, 31)
    assert sum(levels) <= 40 and levels[1] == max(levels) >= 15
    assert levels[0] >= 1 and levels[2] <= levels[1] and levels[3] <= levels[1]


def test_numbers_are_targets_too():
    y = np.stack([X[:, 2] ** 3, np.zeros(4000)], axis=1)
    assert np.argmax(levels_by_budget(X, y, 16, 15)) == 2


def test_no_feature_has_more_than_the_most_and_constants_have_none():
    x = X.copy()
    x[:, 1] = 5.0
    levels = levels_by_budget(x, RANDOM.integers(0, 3, 4000), 1000, 6)
    assert levels == (6, 0, 6, 6)


def test_two_values_take_one():
    x = (X[:, :2] > [-1, 1.5]).astype(float)
    assert levels_by_budget(x, x[:, 0].astype(int), 1, 31) == (1, 0)


@pytest.mark.parametrize("budget, most, message", [
    (0, 3, "`budget` must be an integer >= 1. Received: 0"),
    (3, 0, "`most` must be an integer from 1 to 255. Received: 0"),
    (3, 256, "`most` must be an integer from 1 to 255. Received: 256"),
    (2.0, 3, "`budget` must be an integer >= 1. Received: 2.0"),
    (True, 3, "`budget` must be an integer >= 1. Received: True"),
])
def test_budgets_out_of_range_are_refused(budget, most, message):
    with pytest.raises(ValueError, match=message):
        levels_by_budget(X, (X[:, 0] > 0).astype(int), budget, most)


@pytest.mark.parametrize("x, y, message", [
    (X[:, 0], X[:, 0] > 0, r"`x` must be .*samples, features.*Received: shape \(4000,\)"),
    (X * np.nan, np.zeros(4000, int), "`x` must be .*finite numbers"),
    (X, X[:, 0], r"`y` must be classes from 0, .*Received: shape \(4000,\), dtype float64"),
    (X, np.full(4000, -1), "`y` must be classes from 0"),
    (X, np.zeros(10, int), r"integers \(4000,\), .*Received: shape \(10,\)"),
    (X, np.full(4000, "a"), "`y` must be classes from 0"),
    (X, np.zeros(4000, int), "says something about `y`. Received: a constant `y`"),
    (np.ones((4000, 2)), np.arange(4000) % 2, "says something about `y`. Received: none"),
])
def test_other_data_are_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        levels_by_budget(x, y, 10, 31)
