from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import platformdirs
import pytest

from training.data.cache import cache_folder, write_atomically


def test_folder_is_the_users_own_unless_named(monkeypatch):
    monkeypatch.delenv("SPARSE_TERNARY_CACHE", raising=False)
    assert cache_folder() == Path(platformdirs.user_cache_dir("sparse-ternary"))
    monkeypatch.setenv("SPARSE_TERNARY_CACHE", "~/elsewhere")
    assert cache_folder() == Path.home() / "elsewhere"


def test_failure_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "new" / "file"
    write_atomically(path, lambda file: file.write(b"first"))

    def fail(file):
        file.write(b"sec")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, fail)
    assert path.read_bytes() == b"first"
    assert list(path.parent.iterdir()) == [path]


def test_readers_see_whole_files_while_many_write(tmp_path):
    path = tmp_path / "file"
    contents = {bytes([letter]) * 200_000 for letter in b"abcd"}
    write_atomically(path, lambda file: file.write(min(contents)))

    def write(content):
        for _ in range(5):
            write_atomically(path, lambda file: file.write(content))

    with ThreadPoolExecutor(len(contents)) as pool:
        running = [pool.submit(write, content) for content in contents]
        while not all(job.done() for job in running):
            assert path.read_bytes() in contents
    assert [job.result() for job in running] == [None] * len(contents)
    assert list(tmp_path.iterdir()) == [path]
