"""Jets as they come from a raw port: the same integers for every network that is compared.

For HGQ2's own environment, on JAX, and for this project's.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

BITS = 14
# Signed, an integer bit, the others fraction: integers times 2⁻¹² lie in [−2, 2).
FORMAT = (1, 1, BITS - 2)
STEP = 2.0 ** -FORMAT[2]


class Jets:
    """Arrays of integers (jets, 16), −8192 … 8191, and classes; floats are integers times STEP.

    Args:
        path: an .npz of x_train, x_validation, x_test, y_train, y_validation and y_test, and of
            teacher_train if a float network teaches: its logits of the training jets.
    """

    input_format = FORMAT

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        with np.load(self.path) as stored:
            return dict(stored)

    def samples(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        """Floats (jets, 16) and classes of "train", "validation" or "test"."""
        x = self.arrays[f"x_{part}"].astype(np.float32) * np.float32(STEP)
        return x, self.arrays[f"y_{part}"].astype(np.int64)

    def integers(self, part: str) -> np.ndarray:
        """What the raw port takes of a jet, (jets, 16)."""
        return self.arrays[f"x_{part}"].astype(np.int64)

    def load_batches(self, batch_size: int, seed: int):
        """What `epoch_of` draws from, and the validation jets with their classes."""
        x, y = self.samples("train")
        targets = (y, *(self.arrays[name] for name in ["teacher_train"] if name in self.arrays))
        return (x, targets, batch_size, seed), self.samples("validation")

    def epoch_of(self, batches, epoch: int) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Jets of an epoch in an order of its own, (steps, batch, 16), and their targets.

        Those are classes (steps, batch) and, if there is a teacher, its logits.
        """
        x, targets, size, seed = batches
        order = np.random.default_rng((seed, epoch)).permutation(len(x))
        order = order[: len(x) // size * size].reshape(-1, size)
        return x[order], tuple(target[order] for target in targets)

    def calibration(self) -> np.ndarray:
        """Jets that integer bits of activations must hold: training and validation."""
        return np.concatenate([self.samples("train")[0], self.samples("validation")[0]])
