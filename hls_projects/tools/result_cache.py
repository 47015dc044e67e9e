"""Results of tools, kept by the content of everything that they depend on."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qkeras_models.files.atomic_write import write_atomically


def cached(
    cache: Path | None, content: Sequence[bytes], compute: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What `compute` returns, or returned before for the same content.

    Args:
        cache: folder of earlier results; None computes every time.
        content: everything that the result depends on, versions of tools included.
        compute: returns JSON values.
    """
    if cache is None:
        return compute()
    key = hashlib.sha256(b"\0".join(content)).hexdigest()
    kept = cache / f"{key}.json"
    found = _read(kept)
    if found is not None:
        return found
    result = compute()
    try:
        write_atomically(kept, json.dumps(result))
    except OSError as error:
        warnings.warn(f"the result could not be kept in the cache: {error}", stacklevel=2)
    return result


def _read(path: Path) -> dict[str, Any] | None:
    """A kept result; None if there is none, or none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
