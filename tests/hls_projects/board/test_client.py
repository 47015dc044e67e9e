"""The real client and real bytes, through a pseudo-terminal, against a simulated board."""

import sys

import numpy as np
import pytest

from hls_projects.board import Board, BoardError
from hls_projects.board.simulation.port import SimulatedPort
from hls_projects.conversion.boards.command import main
from hls_projects.kinds import Reshape
from tests.commands import in_process
from tests.hls_projects.board import tiny
from tests.hls_projects.networks import image_network, network

X = np.random.default_rng(0).random((40, 16)).astype(np.float32)


@pytest.fixture
def port(boards):
    with SimulatedPort(boards[0], tiny.DIVISOR, tiny.SILENT) as port:
        yield port


def test_a_board_is_called_like_a_model(port, boards, small):
    seen = []
    with Board(port.name, small) as board:
        assert board.hello == boards[1]
        np.testing.assert_array_equal(board.predict(X, seen.append), small.predict(X))
        np.testing.assert_array_equal(board.classify(X), small.predict(X).argmax(axis=1))
        assert board.predict(X[:0]).shape == (0, 4)
        assert board.repeated == 0 and seen == list(range(1, 41))
        with pytest.raises(ValueError, match="`x` must have shape"):
            board.predict(X[:, :3])


def test_requests_follow_at_once_where_answers_are_shorter(tmp_path):
    long = network((200, 4, 2), density=0.1)
    x = np.random.default_rng(1).random((50, 200)).astype(np.float32)
    simulation, _ = tiny.simulation(long, tmp_path)
    silent = 10 * tiny.SILENT
    with (
        simulation,
        SimulatedPort(simulation, tiny.DIVISOR, silent) as port,
        Board(port.name) as board,
    ):
        np.testing.assert_array_equal(board.predict(x), long.predict(x))
        assert board.repeated == 0
        port.to_board = Noise(0.5)
        np.testing.assert_array_equal(board.predict(x), long.predict(x))
        assert board.repeated > 0


class Noise:
    """Inverts a bit of some pieces, loses a byte of others, adds one to others."""

    def __init__(self, share):
        self.share, self.rng = share, np.random.default_rng(2)

    def __call__(self, data):
        if not data or self.rng.random() > self.share:
            return data
        damaged, place = bytearray(data), self.rng.integers(len(data))
        kind = self.rng.integers(3)
        if kind == 0:
            damaged[place] ^= 1 << self.rng.integers(8)
        elif kind == 1:
            del damaged[place]
        else:
            damaged.insert(place, self.rng.integers(256))
        return bytes(damaged)


def test_no_damage_makes_a_wrong_answer(port, small):
    with Board(port.name, timeout=0.2) as board:
        port.to_board, port.from_board = Noise(0.1), Noise(0.02)
        np.testing.assert_array_equal(board.predict(X[:20]), small.predict(X[:20]))
        assert board.repeated > 0
        port.to_board = lambda data: data[:-1]
        with pytest.raises(BoardError, match="no right answer in 4 attempts: a frame stopped"):
            board.predict(X[:1])
        port.to_board = port.from_board = bytes
        np.testing.assert_array_equal(board.predict(X[:2]), small.predict(X[:2]))


def test_a_self_test_counts_what_is_right(tmp_path):
    made = image_network((4, 3), [Reshape((4, 3, 1)), (2, (2, 2))])
    x_int = np.random.default_rng(4).integers(0, 4, (6, 4, 3))
    results = made.predict_integers(x_int)
    results[2, 1] += 1
    made.save(tmp_path / "network.npz")
    simulation, hello = tiny.simulation(made, tmp_path, x_int, results)
    with simulation, SimulatedPort(simulation, tiny.DIVISOR, 3 * tiny.SILENT) as port:
        with Board(port.name, made) as board:
            found = board.self_test()
            assert (found.answered, found.failures) == (6, 1)
            assert 6 * 12 <= found.cycles <= 6 * 12 + hello.latency
            np.testing.assert_array_equal(board.run(x_int)[1], made.predict_integers(x_int))
        done = in_process(main, port.name, "--self-test", cwd=tmp_path)
    assert done.returncode == 1
    assert f"self-test: 5 of 6 samples right in {found.cycles} cycles" in done.stdout


def test_a_board_without_samples_has_no_self_test(port):
    with Board(port.name) as board, pytest.raises(ValueError, match="samples of its own"):
        board.self_test()


def test_another_network_and_a_silent_port_are_named(port):
    with pytest.raises(ValueError, match=r"the board must hold network \w{8}. Received: \w{8}"):
        Board(port.name, network((16, 8, 4), seed=1))
    port.to_board = lambda data: b""
    with pytest.raises(BoardError, match="with 1,000,000 or 115,200 bits a second: .*no answer"):
        Board(port.name, timeout=0.05)


def test_the_command_says_what_the_board_is_and_whether_it_is_exact(port, small, tmp_path):
    small.save(tmp_path / "network.npz")
    rng = np.random.default_rng(3)
    x = rng.random((30, 16)).astype(np.float32)
    labels = small.predict(x).argmax(axis=1)
    labels[:3] = (labels[:3] + 1) % 4
    every = np.arange(30) % 4
    np.savez(tmp_path / "data.npz", x_train=x, y_train=every, x_test=x, y_test=labels)
    words = [port.name, "--network", "network.npz"]
    done = in_process(main, *words, "--data", "data.npz", "--samples", 20, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second, third = done.stdout.splitlines()
    assert first.startswith("simulated: network tiny (") and "4 logits, 8.0 MHz" in first
    assert "20 samples of data" in second and "85.00% right" in second
    assert third == "exact: 0 of 80 integer logits differ"
    done = in_process(main, port.name, cwd=tmp_path)
    assert done.stdout.splitlines() == [first]
    done = in_process(main, "nowhere", cwd=tmp_path)
    assert done.returncode == 1 and "could not open port nowhere" in done.stderr


def test_a_logit_that_differs_ends_with_status_1(port, small, tmp_path, monkeypatch):
    small.save(tmp_path / "network.npz")
    np.savez(tmp_path / "data.npz", x_train=X, y_train=X[:, 0], x_test=X, y_test=X[:, 0])
    run = Board.run
    monkeypatch.setattr(Board, "run", lambda *a: (run(*a)[0], run(*a)[1] + (np.arange(4) == 2)))
    done = in_process(main, port.name, "--network", "network.npz", "--data", "data.npz",
                      "--samples", 5, cwd=tmp_path)
    assert done.returncode == 1
    assert "NOT exact: 5 of 20 integer logits differ" in done.stdout


def test_a_missing_pyserial_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "serial", None)
    done = in_process(main, "/dev/ttyUSB0", cwd=tmp_path)
    assert done.returncode == 1 and "pip install pyserial" in done.stderr
