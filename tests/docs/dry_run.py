"""Whether what stands on a page could run: programs, options, files, names and values exist."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
from collections.abc import Sequence
from configparser import ConfigParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from tests.docs.pages import INLINE, ROOT, Block, Command
from tests.docs.search_yaml import check_search

# Programs that are not this project's.
KNOWN = ("cd", "vitis-run", "vitis_hls", "openFPGALoader")
# Folders of the checkout whose files commands name.
FOLDERS = ("benchmarks", "docs", "reports", "searches")


def check_block(block: Block) -> None:
    """Reads a block without running it; text is what commands print.

    Raises:
        ValueError: naming the block, and what of it does not exist.
    """
    try:
        if block.language == "python":
            _check_imports(ast.parse(block.text))
        elif block.language == "yaml":
            check_search(block.text)
    except (ValueError, SyntaxError) as error:
        raise ValueError(f"{block.page}:{block.line}: {error}") from None
    if block.language == "shell":
        for command in block.commands:
            check_command(command)


def _check_imports(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found = dir(importlib.import_module(node.module))
            for name in node.names:
                if name.name not in found:
                    raise ValueError(f"{node.module} has no such name. Received: {name.name!r}")


def check_command(command: Command) -> None:
    """Reads a command as its program would, without running it.

    Raises:
        ValueError: naming the command, and what of it does not exist.
    """
    program, arguments = split(command.text)
    try:
        _check_files(arguments)
        if program == "python":
            _check_python(arguments, within_sentence=command.reason == INLINE)
        elif program == "make":
            _check_known(arguments, _targets(), "targets of the Makefile")
        elif program == "pip":
            _check_known(arguments[1:], _requirements(), "what setup.cfg asks for")
        else:
            _check_known([program], KNOWN, "programs")
    except (ValueError, click.UsageError) as error:
        raise ValueError(f"{command}: {error}") from None


def split(text: str) -> tuple[str, list[str]]:
    """Program and arguments, without comments, variables of the environment and a file for output.
    """
    words = shlex.split(text, comments=True)
    if ">" in words:
        del words[words.index(">") :]
    while re.match(r"[A-Z_]+=", words[0]):
        del words[0]
    if words[0].endswith(".py"):
        words.insert(0, "python")
    return words[0], words[1:]


def _check_known(found: Sequence[str], allowed: Sequence[str], what: str) -> None:
    for one in found:
        if one not in allowed:
            raise ValueError(f"{what} are {', '.join(allowed)}. Received: {one!r}")


def _check_files(arguments: Sequence[str]) -> None:
    for word in arguments:
        if Path(word).parts[:1] in [(folder,) for folder in FOLDERS] and not (ROOT / word).exists():
            raise ValueError(f"no such file in the checkout. Received: {word!r}")


def _check_python(arguments: Sequence[str], within_sentence: bool) -> None:
    """Within sentences capitals stand for values, and arguments may be left out."""
    name, rest = module(arguments)
    if find_spec(name) is None:
        raise ValueError(f"no such module in the checkout. Received: {name!r}")
    main = _main(name) if rest else None
    if not isinstance(main, click.Command):
        _check_known([word for word in rest if word.startswith("-")], [], f"options of {name}")
        return
    stands_for_value = any(word.isupper() or "…" in word for word in rest)
    try:
        main.make_context(name, list(rest)).close()
    except click.exceptions.Exit:
        pass  # --help and the like have answered
    except click.BadParameter as error:
        left_out = stands_for_value or isinstance(error, click.MissingParameter)
        if not (within_sentence and left_out):
            raise


def module(arguments: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The module that Python runs, and what it is given."""
    if arguments[0] == "-m":
        return arguments[1], arguments[2:]
    return arguments[0].removesuffix(".py").replace("/", "."), arguments[1:]


def _main(name: str) -> Any:
    if getattr(find_spec(name), "submodule_search_locations", None):
        name = f"{name}.__main__"
    return getattr(importlib.import_module(name), "main", None)


def _targets() -> list[str]:
    return re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)


def _requirements() -> list[str]:
    """This package, its extras, and the packages that the extras name."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    extras = config["options.extras_require"]
    named = re.findall(r"^[\w-]+", "\n".join(extras.values()), re.MULTILINE)
    return [".", *(f".[{extra}]" for extra in extras), *named]
