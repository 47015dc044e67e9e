"""A file is whole, or as it was before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from qkeras_models.files.atomic_write import move_into_place, write_atomically


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


def test_text_and_bytes(tmp_path):
    write_atomically(tmp_path / "text", "η\n")
    write_atomically(tmp_path / "bytes", b"\x00")
    assert (tmp_path / "text").read_bytes() == "η\n".encode()
    assert (tmp_path / "bytes").read_bytes() == b"\x00"


def test_a_folder_moves_as_a_whole(tmp_path):
    partial = tmp_path / ".checkpoint.part"
    partial.mkdir()
    (partial / "state").write_text("1")
    move_into_place(partial, tmp_path / "checkpoint")
    assert (tmp_path / "checkpoint" / "state").read_text() == "1" and not partial.exists()
