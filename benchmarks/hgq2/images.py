"""MNIST as mnist-small sees it: one bit a pixel, the same split and augmentation."""

from __future__ import annotations

import numpy as np

THRESHOLD = 0.375  # a pixel of 96 / 256 or more is 1
SHIFT, SHEAR = 1.0, 0.15  # as in mnist-small's configuration


def one_bit(images):
    """float32 (n, 28, 28, 1) of 0 and 1."""
    return (images >= THRESHOLD).astype(np.float32)[..., None]


class Images:
    """The images of MNIST, with the methods of benchmarks.hgq2.jets.Jets."""

    # Not signed, an integer bit, no fraction.
    input_format = (0, 1, 0)

    def samples(self, part):
        """Images of 0 and 1 and labels of "train", "validation" or "test"."""
        from training.data import load

        data = load("mnist")
        return one_bit(getattr(data, f"x_{part}")), getattr(data, f"y_{part}")

    def integers(self, part):
        """(images, 28, 28, 1) of 0 and 1."""
        return self.samples(part)[0].astype(np.int64)

    def load_batches(self, batch_size, seed):
        """Training batches of grey images, and validation images of 0 and 1 with their labels."""
        from training.data import Augmentation, Batches, load

        data = load("mnist")
        augmentation = Augmentation(shift=SHIFT, shear=SHEAR)
        batches = Batches(
            data.x_train, data.y_train, batch_size, seed=seed, augmentation=augmentation
        )
        return batches, (one_bit(data.x_validation), data.y_validation)

    def epoch_of(self, batches, epoch):
        """Images of 0 and 1 and labels of an epoch, but for its last, smaller batch.

        (steps, batch, 28, 28, 1), float32, and (steps, batch) in a tuple of its own.
        """
        batches.epoch = epoch
        drawn = [batches[index] for index in range(len(batches) - 1)]
        return np.stack([one_bit(x) for x, _ in drawn]), (np.stack([y for _, y in drawn]),)

    def calibration(self, epochs=2):
        """Training images, augmented as in training, and validation images."""
        batches, (validation, _) = self.load_batches(1000, 1)
        drawn = [np.concatenate(self.epoch_of(batches, number)[0]) for number in range(epochs)]
        return np.concatenate([*drawn, validation])
