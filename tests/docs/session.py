"""Executes Python blocks that come on stdin in one namespace, as a reader pastes them.

One JSON object a line, with code, file and line; one line is answered when a block has run.  What
a block prints goes to stderr.
"""

import gc
import json
import os
import sys

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
# As in tests/conftest.py.
gc.set_threshold(100_000, 20, 20)
# The folder of this file is no part of a reader's path.
del sys.path[0]

names = {"__name__": "__main__"}
for request in sys.stdin:
    block = json.loads(request)
    # Empty lines before it make tracebacks name the page's own.
    code = "\n" * (block["line"] - 1) + block["code"]
    exec(compile(code, block["file"], "exec"), names)
    print("done", file=answers, flush=True)
