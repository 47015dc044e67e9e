from __future__ import annotations

from pathlib import Path

import platformdirs

from training.data.sets.cache import cache_folder


def test_folder_is_the_users_own_unless_named(monkeypatch):
    monkeypatch.delenv("SPARSE_TERNARY_CACHE", raising=False)
    assert cache_folder() == Path(platformdirs.user_cache_dir("sparse-ternary"))
    monkeypatch.setenv("SPARSE_TERNARY_CACHE", "~/elsewhere")
    assert cache_folder() == Path.home() / "elsewhere"
