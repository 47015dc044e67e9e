"""Published data sets: looked for in several places, verified, kept in the cache as one file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.bounded_npz import DAMAGE, BoundedNpz
from qkeras_models.files.folder_lock import exclusive_file
from training.console import report
from training.data.sets.cache import cache_folder
from training.data.sets.download import DownloadError, SourceUnavailable

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class PublishedData:
    """A data set whose arrays are known by their checksums.

    Args:
        name: for messages, such as MNIST.
        archive: name of its file in the cache.
        arrays: names of its arrays.
        verify: raises ValueError, naming the array, unless these are the arrays.
        largest: bytes of its file when unpacked, at most.
        by_hand: how to place the files by hand, for the message if no source works.
    """

    name: str
    archive: str
    arrays: tuple[str, ...]
    largest: int
    verify: Callable[[Mapping[str, np.ndarray]], None]
    by_hand: Callable[[], str]

    def read(
        self,
        folder: str | os.PathLike | None,
        from_folder: Callable[[Path], Arrays],
        downloads: Mapping[str, Callable[[Path], Arrays]],
    ) -> Arrays:
        """The arrays: from the user's folder, the cache, or the first download that works.

        Args:
            folder: the user's, or None.
            from_folder: reads it.
            downloads: what each brings to a temporary folder, by the name of the source.

        Raises:
            ValueError: if `folder` holds such files with other content.
            DownloadError: if every source fails.
        """
        failures: dict[str, str] = {}
        near: dict[str, Callable[[], Arrays]] = {}
        if folder is not None:
            near[f"the folder {folder}"] = lambda: from_folder(Path(folder).expanduser())
        place = f"the cache {cache_folder()}"
        # Again behind the lock, since another process may have put it there meanwhile.
        far = {place: self._from_cache}
        for source, fetch in downloads.items():
            far[source] = lambda fetch=fetch: self._downloaded(fetch)
        found = _first(near, failures)
        for source, reason in failures.items():
            report(f"{self.name}: {source} {reason}; looking elsewhere")
        found = found or _first({place: lambda: self._from_cache(report)}, failures)
        if found is None:
            with exclusive_file(cache_folder() / self.archive, report):
                found = _first(far, failures)
        if found is not None:
            return found
        tried = "\n".join(f"  - {source}: {reason}" for source, reason in failures.items())
        raise DownloadError(
            f"{self.name} could not be had from anywhere. Tried:\n{tried}\n{self.by_hand()}"
        )

    def read_archive(self, path: Path) -> Arrays:
        """The arrays of an .npz file, verified."""
        with BoundedNpz(path, self.largest) as archive:
            arrays = {name: archive[name] for name in self.arrays if name in archive.names}
        self.verify(arrays)
        return arrays

    def _from_cache(self, tell: Callable[[str], None] = lambda text: None) -> Arrays:
        path = cache_folder() / self.archive
        if not path.is_file():
            raise SourceUnavailable(f"holds no {self.archive}")
        try:
            return self.read_archive(path)
        except DAMAGE as error:
            tell(f"{self.name}: the cached {path} is damaged ({error}); fetching it again")
            raise SourceUnavailable(f"holds a damaged {self.archive} ({error})") from error

    def _downloaded(self, fetch: Callable[[Path], Arrays]) -> Arrays:
        """What `fetch` brings to a temporary folder, verified and kept in the cache."""
        try:
            with tempfile.TemporaryDirectory(prefix="sparse-ternary-") as folder:
                arrays = fetch(Path(folder))
                self.verify(arrays)
        except DAMAGE as error:
            raise SourceUnavailable(f"brought nothing usable ({error})") from error
        path = cache_folder() / self.archive
        try:
            write_atomically(path, lambda file: np.savez_compressed(file, **arrays))
        except OSError as error:
            report(f"{self.name}: no copy could be kept as {path} ({error})")
        return arrays


def _first(
    sources: Mapping[str, Callable[[], Arrays]], failures: dict[str, str]
) -> Arrays | None:
    """What the first source that works gives; why others did not goes to `failures`."""
    for source, read in sources.items():
        try:
            return read()
        except SourceUnavailable as error:
            failures[source] = str(error)
    return None
