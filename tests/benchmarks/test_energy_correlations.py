"""Energy correlation functions against their definitions, particle by particle."""

import itertools
import math

import numpy as np
import pytest

from benchmarks.energy_correlations import MOST_PARTICLES, energy_correlations
from training.data.sets.features.jet_features import FEATURES


def by_definition(pt, y, phi):
    z = pt / sum(pt)

    def theta(i, j):
        turn = abs(phi[i] - phi[j]) % (2 * math.pi)
        return math.hypot(y[i] - y[j], min(turn, 2 * math.pi - turn))

    def e2(beta):
        pairs = itertools.combinations(range(len(z)), 2)
        return sum(z[i] * z[j] * theta(i, j) ** beta for i, j in pairs)

    def e3(count, beta):
        total = 0.0
        for i, j, k in itertools.combinations(range(len(z)), 3):
            sides = sorted([theta(i, j), theta(i, k), theta(j, k)])
            total += z[i] * z[j] * z[k] * math.prod(sides[:count]) ** beta
        return total

    found = {f"c1_b{b}_mmdt": e2(b) for b in (0, 1, 2)}
    for b in (1, 2):
        found[f"c2_b{b}_mmdt"] = e3(3, b) / e2(b) ** 2
        found[f"d2_b{b}_mmdt"] = e3(3, b) / e2(b) ** 3
        found[f"d2_a1_b{b}_mmdt"] = e3(3, 1) / e2(b) ** (3 / b)
        found[f"m2_b{b}_mmdt"] = e3(1, b) / e2(b)
        found[f"n2_b{b}_mmdt"] = e3(2, b) / e2(b) ** 2
    return found


def particles(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.exponential(10, count), rng.normal(0, 0.3, count), rng.normal(0, 0.3, count) % 6.28


@pytest.mark.parametrize("count", [3, 9])
def test_ratios_are_those_of_the_definitions(count):
    values = particles(count)
    found = energy_correlations(*values)
    assert found == pytest.approx(by_definition(*values))
    assert set(found) == set(FEATURES) - {"zlogz", "mass_mmdt", "multiplicity"}


def test_one_particle_has_no_correlations():
    assert set(energy_correlations(*particles(1)).values()) == {0.0}


def test_soft_particles_beyond_the_most_count_in_the_sum_alone():
    pt, y, phi = particles(MOST_PARTICLES + 5)
    pt[MOST_PARTICLES:] = 1e-9
    kept = energy_correlations(pt[:MOST_PARTICLES], y[:MOST_PARTICLES], phi[:MOST_PARTICLES])
    assert energy_correlations(pt, y, phi) == pytest.approx(kept)
