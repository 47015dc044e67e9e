from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from training.data.sets.idx import idx_header, read_idx

SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)


@given(arrays.arrays(np.uint8, SHAPES))
def test_round_trip(array):
    np.testing.assert_array_equal(read_idx(idx_header(array.shape) + array.tobytes()), array)


def test_header_is_the_published_one():
    assert idx_header((60_000, 28, 28)).hex() == "000008030000ea600000001c0000001c"


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(content):
    try:
        array = read_idx(content)
    except ValueError:
        return
    assert idx_header(array.shape) + array.tobytes() == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no IDX file"),
        (b"\x1f\x8b\x08\x00abcd", "two zero bytes"),
        (b"\0\0\x0d\x01\0\0\0\1\0\0\0\0", "Received: type 13"),
        (b"\0\0\x08\0", "0 dimensions"),
        (b"\0\0\x08\x02\0\0\0\1", "truncated: its header alone takes 12 bytes"),
        (idx_header((3,)) + b"ab", "must be 11 bytes long.*Received: 10 bytes"),
        (idx_header((3,)) + b"abcd", "must be 11 bytes long.*Received: 12 bytes"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "Received: 16 bytes"),
    ],
)
def test_damage_is_named(content, message):
    with pytest.raises(ValueError, match=message):
        read_idx(content, "file")
