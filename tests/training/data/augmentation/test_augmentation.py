from __future__ import annotations

import numpy as np
import pytest

from training.data import Augmentation
from training.data.augmentation.deformations import Deformations

STILL = Augmentation(shift=0, shear=0, maps=4)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((4, 9, 7), dtype=np.float32)


def oracle(image, y, x):
    """One image through one map, pixel by pixel."""
    height, width = image.shape
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            for row in range(height):
                for column in range(width):
                    weight = max(0, 1 - abs(y[i, j] - row)) * max(0, 1 - abs(x[i, j] - column))
                    out[i, j] += weight * image[row, column]
    return out


def test_no_deformation_is_the_identity():
    choice = np.array([3, 0, 1, 2])
    np.testing.assert_array_equal(STILL.build((9, 7))(IMAGES, choice), IMAGES)


def test_against_an_oracle():
    form = Augmentation(shift=2, shear=0.3, rotation=20, zoom=0.2, elastic=1, maps=5)
    y, x = form._sources(9, 7, seed=3)
    choice = np.array([4, 0, 2, 2])
    found = form.build((9, 7), seed=3)(IMAGES, choice)
    expected = [oracle(p, y[c], x[c]) for p, c in zip(IMAGES, choice, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert found.dtype == np.float32


def test_whole_shifts_move_pixels_and_let_in_zeros():
    rows, columns = np.mgrid[:9, :7].astype(float)
    shifted = Deformations(rows[None] + 1, columns[None] - 2)(IMAGES, np.zeros(4, int))
    np.testing.assert_array_equal(shifted[:, :-1, 2:], IMAGES[:, 1:, :-2])
    assert not shifted[:, -1].any()
    assert not shifted[:, :, :2].any()


def test_far_outside_is_zero():
    rows, columns = np.mgrid[:9, :7].astype(float)
    for y, x in ((50, 0), (-50, 0), (0, 50), (0, -50)):
        assert not Deformations(rows[None] + y, columns[None] + x)(IMAGES, np.zeros(4, int)).any()


def test_channels_move_together():
    form = Augmentation(elastic=1)
    colours = RANDOM.random((3, 9, 7, 2), dtype=np.float32)
    choice = np.array([5, 6, 7])
    deform = form.build((9, 7, 2), seed=1)
    found = deform(colours, choice)
    for channel in range(2):
        alone = form.build((9, 7), seed=1)(colours[..., channel], choice)
        np.testing.assert_array_equal(found[..., channel], alone)


def test_channels_first_are_refused():
    with pytest.raises(ValueError, match=r"`x`: channels must be last.*Received: \(3, 9, 7\)"):
        Augmentation().build((3, 9, 7))


def test_limits_are_respected_and_used():
    form = Augmentation(shift=1.5, shear=0, maps=4000)
    y, x = form._sources(9, 7, seed=0)
    for moved in (y - np.arange(9)[:, None], x - np.arange(7)):
        assert 1.45 < np.abs(moved).max() <= 1.5
    y, x = Augmentation(shift=0, shear=0, elastic=0.5, maps=2000)._sources(9, 7, seed=0)
    assert 0.4 < np.abs(y - np.arange(9)[:, None]).max() <= 0.5 + 1e-9
    y, x = Augmentation(shift=0, shear=0.2, maps=2000)._sources(9, 7, seed=0)
    assert np.abs(y - np.arange(9)[:, None]).max() < 1e-9
    assert 0.75 < np.abs(x - np.arange(7)).max() <= 0.8 + 1e-9


def test_the_seed_decides():
    first, again, other = (
        Augmentation().build((9, 7), seed=s)(IMAGES, np.arange(4)) for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(
    "values",
    [
        {"shift": -1},
        {"shear": float("nan")},
        {"rotation": "a"},
        {"elastic": float("inf")},
        {"zoom": 1.0},
        {"maps": 0},
        {"maps": 2.5},
        {"shift": True},
    ],
)
def test_bad_values_are_named(values):
    with pytest.raises(ValueError, match=f"`{next(iter(values))}` must be.*Received: "):
        Augmentation(**values)


@pytest.mark.parametrize("shape", [(784,), (2, 3, 4, 5), ()])
def test_only_images(shape):
    with pytest.raises(ValueError, match="images of shape"):
        Augmentation().build(shape)


def test_flips_mirror_half_of_the_maps_and_whole_shifts_blur_nothing():
    form = Augmentation(shift=2, shear=0, flip=True, whole_pixels=True, maps=400)
    image = RANDOM.random((1, 9, 7), dtype=np.float32) + 1
    found = form.build((9, 7), seed=4)(np.repeat(image, 400, axis=0), np.arange(400))
    padded = np.pad(image[0], 2)
    either = [padded, padded[:, ::-1]]
    shifted = [p[y : y + 9, x : x + 7] for p in either for y in range(5) for x in range(5)]
    matches = (found[:, None] == np.array(shifted)).all(axis=(2, 3))
    assert (matches.sum(axis=1) == 1).all()
    assert 150 < matches[:, 25:].sum() < 250


def test_a_flip_is_true_or_false():
    with pytest.raises(ValueError, match="`flip` must be true or false. Received: 1"):
        Augmentation(flip=1)
