"""Frames and payloads: there and back, and nothing damaged taken for whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls_projects.board.fingerprint import fingerprint
from hls_projects.board.protocol import (
    ANSWER_START,
    Frame,
    FrameError,
    Hello,
    pack_images,
    unpack_result,
)
from hls_projects.network.integer_network import IntegerNetwork
from tests.hls_projects.networks import network

BYTE = st.integers(0, 255)
FRAMES = st.builds(Frame, BYTE, BYTE, st.integers(0, 2**32 - 1), st.binary(max_size=40))


@given(FRAMES)
def test_a_frame_is_what_was_sent(frame):
    assert Frame.decode(frame.encode(ANSWER_START)) == frame


@given(FRAMES, st.data())
def test_a_damaged_frame_is_refused(frame, data):
    sent = bytearray(frame.encode(ANSWER_START))
    place = data.draw(st.integers(0, len(sent) - 1))
    sent[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(FrameError):
        Frame.decode(bytes(sent))
    with pytest.raises(FrameError):
        Frame.decode(frame.encode(ANSWER_START)[:place])


@given(st.integers(1, 8), st.integers(2, 20), st.integers(1, 9), st.integers(0, 2**32))
def test_logits_come_back_with_their_sign(classes, logit_bits, inputs, seed):
    rng = np.random.default_rng(seed)
    high = 1 << (logit_bits - 1)
    logits = rng.integers(-high, high, classes)
    (packed,) = pack_images((logits % (1 << logit_bits))[None], logit_bits)
    number, received = unpack_result(b"\x02\x01" + packed, classes, logit_bits)
    assert number == 0x102
    np.testing.assert_array_equal(received, logits)
    with pytest.raises(FrameError, match="bytes is not one of"):
        unpack_result(b"\x02\x01" + packed + b"\0", classes, logit_bits)


def test_inputs_are_packed_lowest_bit_first():
    assert pack_images(np.array([[1, 2, 3, 0, -1]]), 3) == [bytes([0b11010001, 0b01110000])]


def test_a_hello_says_everything():
    said = Hello(42_383, 7, "digits", (8, 8), 4, False, (0.5, 0.25), 64, 9, 10, 7, 3, "b", 115_200)
    assert Hello.decode(said.encode()) == said
    assert (said.image_bytes, said.result_bytes) == (32, 9)
    for wrong in (b"", b"abcd{}", said.encode().replace(b'"version":1', b'"version":2')):
        with pytest.raises(FrameError):
            Hello.decode(wrong)


def test_the_fingerprint_is_of_what_decides_logits(tmp_path):
    first, second = network((16, 8, 4)), network((16, 8, 4), seed=1)
    first.save(tmp_path / "network.npz")
    assert fingerprint(IntegerNetwork.load(tmp_path / "network.npz")) == fingerprint(first)
    assert fingerprint(network((16, 8, 4), scale=0.5)) != fingerprint(first)
    assert fingerprint(second) != fingerprint(first)
    first.layers[1].levels[2, 0] += 1
    assert fingerprint(network((16, 8, 4))) != fingerprint(first)
