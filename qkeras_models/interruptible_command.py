"""Commands that Ctrl-C and SIGTERM end tidily, with a word on how to go on."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

import click

from qkeras_models.version import version_option

# Ctrl-C, and what batch systems, timeout and kill send.
SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Native code calls what is in these, and may lose an exception that is raised there, or abort.
CALLED_BACK = {"keras", "tensorflow", "jax", "weakref", "_weakrefset"}
SHOW_CURSOR = "\x1b[?25h"


class InterruptibleCommand(click.Command):
    """A command that Ctrl-C ends with status 130, SIGTERM with 143, and that says how to go on.

    Python raises KeyboardInterrupt wherever its main thread happens to be; here SIGTERM does so
    too, at which Python would end without a `finally`.  In Keras that may be a callback of native
    code, which loses the exception, so that training goes on, or aborts.  There the process ends at
    once, which files withstand as they do SIGKILL.  Elsewhere the exception is raised: tools are
    ended, temporary files removed.  A second signal always ends the process at once.

    After an interruption or an error Python is not shut down either: TensorFlow's threads may still
    be making batches in it.

    Both are taken over where a process calls the command without arguments, and nowhere else.
    Every command of the project is one of these, and so has `--version`.

    Args:
        going_on: says how to go on, given the command's parameters.
    """

    def __init__(
        self,
        *arguments: Any,
        going_on: Callable[..., str] = lambda **_: "the same command starts again",
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.params.append(version_option())
        self._going_on = going_on
        self._parameters: dict[str, Any] | None = None
        self._stderr = -1
        self._heard: int | None = None

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if arguments or options:
            return self.main(*arguments, **options)
        # While Keras is imported its own stderr is elsewhere.
        self._stderr = os.dup(2)
        for number in SIGNALS:
            # What ignores Ctrl-C, such as a background job of a shell, goes on doing so.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._interrupt)
        try:
            self.main()
        except SystemExit as end:
            if end.code:
                _end_at_once(end.code)
            raise

    def parse_args(self, context: click.Context, words: list[str]) -> list[str]:
        with self._ending(context):
            return super().parse_args(context, words)

    def invoke(self, context: click.Context) -> Any:
        self._parameters = context.params
        with self._ending(context):
            return super().invoke(context)

    @contextmanager
    def _ending(self, context: click.Context) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            click.echo(f"\n{self._last_word()}", err=True)
            context.exit(_status(self._heard or signal.SIGINT))

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._heard is None and not _called_back(frame):
            self._heard = number
            raise KeyboardInterrupt
        cursor = SHOW_CURSOR if os.isatty(self._stderr) else ""
        os.write(self._stderr, f"{cursor}\n{self._last_word()}\n".encode())
        _end_at_once(_status(number))

    def _last_word(self) -> str:
        if self._parameters is None:
            return "interrupted"
        return f"interrupted; {self._going_on(**self._parameters)}"


def _status(number: int) -> int:
    """A process's, as shells tell of one that a signal ended."""
    return 128 + number


def _called_back(frame: FrameType | None) -> bool:
    """Whether native code may have called this frame or one of its callers."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] in CALLED_BACK:
            return True
        frame = frame.f_back
    return False


def _end_at_once(status: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        # It is closed, or the signal came while it was printed to.
        with suppress(OSError, ValueError, RuntimeError):
            stream.flush()
    os._exit(status)
