import pytest

from training.pruning.sparsity_controller import SparsityController


def test_wanted_density_falls_along_a_cubic():
    controller = SparsityController(0.98, ramp=0.5)
    controller.strength(0.6, 0.0)
    assert controller.wanted_density(0.0) == pytest.approx(0.6)
    assert controller.wanted_density(0.25) == pytest.approx(0.02 + 0.58 / 8)
    assert controller.wanted_density(0.5) == controller.wanted_density(1.0) == pytest.approx(0.02)


def test_strength_rises_while_too_dense_and_falls_while_too_sparse():
    controller = SparsityController(0.9)
    controller.strength(0.5, 0.0)
    rising = [controller.strength(0.2, 1.0) for _ in range(5)]
    falling = [controller.strength(0.05, 1.0) for _ in range(5)]
    assert rising == sorted(rising) and falling == sorted(falling, reverse=True)
    assert rising[0] > 1 > falling[-1] > 0


def test_an_excursion_of_density_does_not_kill_a_network():
    controller = SparsityController(0.99)
    controller.strength(0.4, 0.0)
    assert controller.strength(0.36, 0.5) == pytest.approx(4.0 / 0.36)
    assert controller.strength(0.0101, 1.0) < 4.0 / 0.0101


@pytest.mark.parametrize("sparsity", [1.0, -0.1, float("nan")])
def test_a_sparsity_outside_the_range_is_refused(sparsity):
    with pytest.raises(ValueError, match=r"`sparsity` must be in \[0, 1\)"):
        SparsityController(sparsity)
