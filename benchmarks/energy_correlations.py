"""Ratios of energy correlation functions, which tell how many prongs a jet has.

References: A. Larkoski et al., JHEP 06 (2013) 108 (C1, C2), JHEP 12 (2014) 009 (D2), and
I. Moult et al., JHEP 12 (2016) 153 (M2, N2).
"""

from __future__ import annotations

import itertools
import math

import numpy as np

MOST_PARTICLES = 60
# Places of the particles of each pair and triple, in order.
PAIRS = np.array(list(itertools.combinations(range(MOST_PARTICLES), 2))).T
TRIPLES = np.array(list(itertools.combinations(range(MOST_PARTICLES), 3))).T


def energy_correlations(pt: np.ndarray, rapidity: np.ndarray, phi: np.ndarray) -> dict[str, float]:
    """C1, C2, D2, M2 and N2 for β = 1 and 2, C1 for 0 too, by their names in FEATURES.

    With z_i = pT_i / Σ pT and θ_ij = √(Δy² + Δφ²), and sums over pairs and triples of the 60
    particles of highest pT, where the sum in z is of all:

        e2(β)  = Σ z_i z_j θ_ij^β             e3(β)  = Σ z_i z_j z_k (θ_ij θ_ik θ_jk)^β
        1e3(β) = Σ z_i z_j z_k min(θ)^β       2e3(β) = Σ z_i z_j z_k (product of two smallest θ)^β
        C1 = e2, C2 = e3 / e2², D2 = e3 / e2³, D2(α, β) = e3(α) / e2(β)^(3α/β),
        M2 = 1e3 / e2, N2 = 2e3 / e2².

    A ratio whose divisor is 0, as of a jet of one particle, is 0.

    Args:
        pt: of each particle, any unit, above 0.
        rapidity: of each.
        phi: azimuth of each in radians, 0 to 2π.
    """
    order = np.argsort(-pt, kind="stable")[:MOST_PARTICLES]
    z, rapidity, phi = (pt / pt.sum())[order], rapidity[order], phi[order]
    turn = np.abs(phi[:, None] - phi)
    angle = np.hypot(rapidity[:, None] - rapidity, np.minimum(turn, 2 * math.pi - turn))
    i, j = PAIRS[:, PAIRS[1] < len(z)]
    pairs, separation = z[i] * z[j], angle[i, j]
    i, j, k = TRIPLES[:, TRIPLES[2] < len(z)]
    triples = z[i] * z[j] * z[k]
    sides = np.sort([angle[i, j], angle[i, k], angle[j, k]], axis=0)
    one, two, three = sides[0], sides[0] * sides[1], sides.prod(axis=0)
    e2 = {b: float((pairs * separation**b).sum()) for b in (0, 1, 2)}
    e3 = {b: float((triples * three**b).sum()) for b in (1, 2)}
    found = {f"c1_b{b}_mmdt": e2[b] for b in e2}
    for b in (1, 2):
        found[f"c2_b{b}_mmdt"] = _ratio(e3[b], e2[b] ** 2)
        found[f"d2_b{b}_mmdt"] = _ratio(e3[b], e2[b] ** 3)
        found[f"d2_a1_b{b}_mmdt"] = _ratio(e3[1], e2[b] ** (3 / b))
        found[f"m2_b{b}_mmdt"] = _ratio(float((triples * one**b).sum()), e2[b])
        found[f"n2_b{b}_mmdt"] = _ratio(float((triples * two**b).sum()), e2[b] ** 2)
    return found


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else 0.0
