"""Values in other places, against NumPy's own functions."""

import numpy as np
import pytest

from hls_projects.kinds import KINDS, Crop, Dense, Flatten, Head, Pad, Permute, Select, UpSample
from hls_projects.logic.bits import Bit
from hls_projects.logic.columns import BitSum
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork

IMAGE, SERIES = (4, 5, 3), (4, 3)
CASES = {
    "pad": (Pad(((1, 0), (2, 3))), IMAGE,
            lambda x: np.pad(x, [(0, 0), (1, 0), (2, 3), (0, 0)])),
    "pad a series": (Pad([[1, 2]]), SERIES, lambda x: np.pad(x, [(0, 0), (1, 2), (0, 0)])),
    "crop": (Crop(((1, 0), (2, 1))), IMAGE, lambda x: x[:, 1:, 2:-1]),
    "crop a series": (Crop(((0, 3),)), SERIES, lambda x: x[:, :1]),
    "upsample": (UpSample((2, 3)), IMAGE, lambda x: x.repeat(2, 1).repeat(3, 2)),
    "upsample a series": (UpSample([2]), SERIES, lambda x: x.repeat(2, 1)),
    "permute": (Permute((2, 0, 1)), IMAGE, lambda x: x.transpose(0, 3, 1, 2)),
    "select": (Select(3, (2, 4)), (13,), lambda x: x[:, 3:11].reshape(-1, 2, 4)),
}


@pytest.mark.parametrize("name", CASES)
def test_what_numpy_gives(name):
    layer, shape, expected = CASES[name]
    x = np.random.default_rng(0).integers(-9, 9, (6, *shape)).astype(np.int32)
    got = layer.forward(x)
    np.testing.assert_array_equal(got, expected(x))
    assert got.dtype == np.int32 and got.shape[1:] == layer.output_shape(shape)
    for bound, found in zip((x[0], x[1]), layer.output_range(x[0], x[1]), strict=True):
        np.testing.assert_array_equal(found, expected(bound[None])[0])


@pytest.mark.parametrize("name", CASES)
def test_sums_of_bits_are_moved_too(name):
    layer, shape, expected = CASES[name]
    values = np.empty(int(np.prod(shape)), object)
    for i in range(len(values)):
        values[i] = BitSum.of_bits([Bit(i)])
    places = np.arange(1, len(values) + 1).reshape(1, *shape)
    moved = layer.sums(values.reshape(shape)).reshape(-1)
    found = [total.columns[0][0].signal + 1 if total.columns else 0 for total in moved]
    np.testing.assert_array_equal(found, expected(places).reshape(-1))


def test_files_hold_them(tmp_path):
    rng = np.random.default_rng(1)
    layers = (
        Select(0, (4, 5, 1)), Pad(((1, 1), (0, 0))), Crop(((0, 1), (1, 1))), UpSample((1, 2)),
        Permute((1, 0, 2)), Flatten(),
        Dense(rng.integers(-1, 2, (30, 2)).astype(np.int8)), Head(np.zeros(2, np.int32)),
    )  # fmt: skip
    network = IntegerNetwork(InputFormat(3, True, 1.0, (20,)), layers)
    network.save(tmp_path / "network.npz")
    again = IntegerNetwork.load(tmp_path / "network.npz")
    x = rng.integers(-4, 4, (30, 20))
    np.testing.assert_array_equal(again.predict_integers(x), network.predict_integers(x))


@pytest.mark.parametrize("kind, options, message", [
    ("pad", {"around": ((1, 2, 3),)}, "`around` must be two integers >= 0 for each of one or two"),
    ("crop", {"around": ((-1, 2),)}, "`around` must be two integers >= 0"),
    ("upsample", {"factors": (0, 1)}, "`factors` must be integers >= 1"),
    ("permute", {"axes": (0, 2)}, "`axes` must hold each of 0, 1, … once. Received: .0, 2."),
    ("select", {"first": -1, "shape": (1,)}, "`first` must be an integer >= 0"),
    ("select", {"first": 0, "shape": ()}, "`shape` must hold integers >= 1"),
])
def test_options_out_of_range_are_named(kind, options, message):
    with pytest.raises(ValueError, match=message):
        KINDS[kind](**options)


@pytest.mark.parametrize("layer, shape, message", [
    (Pad(((1, 1),)), IMAGE, r"zeros around 1 axes cannot follow shape \(4, 5, 3\)"),
    (Crop(((3, 1), (0, 0))), IMAGE, r"a crop layer leaves nothing of shape \(4, 5, 3\)"),
    (Crop(((3, 9), (0, 0))), IMAGE, "leaves nothing"),
    (UpSample((2,)), IMAGE, "upsampling of 1 axes cannot follow"),
    (Permute((1, 0)), IMAGE, "an order of 2 axes cannot follow"),
    (Select(8, (6,)), (13,), r"values 8 to 13 of a vector cannot be taken of shape \(13,\)"),
])
def test_shapes_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        layer.output_shape(shape)
