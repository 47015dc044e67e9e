"""Ctrl-C while a model is fitted: training ends between two steps."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras


class EndBetweenSteps(keras.callbacks.Callback):
    """Raises KeyboardInterrupt after the step of training or validation in which it was asked to.

    Attributes:
        asked: whether training is to end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked = False

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._end()

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._end()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._end()

    def _end(self) -> None:
        if self.asked:
            raise KeyboardInterrupt


@contextmanager
def interrupted_between_steps() -> Iterator[EndBetweenSteps]:
    """Makes Ctrl-C wait for the end of the step; gives the callback that ends the training then.

    Python raises KeyboardInterrupt wherever it is.  In a generator that TensorFlow calls this
    aborts the process, and in a finalizer it is lost.  A second Ctrl-C is raised at once.
    Where Ctrl-C means something else already, or in another thread than the main one, nothing
    changes; nor does it once the block is left.
    """
    callback = EndBetweenSteps()
    own = threading.current_thread() is threading.main_thread()
    if not own or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield callback
        return

    def heard(*_: Any) -> None:
        if callback.asked:
            raise KeyboardInterrupt
        callback.asked = True

    signal.signal(signal.SIGINT, heard)
    try:
        yield callback
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
