"""scikit-learn's embedded handwritten digits: no download, seconds to train."""

from __future__ import annotations

import numpy as np

from training.data.sets.image_set import ImageSet
from training.data.split import held_out_count, split_indices

TEST_SHARE = 0.2
TEST_SEED = 0  # fixed: the test set stays the same whatever the user chooses


def read_digits(folder: None = None) -> dict[str, np.ndarray]:
    """x_train, y_train, x_test, y_test of 1,797 images (8, 8), 10 classes; a fifth is test data.

    x are uint8 pixels min(16 · v, 255) of the set's values v = 0 … 16.  So pixel / 256 is v / 16,
    but 255/256 for v = 16, which 4 unsigned bits hold as 15.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x = np.minimum(16 * bunch.images, 255).astype(np.uint8)
    y = bunch.target.astype(np.int64)
    train, test = split_indices(y, held_out_count(TEST_SHARE, len(y)), TEST_SEED)
    return {"x_train": x[train], "y_train": y[train], "x_test": x[test], "y_test": y[test]}


DIGITS = ImageSet(
    "digits",
    read_digits,
    bits=4,
    threshold=7 / 16,  # what Otsu's method gives for the training images
    published=False,
)
