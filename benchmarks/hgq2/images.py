"""MNIST as mnist-small sees it: one bit a pixel, the same split and augmentation."""

from __future__ import annotations

import numpy as np

THRESHOLD = 0.375  # a pixel of 96 / 256 or more is 1
SHIFT, SHEAR = 1.0, 0.15  # as in mnist-small's configuration


def one_bit(images):
    """float32 (n, 28, 28, 1) of 0 and 1."""
    return (images >= THRESHOLD).astype(np.float32)[..., None]


def load_batches(batch_size, seed):
    """Training batches of grey images, and validation images of 0 and 1 with their labels."""
    from training.data import Augmentation, Batches, load

    data = load("mnist")
    augmentation = Augmentation(shift=SHIFT, shear=SHEAR)
    batches = Batches(data.x_train, data.y_train, batch_size, seed=seed, augmentation=augmentation)
    return batches, (one_bit(data.x_validation), data.y_validation)


def epoch_of(batches, epoch):
    """Images of 0 and 1 and labels of an epoch, but for its last, smaller batch.

    (steps, batch, 28, 28, 1), float32, and (steps, batch).
    """
    batches.epoch = epoch
    drawn = [batches[index] for index in range(len(batches) - 1)]
    return np.stack([one_bit(x) for x, _ in drawn]), np.stack([y for _, y in drawn])
