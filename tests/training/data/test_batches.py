from __future__ import annotations

import numpy as np
import pytest

from training.data import Augmentation, Batches

X = np.random.default_rng(0).random((70, 6, 5), dtype=np.float32)
Y = np.arange(70) % 3
BEND = Augmentation(maps=16)


def epoch_of(batches):
    return [batches[i] for i in range(len(batches))]


def assert_equal(one, other):
    for (x, y), (other_x, other_y) in zip(one, other, strict=True):
        np.testing.assert_array_equal(x, other_x)
        np.testing.assert_array_equal(y, other_y)


def test_an_epoch_holds_every_sample_once():
    batches = Batches(X, Y, 32)
    assert [len(y) for _, y in epoch_of(batches)] == [32, 32, 6]
    found = np.concatenate([x for x, _ in epoch_of(batches)])
    assert (found != X).any()
    np.testing.assert_array_equal(
        np.sort(found.reshape(70, -1), axis=0), np.sort(X.reshape(70, -1), axis=0)
    )


def test_labels_stay_with_their_samples():
    index = {x.tobytes(): y for x, y in zip(X, Y, strict=True)}
    assert all(
        index[a.tobytes()] == b
        for x, y in epoch_of(Batches(X, Y, 32))
        for a, b in zip(x, y, strict=True)
    )


def test_seed_epoch_and_batch_decide_alone():
    first = epoch_of(Batches(X, Y, 32, seed=1, augmentation=BEND, epoch=4))
    backwards = Batches(X, Y, 32, seed=1, augmentation=BEND)
    backwards.epoch = 4
    again = [backwards[i] for i in reversed(range(3))][::-1]
    assert_equal(first, again)
    for other in ({"seed": 2, "epoch": 4}, {"seed": 1, "epoch": 5}):
        changed = epoch_of(Batches(X, Y, 32, augmentation=BEND, **other))
        assert (changed[0][0] != first[0][0]).any()


def test_maps_differ_between_batches_and_epochs():
    same = np.repeat(X[:1], 70, axis=0)
    batches = Batches(same, Y, 35, augmentation=BEND)
    first, second = (x for x, _ in epoch_of(batches))
    batches.epoch = 1
    assert (first != second).any()
    assert (first != batches[0][0]).any()


def test_only_whole_epochs_count():
    batches = Batches(X, Y, 32)
    epoch_of(batches)
    batches.on_epoch_end()  # as Keras does before a first epoch
    assert batches.epoch == 0
    batches.on_epoch_begin()
    batches[0]
    batches.on_epoch_end()  # as Keras does after building a model from one batch
    assert batches.epoch == 0
    batches.on_epoch_begin()
    epoch_of(batches)
    batches.on_epoch_end()
    assert batches.epoch == 1


def train(epochs, **options):
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    seen = []

    class Spy(Batches):
        def __getitem__(self, index):
            seen.append((self.epoch, index))
            return super().__getitem__(index)

    batches = Spy(X, Y, 32, seed=5, augmentation=BEND, **options)
    weights = []
    for count in epochs:
        model.fit(batches, epochs=count, shuffle=False, verbose=0)
        weights.append(model.get_weights())
    return batches, seen, weights


def test_fit_takes_one_epoch_after_another():
    batches, seen, (three, five) = train([3, 2])
    assert batches.epoch == 5
    assert {epoch for epoch, _ in seen} <= set(range(6))
    assert {(epoch, i) for epoch in range(5) for i in range(3)} <= set(seen)
    _, _, (at_once,) = train([5])
    np.testing.assert_array_equal(five[0], at_once[0])
    assert (three[0] != five[0]).any()


def test_a_resumed_run_sees_what_it_would_have_seen():
    import keras

    _, _, (three, five) = train([3, 2])
    model = keras.Sequential([keras.Input((6, 5)), keras.layers.Flatten(), keras.layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.set_weights(three)
    batches = Batches(X, Y, 32, seed=5, augmentation=BEND, epoch=3)
    model.fit(batches, initial_epoch=3, epochs=5, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], five[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"y": Y[1:]}, "equally long.*70 samples and 69 labels"),
        ({"x": X[:0], "y": Y[:0]}, "not empty"),
        ({"batch_size": 0}, "`batch_size` must be an integer from 1"),
        ({"batch_size": 2.5}, "`batch_size`"),
        ({"seed": -1}, "`seed`"),
        ({"epoch": -1}, "`epoch` must be an integer from 0"),
    ],
)
def test_bad_values(options, message):
    with pytest.raises(ValueError, match=message):
        Batches(**{"x": X, "y": Y, **options})


def test_indices_end():
    with pytest.raises(IndexError, match=r"0 to 2\. Received: 3"):
        Batches(X, Y, 32)[3]
    assert len(list(Batches(X, Y, 32))) == 3


def test_alternating_flips_show_each_image_from_either_side_in_turn():
    still = Augmentation(shift=0, shear=0, flip=True, alternate=True, maps=4)
    whole = Batches(X, np.arange(70), 70, augmentation=still)

    def images_of(epoch):
        whole.epoch = epoch
        x, index = whole[0]
        return x[np.argsort(index)]

    first, second, third = map(images_of, range(3))
    np.testing.assert_array_equal(second, first[:, :, ::-1])
    np.testing.assert_array_equal(third, first)
    mirrored = (first != X).any(axis=(1, 2))
    assert 20 < mirrored.sum() < 50
    np.testing.assert_array_equal(first[~mirrored], X[~mirrored])


def test_alternating_needs_flips():
    with pytest.raises(ValueError, match="`alternate` needs `flip: true`"):
        Augmentation(alternate=True)
