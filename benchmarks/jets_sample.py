"""Makes the jets of `--data jets-sample`: collisions by Pythia 8, jets by FastJet, 16 features.

    pip install numpy==2.4.6 fastjet==3.5.2.0 pythia8mc==8.317.2    # an environment of its own
    PYTHONPATH=. python benchmarks/jets_sample.py FOLDER            # some minutes of one core

Proton-proton collisions at 13 TeV, Pythia's default tune with multiparton interactions, transverse
momentum of the hard process 1000 to 1100 GeV: gg → gg and qq̄ → gg (g), qq' → qq' and qq̄ → q'q̄'
(q, new ones of u, d, s), WW (w), ZZ without photons (z), tt̄ (t); W and Z decay to quarks.  All
visible final particles with |η| < 5 are clustered by anti-kT with R = 0.8; of the two leading jets
those are taken with pT > 800 GeV and |η| < 2.  No detector is simulated.

Features are those of OpenML 42468, of which the names tell (J. Duarte et al., JINST 13 P07027).
Grooming is mMDT, soft drop with z_cut = 0.1 and β = 0 after reclustering by Cambridge/Aachen
(M. Dasgupta et al., JHEP 09 (2013) 029).  Of the groomed jet are its mass, in GeV, and the ratios
of benchmarks/energy_correlations.py.  Of all particles of the jet are their number, multiplicity,
and zlogz = Σ z ln z, z = pT / Σ pT.

FOLDER gets CLASS.npz, floats, and jets-sample.npz: integers of 12 bits, steps, and a fixed split.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import fastjet
import numpy as np
import pythia8mc

from benchmarks.energy_correlations import energy_correlations
from training.data.sets.features.jet_features import CLASSES, FEATURES

JETS = 6000  # of each class
TEST = 1200  # of those
RADIUS, LOWEST_PT, LARGEST_ETA = 0.8, 800.0, 2.0
Z_CUT = 0.1
BITS = 12
SEED = 40
COMMON = (
    "Print:quiet = on", "Beams:eCM = 13000", "PhaseSpace:pTHatMin = 1000",
    "PhaseSpace:pTHatMax = 1100", "23:onMode = off", "24:onMode = off",
    "23:onIfAny = 1 2 3 4 5", "24:onIfAny = 1 2 3 4 5", "Random:setSeed = on",
)
PROCESSES = {
    "g": ("HardQCD:gg2gg = on", "HardQCD:qqbar2gg = on"),
    "q": ("HardQCD:qq2qq = on", "HardQCD:qqbar2qqbarNew = on", "HardQCD:nQuarkNew = 3"),
    "t": ("Top:gg2ttbar = on", "Top:qqbar2ttbar = on"),
    "w": ("WeakDoubleBoson:ffbar2WW = on",),
    "z": ("WeakDoubleBoson:ffbar2gmZgmZ = on", "WeakZ0:gmZmode = 2"),
}
ANTI_KT = fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS)
CAMBRIDGE = fastjet.JetDefinition(fastjet.cambridge_algorithm, 10.0)


def events(process: str) -> Iterator[list[fastjet.PseudoJet]]:
    """Visible final particles of one collision after another."""
    pythia = pythia8mc.Pythia("", False)
    seed = f"Random:seed = {SEED + CLASSES.index(process)}"
    for line in (*COMMON, *PROCESSES[process], seed):
        if not pythia.readString(line):
            raise RuntimeError(f"Pythia does not know {line!r}")
    if not pythia.init():
        raise RuntimeError(f"Pythia cannot make {process!r}")
    while True:
        if pythia.next():
            yield [
                fastjet.PseudoJet(p.px(), p.py(), p.pz(), p.e())
                for p in pythia.event
                if p.isFinal() and p.isVisible() and abs(p.eta()) < 5
            ]


def jets(particles: list[fastjet.PseudoJet]) -> list[np.ndarray]:
    """Features of those of the two leading jets that are within the cuts."""
    clusters = fastjet.ClusterSequence(particles, ANTI_KT)
    leading = fastjet.sorted_by_pt(clusters.inclusive_jets(LOWEST_PT))[:2]
    return [features(jet) for jet in leading if abs(jet.eta()) < LARGEST_ETA]


def features(jet: fastjet.PseudoJet) -> np.ndarray:
    """All of FEATURES, in order."""
    parts = list(jet.constituents())
    share = np.array([part.pt() for part in parts])
    share /= share.sum()
    clusters = fastjet.ClusterSequence(parts, CAMBRIDGE)
    groomed = groom(fastjet.sorted_by_pt(clusters.inclusive_jets())[0])
    inside = [(part.pt(), part.rap(), part.phi()) for part in groomed.constituents()]
    found = energy_correlations(*np.array(inside).T)
    found |= {
        "zlogz": float((share * np.log(share)).sum()),
        "mass_mmdt": max(groomed.m(), 0.0),
        "multiplicity": float(len(parts)),
    }
    return np.array([found[name] for name in FEATURES])


def groom(jet: fastjet.PseudoJet) -> fastjet.PseudoJet:
    """Follows the harder branch until the softer one carries Z_CUT of both, or one is left."""
    one, other = fastjet.PseudoJet(), fastjet.PseudoJet()
    while jet.has_parents(one, other):
        hard, soft = max(one.pt(), other.pt()), min(one.pt(), other.pt())
        if soft > Z_CUT * (hard + soft):
            return jet
        jet = fastjet.PseudoJet(one if one.pt() >= other.pt() else other)
    return jet


def make(process: str, path: Path) -> None:
    """Writes the features of JETS jets, float64, in the order in which they come."""
    started, found = time.process_time(), []
    source = events(process)
    while len(found) < JETS:
        found += jets(next(source))
    np.savez(path, x=np.array(found[:JETS]))
    print(process, round(time.process_time() - started), "s", flush=True)


def steps(x: np.ndarray) -> np.ndarray:
    """For each feature the smallest power of two of which 2^12 − 1 hold 99.5 % of the values."""
    return np.array([
        2.0 ** math.ceil(math.log2(np.quantile(np.abs(column), 0.995) / (2**BITS - 1)))
        for column in x.T
    ])


def pack(folder: Path) -> None:
    """Writes jets-sample.npz: uint16 magnitudes, steps with the sign of each feature, classes."""
    by_class = [np.load(folder / f"{name}.npz")["x"] for name in CLASSES]
    if not all(np.isfinite(x).all() for x in by_class):
        raise RuntimeError("features must be finite")
    step = steps(np.concatenate([x[TEST:] for x in by_class]))
    # zlogz is never above 0, every other feature never below.
    step = np.where([name == "zlogz" for name in FEATURES], -step, step)
    rng = np.random.default_rng(SEED)
    packed = {"steps": step}
    for part, chosen in (("train", slice(TEST, None)), ("test", slice(TEST))):
        x = np.concatenate([own[chosen] for own in by_class])
        y = np.repeat(np.arange(len(CLASSES), dtype=np.uint8), [len(o[chosen]) for o in by_class])
        order = rng.permutation(len(y))
        integers = np.clip(np.rint(x / step), 0, 2**BITS - 1).astype(np.uint16)
        packed |= {f"x_{part}": np.asfortranarray(integers[order]), f"y_{part}": y[order]}
    np.savez_compressed(folder / "jets-sample.npz", **packed)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in CLASSES:
        if not (folder / f"{name}.npz").is_file():
            make(name, folder / f"{name}.npz")
    pack(folder)
