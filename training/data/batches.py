"""Batches for `model.fit`, in an order and with an augmentation that any epoch can be replayed in.

Imports Keras.
"""

from __future__ import annotations

import math

import keras
import numpy as np

from qkeras_models.input_formats.randomness import (
    Purpose,
    check_seed,
    integers,
    permutation,
    words,
)
from training.data.augmentation.augmentation import Augmentation


class Batches(keras.utils.PyDataset):
    """Every sample once an epoch, shuffled, as (x, y) of `batch_size` and a last, smaller batch.

    Epoch e is shuffled by a permutation that depends on (seed, e), and batch b augmented by maps
    that depend on (seed, e, b): a run that resumes at e sees the very batches it would have seen.
    Epochs advance by themselves, each time Keras has taken every batch of one.

    Args:
        x: float32 (samples, ...).
        y: labels (samples, ...).
        batch_size: samples in a batch, from 1.
        seed: integer >= 0.
        augmentation: for images; None leaves x as it is.
        pool: epochs after which the same batches come again, None for never.
        epoch: the epoch to begin with, from 0.

    Raises:
        ValueError: if x and y differ in length or are empty, or a value is out of range.

    Example:
        >>> batches = Batches(data.x_train, data.y_train, augmentation=Augmentation())
        >>> history = model.fit(batches, epochs=1, shuffle=False, verbose=0)

    Give `fit` shuffle=False, or Keras shuffles the order of the batches by its own random numbers,
    and leave its steps_per_epoch alone.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray,
        batch_size: int = 256,
        *,
        seed: int = 0,
        augmentation: Augmentation | None = None,
        pool: int | None = None,
        epoch: int = 0,
    ) -> None:
        super().__init__()
        if len(x) != len(y) or not len(x):
            raise ValueError(
                "`x` and `y` must be equally long, and not empty. "
                f"Received: {len(x)} samples and {len(y)} labels"
            )
        self._x, self._y = x, y
        self._batch_size = _check_integer("batch_size", batch_size, 1)
        self._seed = check_seed("seed", seed)
        self._pool = None if pool is None else _check_integer("pool", pool, 1)
        self._deform = augmentation.build(x.shape[1:], self._seed) if augmentation else None
        self._sides: np.ndarray | None = None
        if augmentation is not None and augmentation.alternate:
            self._sides = words(len(x), Purpose.SIDE, self._seed) >> np.uint64(63)
        self._began = False
        self._taken: set[int] = set()
        self.epoch = epoch

    @property
    def epoch(self) -> int:
        """The epoch that batches are of."""
        return self._epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self._epoch = _check_integer("epoch", epoch, 0)
        self._order = permutation(len(self._x), Purpose.ORDER, self._seed, self.drawn)

    @property
    def drawn(self) -> int:
        """The epoch that order and deformations are drawn for."""
        return self._epoch % self._pool if self._pool else self._epoch

    def __len__(self) -> int:
        return math.ceil(len(self._x) / self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if not 0 <= index < len(self):
            raise IndexError(f"`index` must be 0 to {len(self) - 1}. Received: {index}")
        self._taken.add(index)
        chosen = self._order[index * self._batch_size :][: self._batch_size]
        x = self._x[chosen]
        if self._deform is not None:
            key = (self._seed, self.drawn, index)
            x = self._deform(x, integers(len(x), self._deform.maps, Purpose.CHOICE, *key))
        if self._sides is not None:
            mirrored = (self._sides[chosen] + np.uint64(self.drawn)) % 2 == 1
            x[mirrored] = x[mirrored, :, ::-1]
        return x, self._y[chosen]

    def release(self) -> None:
        """Lets the samples go; there are no batches afterwards.

        TensorFlow keeps what fit was given for as long as the process lives.
        """
        # A slice alone would keep the whole array.
        self._x, self._y, self._order = (a[:0].copy() for a in (self._x, self._y, self._order))

    def on_epoch_begin(self) -> None:
        """Called by Keras."""
        self._began = True

    def on_epoch_end(self) -> None:
        """Called by Keras, which also does so before a first epoch and after a mere look at it."""
        if self._began and len(self._taken) == len(self):
            self.epoch += 1
        self._began = False
        self._taken = set()


def _check_integer(name: str, value: int, lowest: int) -> int:
    is_integer = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not is_integer or value < lowest:
        raise ValueError(f"`{name}` must be an integer from {lowest}. Received: {value!r}")
    return int(value)
