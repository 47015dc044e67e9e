"""python -m hls_projects.board: a test set through a board, counted and compared."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from qkeras_models.interruptible_command import InterruptibleCommand

if TYPE_CHECKING:
    from hls_projects.board.client import Board
    from hls_projects.network.integer_network import IntegerNetwork


@click.command(cls=InterruptibleCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("port")
@click.option("--network", "network_file", type=click.Path(path_type=Path),
              help="The run's network.npz, to compare every logit with.")
@click.option("--data", help="Data set whose test samples are sent, such as mnist.")
@click.option("--samples", type=click.IntRange(min=1), help="How many at most.  [default: all]")
@click.option("--self-test", is_flag=True,
              help="Run the samples in the board's own memory at its full clock.")
@click.option("--baud", type=int, help="Bits a second.  [default: what a board answers to]")
def main(
    port: str,
    network_file: Path | None,
    data: str | None,
    samples: int | None,
    self_test: bool,
    baud: int | None,
) -> None:
    """Talks with a network on a board at a serial port, such as /dev/ttyUSB0.

    Says what the board is. With --data it sends test samples, and says accuracy, speed and, with
    --network, whether every logit is the integer network's. Ends with status 1 if one is not.

    \b
    Example:
      python -m hls_projects.board /dev/ttyUSB0 --network runs/demo/network.npz --data mnist
    """
    from hls_projects.board.client import Board
    from hls_projects.network.integer_network import IntegerNetwork

    try:
        network = network_file and IntegerNetwork.load(network_file)
        with Board(port, network or None, baud=baud) as board:
            click.echo(describe(board))
            right = not self_test or run_self_test(board)
            right &= not data or run_data(board, network, data, samples)
        sys.exit(0 if right else 1)
    except (RuntimeError, OSError, ValueError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


def describe(board: Board) -> str:
    """What a board says of itself, in a line."""
    hello = board.hello
    shape = " × ".join(map(str, hello.shape))
    bits = f"{hello.bits} bit{'s' if hello.bits > 1 else ''}"
    return (
        f"{hello.board}: network {hello.name} ({hello.network:08x}), {shape} inputs of {bits}, "
        f"{hello.classes} logits, {hello.kilohertz / 1000:.1f} MHz"
    )


def run_self_test(board: Board) -> bool:
    """Says what the board's self-test found; whether every result was right.

    Raises:
        ValueError: if the board has none.
        BoardError: if the board stops answering.
    """
    found, images = board.self_test(), board.hello.images
    right = found.answered - found.failures
    microseconds = 1000 * found.cycles / board.hello.kilohertz
    click.echo(
        f"self-test: {right} of {images} samples right in {found.cycles:,} cycles, "
        f"{microseconds:,.2f} µs: {1e6 * images / microseconds:,.0f} a second"
    )
    return right == images


def run_data(
    board: Board, network: IntegerNetwork | None, data: str, samples: int | None
) -> bool:
    """Sends the test samples of a data set and says what came back; whether nothing differed.

    Raises:
        ValueError: if the data set's samples do not fit the network.
        BoardError: if the board stops answering.
    """
    from rich.console import Console
    from rich.progress import Progress

    from training.data import load

    found = load(data)
    x, y = found.x_test[:samples], found.y_test[:samples]
    started = time.monotonic()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"sending {len(x):,} samples", total=len(x))
        x_int = _quantized(board, network, x)
        classes, logits = board.run(x_int, lambda done: progress.update(task, completed=done))
    seconds = time.monotonic() - started
    right = "" if (labels := _labels(y)) is None else f", {np.mean(classes == labels):.2%} right"
    repeated = f", {board.repeated:,} requests sent again" if board.repeated else ""
    speed = f"{len(x) / seconds:,.1f} a second"
    click.echo(f"{len(x):,} samples of {found.name}: {speed}{right}{repeated}")
    if network is None:
        click.echo("not compared: give the run's network.npz with --network")
        return True
    wrong = int((logits != network.predict_integers(x_int)).sum())
    verdict = "NOT exact" if wrong else "exact"
    click.echo(f"{verdict}: {wrong:,} of {logits.size:,} integer logits differ")
    return not wrong


def _quantized(board: Board, network: IntegerNetwork | None, x: np.ndarray) -> np.ndarray:
    return board.input.quantize(x) if network is None else network.input.quantize(x)


def _labels(y: np.ndarray) -> np.ndarray | None:
    """Classes (n,) of targets, one-hot or not; None where they are no classes."""
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        return y.argmax(axis=1)
    whole = y.dtype.kind in "iu" or (y.dtype.kind == "f" and bool(np.all(y % 1 == 0)))
    return y.reshape(-1).astype(int) if whole else None
