"""Pairs of numbers, before and after each axis."""

from __future__ import annotations

from typing import Any

from hls_projects.kinds.layer import as_tuple, require


def as_margins(value: Any) -> Any:
    """Lists, which are what JSON makes of tuples, as tuples again."""
    value = as_tuple(value)
    return tuple(as_tuple(pair) for pair in value) if isinstance(value, tuple) else value


def check_margins(name: str, value: Any) -> None:
    """Raises ValueError unless a value is a pair of integers ≥ 0 for one axis or two."""
    require(
        isinstance(value, tuple)
        and len(value) in (1, 2)
        and all(
            isinstance(pair, tuple)
            and len(pair) == 2
            and all(type(n) is int and n >= 0 for n in pair)
            for pair in value
        ),
        f"`{name}` must be two integers >= 0 for each of one or two axes. Received: {value!r}",
    )
