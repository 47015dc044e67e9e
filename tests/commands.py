"""train.py and convert.py, in this process or in one of their own, as a user starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import click
from click.testing import CliRunner

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def in_process(main: click.Command, *arguments: object, cwd: Path, **environment: str) -> Done:
    """A command in a folder and in an environment that are left afterwards; errors are raised."""
    words = list(map(str, arguments))
    before = os.getcwd()
    os.chdir(cwd)
    try:
        with mock.patch.object(sys, "argv", ["command", *words]):
            done = CliRunner().invoke(main, words, env=environment, catch_exceptions=False)
    finally:
        os.chdir(before)
    return Done(done.exit_code, done.stdout, done.stderr)


def in_new_process(script: str, *arguments: object, cwd: Path, **environment: str) -> Done:
    """train.py or convert.py as a user starts it."""
    done = subprocess.run(
        [sys.executable, str(ROOT / script), *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, env={**os.environ, **environment}, check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
