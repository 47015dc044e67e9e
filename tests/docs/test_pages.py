"""What README.md and docs/ tell a reader to run, run."""

from __future__ import annotations

from collections import Counter

import pytest

from qkeras_models.saved_model import load_model
from qkeras_models.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from tests.docs.dry_run import check_block, check_command
from tests.docs.pages import PAGES, ROOT, inline_commands, read_blocks
from tests.docs.runner import PageRun

BLOCKS = [block for page in PAGES for block in read_blocks(page)]
WITHIN_SENTENCES = [command for page in PAGES for command in inline_commands(page)]
COMMANDS = [command for b in BLOCKS if b.language == "shell" for command in b.commands]


def runs_something(page):
    return PageRun(page, ROOT / "nowhere").blocks != []


@pytest.mark.parametrize("page", filter(runs_something, PAGES), ids=lambda page: page.name)
def test_a_page_runs_from_its_first_block_to_its_last(page, tmp_path):
    folder = tmp_path / "page"
    printed = PageRun(page, folder).run()
    if page.name == "README.md":
        model = load_model(folder / "digits.keras")
        assert overall_sparsity(sparse_ternary_layers(model)) >= 0.9
        assert printed.count("exact: 0 of ") == 2


def test_what_is_not_run_could_run():
    for block in BLOCKS:
        check_block(block)
    for command in WITHIN_SENTENCES:
        check_command(command)


def test_what_is_not_run_is_counted():
    """A tag more, or a command less, is a decision: it shows here."""
    python = Counter(b.reasons[0] if b.reasons else None for b in BLOCKS if b.language == "python")
    assert python == {None: 9, "minutes": 1}
    found = Counter(command.reason for command in COMMANDS)
    assert found == {None: 11, "minutes": 7, "hours": 10, "gpu": 2, "vendor": 2, "install": 2}
    assert len(WITHIN_SENTENCES) >= 40


def page(text, tmp_path):
    """A page of that text, among those of the checkout's root."""
    path = tmp_path / "page.md"
    path.write_text(text)
    return path
