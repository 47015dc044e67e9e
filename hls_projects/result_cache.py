"""Results of tools, kept by the content of everything that they depend on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


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
    if kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    result = compute()
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f".{kept.name}.{os.getpid()}.part")
    partial.write_text(json.dumps(result), encoding="utf-8")
    os.replace(partial, kept)
    return result
