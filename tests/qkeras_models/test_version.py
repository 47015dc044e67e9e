"""Every command says which version of the project is installed."""

import importlib
from configparser import ConfigParser
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.commands import in_new_process

ROOT = Path(__file__).parents[2]
SETUP = ConfigParser()
SETUP.read(ROOT / "setup.cfg")
INSTALLED = SETUP["options.entry_points"]["console_scripts"].split("\n")
MODULES = sorted({
    *(line.partition(" = ")[2].removesuffix(":main") for line in INSTALLED if line),
    *(f"reports.{path.stem}" for path in (ROOT / "reports").glob("*.py")
      if "def main(" in path.read_text(encoding="utf-8")),
    *("hls_projects.board.__main__", "hls_projects.proof.cpp.__main__"),
    "hls_projects.proof.keras.__main__",
})


def asked(module):
    return CliRunner().invoke(importlib.import_module(module).main, ["--version"])


@pytest.mark.parametrize("module", MODULES)
def test_a_command_says_its_version(module):
    done = asked(module)
    assert (done.exit_code, done.stdout) == (0, f"sparse-ternary {version('sparse-ternary')}\n")


@pytest.mark.parametrize("script", ["train.py", "convert.py"])
def test_a_script_says_it_too(script, tmp_path):
    done = in_new_process(script, "--version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"sparse-ternary {version('sparse-ternary')}\n"


def test_what_is_not_installed_says_so(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("qkeras_models.version.version", missing)
    done = asked("reports.command")
    assert done.exit_code == 1 and "is not installed" in done.stderr and not done.stdout
