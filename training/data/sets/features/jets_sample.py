"""30,000 jets that come with the package: no download, a minute to train.

benchmarks/jets_sample.py made them with Pythia 8 and FastJet, and says how.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.data.sets.features.feature_set import FeatureSet
from training.data.sets.features.jet_features import CLASSES

FILE = Path(__file__).with_name("jets-sample.npz")


def read_jets_sample(folder: None = None) -> dict[str, np.ndarray]:
    """x_train, y_train, x_test, y_test of 24,000 and 6,000 jets, as many of each class.

    x are float32 (jets, 16) in the order of FEATURES: masses in GeV, all else without a unit.  They
    are integers of 12 bits times a power of two for each feature, −1 times that for zlogz, which
    is never above 0; what lies beyond 99.5 % of the jets or more may be clipped.  y are the names
    of CLASSES.
    """
    with np.load(FILE) as stored:
        arrays = dict(stored)
    names = np.array(CLASSES)
    found = {}
    for part in ("train", "test"):
        found[f"x_{part}"] = (arrays[f"x_{part}"] * arrays["steps"]).astype(np.float32)
        found[f"y_{part}"] = names[arrays[f"y_{part}"]]
    return found


JETS_SAMPLE = FeatureSet("jets-sample", read_jets_sample, published=False)
