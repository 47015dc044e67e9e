import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.search.early_stopping import Bar, EarlyStoppingConfig, Rung, bars, rungs_of

RUNGS = st.lists(
    st.builds(
        Rung, st.sampled_from([0.5, 1.0]), st.integers(0, 50), st.floats(0, 1, allow_nan=False)
    ),
    max_size=60,
)


@given(RUNGS, st.integers(1, 5), st.floats(0.1, 0.9))
def test_a_trial_is_compared_only_with_trials_of_no_more_nonzeros(rungs, trials, quantile):
    config = EarlyStoppingConfig(quantile=quantile, trials=trials, shares=[0.5, 1.0])
    for bar in bars(rungs, config):
        for nonzeros, asked in bar.steps:
            peers = sorted(
                (r for r in rungs if r.share == bar.share), key=lambda r: r.nonzeros
            )
            smaller = [r.accuracy for r in peers if r.nonzeros <= nonzeros]
            assert len(smaller) >= trials
            assert min(smaller) <= asked <= max(smaller)


def test_the_bar_is_the_quantile():
    rungs = [Rung(0.5, 100 + n, n / 10) for n in range(9)]
    (bar,) = bars(rungs, EarlyStoppingConfig(quantile=0.25, trials=8, shares=[0.5, 1.0]))
    assert bar.steps == (
        (107, float(np.quantile(np.arange(8) / 10, 0.25))),
        (108, float(np.quantile(np.arange(9) / 10, 0.25))),
    )


def test_bars_stay_small():
    rungs = [Rung(1.0, n, 0.5) for n in range(2000)]
    (bar,) = bars(rungs, EarlyStoppingConfig())
    assert len(bar.steps) <= 32 and bar.steps[-1][0] == 1999


def test_a_small_network_may_be_worse():
    bar = Bar(0.5, ((1000, 0.8), (2000, 0.9)))
    assert not bar.asks_more_than(Rung(0.5, 999, 0.1))
    assert bar.asks_more_than(Rung(0.5, 1000, 0.79))
    assert not bar.asks_more_than(Rung(0.5, 1999, 0.8))
    assert bar.asks_more_than(Rung(0.5, 3000, 0.89))


def test_rungs_come_from_the_history():
    rows = [
        {"epoch": str(e), "sparsity": str(e / 10), "val_accuracy": str(e / 20)}
        for e in range(1, 10)
    ]
    assert rungs_of(rows, [0.25, 1.0], 6, 1000) == [Rung(0.25, 800, 0.1), Rung(1.0, 400, 0.3)]


def test_a_regression_stands_where_its_r2_is():
    rows = [{"epoch": "2", "sparsity": "0.5", "loss": "1", "val_r2": "-0.25"}]
    assert rungs_of(rows, [0.5], 4, 100) == [Rung(0.5, 50, -0.25)]
