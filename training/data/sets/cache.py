"""Where downloads and results of tools are kept."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "SPARSE_TERNARY_CACHE"


def cache_folder() -> Path:
    """The folder that $SPARSE_TERNARY_CACHE names, else the user's own for caches."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("sparse-ternary"))
