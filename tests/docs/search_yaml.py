"""YAML of a page is the configuration of a search, or parts of one, with --- between them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from training.search.config import read_search

# What a part needs beside it.
REST = {"training": {"data": "digits"}, "space": {"layers": {"low": 1, "high": 2},
                                                  "neurons": {"low": 8, "high": 16}}}


def check_search(text: str) -> None:
    """Reads a configuration as a search would.

    Raises:
        ValueError: naming a value that is unknown or out of range, and what is allowed.
    """
    for part in yaml.safe_load_all(text):
        with TemporaryDirectory() as folder:
            path = Path(folder, "search.yaml")
            path.write_text(yaml.safe_dump(REST | part))
            read_search(path)
