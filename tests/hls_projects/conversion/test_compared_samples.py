"""Samples that conversions are compared on."""

import numpy as np
import pytest

from hls_projects.conversion.compared_samples import test_data as find_test_data
from tests.hls_projects.networks import network


def test_channels_first_are_named(tmp_path):
    x, y = np.zeros((20, 3, 4, 5)), np.arange(20) % 2
    np.savez(tmp_path / "mine.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    net = network((60, 2), shape=(4, 5, 3))
    pattern = r"Received: \(3, 4, 5\); channels must be last, as np.moveaxis\(x, 1, -1\)"
    with pytest.raises(ValueError, match=pattern):
        find_test_data(net, str(tmp_path / "mine.npz"), None, None)


def test_images_get_the_axis_of_one_channel_that_the_model_has(tmp_path):
    x, y = np.random.default_rng(0).random((20, 4, 5)), np.arange(20) % 2
    np.savez(tmp_path / "mine.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    net = network((20, 2), shape=(4, 5, 1))
    found = find_test_data(net, str(tmp_path / "mine.npz"), None, None)
    np.testing.assert_array_equal(found.x[..., 0], x.astype(np.float32))
