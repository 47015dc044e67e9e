"""Trains a network: python train.py --help."""

import signal

# Until the command is there to say how to go on, Ctrl-C ends the process without a traceback.
if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from training.command import main  # noqa: E402

if __name__ == "__main__":
    main()
