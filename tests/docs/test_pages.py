"""What README.md and docs/ tell a reader to run, run."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from qkeras_models.files.saved_model import load_model
from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
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
        model = load_model(folder / "sparse.keras")
        assert overall_sparsity(sparse_ternary_layers(model)) >= 0.69
        assert "exact: 0 of 3,590 integer logits differ" in printed


def test_what_is_not_run_could_run():
    for block in BLOCKS:
        check_block(block)
    for command in WITHIN_SENTENCES:
        check_command(command)


def test_what_is_not_run_is_counted():
    """A tag more, or a command less, is a decision: it shows here."""
    python = Counter(b.reasons[0] if b.reasons else None for b in BLOCKS if b.language == "python")
    assert python == {None: 21, "minutes": 2, "board": 1}
    found = Counter(command.reason for command in COMMANDS)
    assert found == {
        None: 26, "minutes": 41, "hours": 16, "install": 4, "board": 4, "gpu": 2, "vendor": 2
    }
    assert len(WITHIN_SENTENCES) >= 40


IN_ORDER = """
```python
import os, sys
assert os.listdir() == [] and os.getcwd() not in sys.path
told = "earlier"
open("made", "w").write(told)
```

    grep earlier made && echo told \\
        twice > by-a-command

```python
assert told + open("by-a-command").read() == "earliertold twice\\n"
```
"""


def written(text, folder):
    page = folder / "written.md"
    page.write_text(text)
    return page


def test_blocks_share_an_empty_folder_and_names_in_order(tmp_path):
    assert "earlier" in PageRun(written(IN_ORDER, tmp_path), tmp_path / "page").run()


@pytest.mark.parametrize("text, named", [
    ("\n```python\nx = 1\n\nprint(y)\n```\n", 'written.md", line 5'),
    ("\n    true\n    ls nowhere\n", "written.md:3: ls nowhere"),
])
def test_a_block_that_fails_is_named(tmp_path, text, named):
    with pytest.raises(AssertionError, match=re.escape(named)):
        PageRun(written(text, tmp_path), tmp_path / "page").run()


@pytest.mark.parametrize("block, named", [
    ("    python train.py mnist-small --hiden 64", "--hiden"),
    ("    python train.py mnist-smal", "'mnist-smal' is not one of"),
    ("    python -m reports.kompare", "no such module"),
    ("    python -m training.search searches/mine.yaml", "no such file in the checkout"),
    ("    make reproduction", "targets of the Makefile are install, demo"),
    ("    pip install '.[serch]'", "what setup.cfg asks for"),
    ("    vivado_hsl", "programs are cd, vitis-run"),
    ("```python\nfrom training import QuantisationPruning\n```", "training has no such name"),
    ("```python\nprint(\n```", "was never closed"),
    ("```yaml\ncluster: {kind: slum}\n```", "slum"),
    ("<!-- not run: lazy -->\n    make test", "one of minutes, hours"),
    ("<!-- not run: hours, gpu -->\n    make test", "one for each of 1 commands"),
    ("```sh\nmake test\n```", "one of python, yaml, text is allowed"),
])
def test_what_could_not_run_is_named(tmp_path, block, named):
    with pytest.raises(ValueError, match=re.escape(named)):
        for found in read_blocks(written(f"\n{block}\n", tmp_path)):
            check_block(found)


def test_a_wrong_option_within_a_sentence_is_named(tmp_path):
    (command,) = inline_commands(written("See `convert.py\nRUN --sinth PART`.\n", tmp_path))
    with pytest.raises(ValueError, match="--sinth"):
        check_command(command)
