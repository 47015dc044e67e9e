"""TensorFlow without the messages that its libraries write while they load."""

from __future__ import annotations

import logging
import os
import sys
import tempfile


def import_keras_quietly() -> None:
    """Imports Keras and its backend; what they write to stderr is shown only if that fails.

    The messages come from native code before any logging level applies, so the file descriptor
    itself is redirected meanwhile.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as messages:
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
