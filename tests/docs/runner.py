"""Runs a page's blocks in order: one Python session, and a process for each command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs.dry_run import module, split
from tests.docs.pages import ROOT, Block, Command, read_blocks

SESSION = Path(__file__).with_name("session.py")
# What a checkout holds besides its files.
LEFT_OUT = (".git", ".venv", "runs", "build", "*.egg-info", ".*_cache", ".hypothesis", ".cache")
# As docs/training.md says under "A quick look".
QUICK_OPTIONS = "--stage1-epochs 1 --stage3-epochs 0"
QUICK_EPOCHS = {"KERAS_MAX_EPOCHS": "1"}
# Without which a block of that reason cannot run.
TOOLS = {"gpu": "nvidia-smi", "vendor": "vitis-run"}


class PageRun:
    """One run of a page, in a folder of its own.

    The folder is a copy of the checkout if a command of the page names a file or module of it, else
    empty.  The Python session sees the package as it is installed, never the folder's.

    Args:
        page: the Markdown file.
        folder: a new folder, for what the page reads and writes; `folder`.log gets what it prints.
        everything: whether tagged blocks run too, where they can, and trainings take all epochs.
    """

    def __init__(self, page: Path, folder: Path, everything: bool = False) -> None:
        self.folder = folder
        self.everything = everything
        self.log = Path(f"{folder}.log")
        self.environment = environment() | ({} if everything else QUICK_EPOCHS)
        self.blocks = [block for block in read_blocks(page) if self._runs(block)]
        self.session: subprocess.Popen[str] | None = None

    def _runs(self, block: Block) -> bool:
        if block.language == "shell":
            return any(self._can_run(command.reason) for command in block.commands)
        return block.language == "python" and all(map(self._can_run, block.reasons))

    def _can_run(self, reason: str | None) -> bool:
        if reason is None or not self.everything:
            return reason is None
        if reason in ("install", "board"):
            return False
        return reason not in TOOLS or bool(shutil.which(TOOLS[reason]))

    def run(self) -> str:
        """Runs the blocks; returns what they printed.

        Raises:
            AssertionError: naming the block that failed, and what was printed.
        """
        self._make_folder()
        try:
            for block in self.blocks:
                (self._enter if block.language == "shell" else self._paste)(block)
        finally:
            if self.session:
                self.session.communicate()
        return self.log.read_text()

    def _make_folder(self) -> None:
        commands = [c for block in self.blocks if block.language == "shell" for c in block.commands]
        if any(map(of_checkout, commands)):
            shutil.copytree(ROOT, self.folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        else:
            self.folder.mkdir()

    def _enter(self, block: Block) -> None:
        """Runs each command as a process; those after a cd are in its folder."""
        places = []
        for command in block.commands:
            if not self._can_run(command.reason):
                continue
            if split(command.text)[0] == "cd":
                places.append(command.text)
                continue
            text = command.text if self.everything else quick(command.text)
            ended = self._start(["bash", "-c", " && ".join([*places, text])]).wait()
            self._expect(ended == 0, str(command))

    def _paste(self, block: Block) -> None:
        """Runs a block in the page's session."""
        if self.session is None:
            self.session = self._start([sys.executable, str(SESSION)], stdin=-1, stdout=-1)
        request = {"file": block.page, "line": block.line, "code": block.text}
        self.session.stdin.write(json.dumps(request) + "\n")
        self.session.stdin.flush()
        done = self.session.stdout.readline() == "done\n"
        self._expect(done, f"{block.page}:{block.line}: {block.text.splitlines()[0]} …")

    def _start(self, words: list[str], **pipes: int) -> subprocess.Popen[str]:
        with self.log.open("a") as log:
            pipes = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log} | pipes
            return subprocess.Popen(
                words, cwd=self.folder, env=self.environment, text=True, **pipes
            )

    def _expect(self, done: bool, what: str) -> None:
        assert done, f"{what}\n{self.log.read_text()[-3000:]}"


def of_checkout(command: Command) -> bool:
    """Whether a command names a file or module of the checkout."""
    program, arguments = split(command.text)
    if program == "python":
        top = module(arguments)[0].partition(".")[0]
        arguments = [*arguments, top, f"{top}.py"]
    return program == "make" or any((ROOT / word).exists() for word in arguments)


def quick(text: str) -> str:
    """A command whose training takes one epoch, if it is one."""
    return text.replace("train.py ", f"train.py {QUICK_OPTIONS} ")


def environment() -> dict[str, str]:
    """A reader's: this interpreter comes first, and the package is where it was installed.

    An installed package that is not this checkout's gives way to it, by PYTHONPATH.
    """
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    own["PATH"] = f"{Path(sys.executable).parent}:{own['PATH']}"
    find = "import importlib.util as u; print(u.find_spec('qkeras_models').origin)"
    found = subprocess.run(
        [sys.executable, "-c", find], cwd="/", env=own, capture_output=True, text=True, check=False
    )
    installed = found.returncode == 0 and Path(found.stdout.strip()).is_relative_to(ROOT)
    return own if installed else own | {"PYTHONPATH": str(ROOT)}
