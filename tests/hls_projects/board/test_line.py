"""The simulated wire: right answers, a code for each kind of damage, and then all is well."""

from dataclasses import replace

import numpy as np
import pytest

from hls_projects.board.protocol import ERROR, Failure, Frame, Kind, pack_images, unpack_result
from hls_projects.board.simulation.images import read_frames, run_images
from hls_projects.board.simulation.waveform import LineReader, idle, levels
from hls_projects.board.simulation.wire_simulation import WireSimulation
from hls_projects.kinds import Reshape
from hls_projects.rtl import SimulationError
from tests.hls_projects.board import tiny
from tests.hls_projects.networks import image_network, network

X_INT = np.random.default_rng(0).integers(0, 2, (100, 16))


def image(hello, number=9, **changed):
    frame = {"kind": Kind.IMAGE, "number": number, "network": hello.network,
             "payload": pack_images(X_INT[number : number + 1], 1)[0], **changed}
    return Frame(**frame)


def test_a_line_reads_what_was_sent():
    sent = bytes(range(256))
    line = np.concatenate([idle(3.5, 9), levels(sent, 9), idle(1, 9)])
    reader = LineReader(9)
    assert b"".join(reader.read(part) for part in np.array_split(line, 70)) == sent
    line[-9 * 3 : -9 * 2] = 0
    assert LineReader(9).read(np.append(line, idle(20, 9))) == sent[:-1] + bytes([0x7F])
    reader.read(np.zeros(9 * 11, np.uint8))
    assert reader.broken == 1


def test_every_image_is_answered_exactly(boards, small):
    simulation, hello = boards
    classes, logits = run_images(simulation, hello, tiny.DIVISOR, X_INT)
    expected = small.predict_integers(X_INT)
    np.testing.assert_array_equal(logits, expected)
    np.testing.assert_array_equal(classes, expected.argmax(axis=1))


@pytest.mark.parametrize("case", ["stream", "one logit", "many bits"])
def test_other_networks_are_answered_exactly(case, tmp_path):
    made = {
        "stream": lambda: image_network((5, 4), [Reshape((5, 4, 1)), (3, (2, 2))]),
        "one logit": lambda: network((9, 5, 1), density=0.9, seed=21),
        "many bits": lambda: network((5, 6, 3), input_bits=5, signed=True, density=0.8, seed=3),
    }[case]()
    form = made.input
    x_int = np.random.default_rng(1).integers(form.lowest, form.highest + 1, (90, *form.shape))
    simulation, hello = tiny.simulation(made, tmp_path)
    with simulation:
        classes, logits = run_images(simulation, hello, tiny.DIVISOR, x_int)
    expected = made.predict_integers(x_int)
    np.testing.assert_array_equal(logits, expected)
    largest = expected[:, 0] > 0 if case == "one logit" else expected.argmax(axis=1)
    np.testing.assert_array_equal(classes, largest)
    assert len(np.unique(classes)) > 1

def test_every_damage_has_its_code_and_the_next_frame_is_right(boards, small):
    simulation, hello = boards
    good = image(hello)
    sent = good.encode()
    flipped = sent[:10] + bytes([sent[10] ^ 4]) + sent[11:]
    damages = {
        Failure.NO_START: b"\0\1\2",
        Failure.BAD_KIND: image(hello, kind=9, payload=b"").encode(),
        Failure.BAD_LENGTH: image(hello, payload=b"abc").encode(),
        Failure.BAD_CHECKSUM: flipped,
        Failure.OTHER_NETWORK: image(hello, network=hello.network ^ 1).encode(),
        Failure.LOST_BYTE: sent[:-1],
    }
    lines = [_line(damage, sent) for damage in damages.values()]
    broken = _line(sent, sent)
    start = (4 + 10 * 12) * tiny.DIVISOR
    broken[start : start + 10 * tiny.DIVISOR] = 0
    damages[Failure.BROKEN_BYTE] = broken
    said = simulation.converse([*lines, broken], tiny.DIVISOR, tiny.SILENT * tiny.DIVISOR)
    for failure, answers in zip(damages, said, strict=True):
        first, second = read_frames(answers)
        assert (first.kind, first.payload) == (ERROR, bytes([failure])), failure
        assert second.number == good.number
        _, logits = unpack_result(second.payload, hello.classes, hello.logit_bits)
        np.testing.assert_array_equal(logits, small.predict_integers(X_INT[9:10])[0])


def _line(first, second):
    gap = idle(tiny.TIMEOUT + 10 * len(second) + tiny.QUIET, tiny.DIVISOR)
    still = idle(4, tiny.DIVISOR)
    return np.concatenate([still, levels(first, tiny.DIVISOR), gap, levels(second, tiny.DIVISOR)])


def test_a_board_that_is_busy_says_so(boards):
    simulation, hello = boards
    line = levels(b"".join(image(hello, n).encode() for n in range(4)), tiny.DIVISOR)
    said = simulation.converse([np.append(idle(4, 8), line)], tiny.DIVISOR, 8 * tiny.SILENT)
    frames = list(read_frames(said[0]))
    assert frames[0].number == 0 and frames[-1].payload == bytes([Failure.BUSY])


def test_what_a_board_must_not_say_is_named(boards, small):
    simulation, hello = boards
    with pytest.raises(SimulationError, match="board 0: it answers OTHER_NETWORK"):
        run_images(simulation, replace(hello, network=1), tiny.DIVISOR, X_INT)
    with pytest.raises(SimulationError, match="board 0: it says of itself Hello"):
        run_images(simulation, replace(hello, name="other"), tiny.DIVISOR, X_INT)
    with pytest.raises(SimulationError, match="board 0: 0 answers for|no frame begins with"):
        run_images(simulation, hello, tiny.DIVISOR + 4, X_INT)
    run_images(simulation, hello, tiny.DIVISOR, X_INT)


def test_a_design_that_does_not_compile_is_an_error(tmp_path):
    (tmp_path / "top.v").write_text("module top(input a, output b); assign b = a; endmodule")
    text = """module board(input clk, rx, output reg tx, output led);
    always @(posedge clk) tx <= rx; assign led = tx; endmodule"""
    with pytest.raises(SimulationError, match="false failed"):
        WireSimulation.of_verilog(tmp_path / "top.v", text, compiler="false")
