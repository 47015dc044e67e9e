import numpy as np
import pytest

from training.data import Augmentation


@pytest.mark.parametrize("shape", [(6, 5), (7, 7, 3)])
def test_deformed_images_are_those_of_numpy_bit_for_bit(shape):
    rng = np.random.default_rng(0)
    images = rng.random((9, *shape), np.float32)
    deform = Augmentation(shift=1.5, rotation=20.0, zoom=0.2, maps=8).build(shape, seed=3)
    choice = rng.integers(0, 8, 9)
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1)] + [(0, 0)] * (len(shape) - 2))
    flat = padded.reshape(9, -1, *shape[2:])
    row = shape[1] + 2

    def at(offset):
        corners = deform._corners[choice].astype(np.int64) + offset
        return np.stack([image[c] for image, c in zip(flat, corners, strict=True)])

    tail = (1,) * (len(shape) - 2)
    right = deform._right[choice].reshape(9, -1, *tail)
    down = deform._down[choice].reshape(9, -1, *tail)
    above = at(0) + (at(1) - at(0)) * right
    below = at(row) + (at(row + 1) - at(row)) * right
    wanted = (above + (below - above) * down).reshape(images.shape)
    np.testing.assert_array_equal(deform(images, choice), wanted)
