"""Configuration files: YAML that names values, and nothing that runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

LARGEST_FILE = 1 << 20


def read_config(path: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds.

    Raises:
        ValueError: if the file is missing, no YAML, or no mapping.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_FILE + 1)
        if len(text) > LARGEST_FILE:
            raise ValueError(f"it must hold at most {LARGEST_FILE:,} bytes")
        content = yaml.load(text, Loader=_PlainLoader)
    except FileNotFoundError:
        raise ValueError(f"no configuration file at {path}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no valid YAML: {error}") from None
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise ValueError(f"{path} must hold a mapping of names to values")
    return content


class _PlainLoader(yaml.SafeLoader):
    """Safe, and without aliases, which can stand for far more than the file holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.YAMLError(f"aliases are not allowed. Received: *{event.anchor}")
        return super().compose_node(parent, index)
