"""What the package says while it works: on stderr, in single lines where that is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


def report(message: str) -> None:
    """One line on stderr."""
    from rich.console import Console

    Console(stderr=True).print(message, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress(description: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Shows that something goes on; yields a function to tell how many bytes are done.

    A bar while a terminal watches, gone afterwards; else the description, once.

    Args:
        description: what goes on.
        total: bytes expected; None shows activity only.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        report(description)
        yield lambda done: None
        return
    sizes = () if total is None else (DownloadColumn(),)
    columns = (TextColumn("{task.description}"), BarColumn(), *sizes, TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda done: bar.update(task, completed=done)
