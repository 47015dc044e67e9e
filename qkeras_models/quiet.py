"""TensorFlow without the messages that its libraries write while they load, and sooner."""

from __future__ import annotations

import gc
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext


def import_keras_quietly() -> None:
    """Imports Keras and its backend; what they write to stderr is shown only if that fails.

    The messages come from native code before any logging level applies, so the file descriptor
    itself is redirected meanwhile.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    first = "keras" not in sys.modules
    with tempfile.TemporaryFile() as messages, kept_for_good() if first else nullcontext():
        os.dup2(messages.fileno(), 2)
        try:
            import keras

            keras.ops.zeros(1)
            # Not before: in a notebook TensorFlow sets its own level while it loads.
            logging.getLogger("tensorflow").setLevel(logging.ERROR)
        except BaseException:
            messages.seek(0)
            os.write(kept, messages.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@contextmanager
def kept_for_good() -> Iterator[None]:
    """Spares the garbage collector what is made meanwhile, such as a library's functions.

    A quarter of TensorFlow's loading is else a search for garbage among what it has just made, and
    each later collection goes through all of that again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
