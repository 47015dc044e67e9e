"""Work on a worker that may die at any time: done once, and what came of it kept in a file."""

from __future__ import annotations

import json
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.folder_lock import exclusive_folder

ERROR = "error"
TRACEBACK = "traceback.txt"
MOST_ATTEMPTS = 3
DIED = 1


def write_json(path: Path, content: Any) -> None:
    """Writes JSON, the whole file or nothing."""
    text = json.dumps(content, indent=2) + "\n"
    write_atomically(path, text)


def guarded(
    folder: Path,
    name: str,
    compute: Callable[[], dict[str, Any]],
    seconds: float,
    client: str,
    check: Callable[[], None] | None = None,
    try_again: bool = False,
) -> dict[str, Any]:
    """What `compute` returns, or returned before into folder/name.

    Processes that are given the same work wait for one another, and the first one's result is
    everyone's.  An exception, or the end of the time, is a result too: ``{"error": …}``.  When the
    time is over the process ends, whatever it is doing; whoever tries again finds the error.

    Work whose process died three times is given up.  Dask counts such deaths as well, but blames
    all that waited for the same worker.

    Args:
        folder: of this piece of work; made if missing, on a file system all workers see.
        name: of the JSON file there.
        compute: returns JSON values.
        seconds: time limit.
        client: who asked for it; attempts are counted anew for another one.
        check: raises, before anything is read or done, if the folder is not this work's.
        try_again: an error that another client met is no result: the work is done again.
    """
    with exclusive_folder(folder, wait=True):
        if check is not None:
            check()
        path, attempts = folder / name, folder / f".{name}.attempts"
        if not path.is_file() or (try_again and _failed_for_others(path, attempts, client)):
            started = time.monotonic()
            if _attempts(attempts, client) > MOST_ATTEMPTS:
                died = f"in each of {MOST_ATTEMPTS} attempts, for want of memory perhaps"
                result = {ERROR: f"WorkerDied: {died}"}
            else:
                with _time_limit(path, seconds):
                    result = _attempt(compute, folder)
            write_json(path, {**result, "seconds": round(time.monotonic() - started, 2)})
        return json.loads(path.read_text(encoding="utf-8"))


def _failed_for_others(path: Path, attempts: Path, client: str) -> bool:
    """Whether the result is an error, of work that this client has not tried."""
    tried = attempts.read_text(encoding="utf-8").splitlines() if attempts.is_file() else []
    return ERROR in json.loads(path.read_text(encoding="utf-8")) and client not in tried


def _attempts(path: Path, client: str) -> int:
    """Notes one more attempt, and counts those for the same client."""
    with open(path, "a+", encoding="utf-8") as file:
        file.write(f"{client}\n")
        file.seek(0)
        return file.read().splitlines().count(client)


def _attempt(compute: Callable[[], dict[str, Any]], folder: Path) -> dict[str, Any]:
    try:
        return compute()
    except Exception as error:
        (folder / TRACEBACK).write_text(traceback.format_exc(), encoding="utf-8")
        return {ERROR: f"{type(error).__name__}: {error}"}


@contextmanager
def _time_limit(path: Path, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, _expire, (path, seconds))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _expire(path: Path, seconds: float) -> None:
    """Ends the process: a thread that trains, or waits for a tool, cannot be stopped."""
    message = f"TimeoutError: reached the time limit of {seconds:g} s"
    write_json(path, {ERROR: message, "seconds": seconds})
    os._exit(DIED)
