"""What the documents promise; tests/docs runs their code and commands."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hls_projects.kinds import Dense, Flatten, Head, Levels, MaxPool, Reshape
from hls_projects.network.input_format import InputFormat
from hls_projects.network.input_part import InputPart
from hls_projects.network.integer_network import IntegerNetwork
from tests.hls_projects.branches import branched
from tests.hls_projects.known_networks import two_inputs
from tests.hls_projects.networks import image_network
from tests.hls_projects.qkeras_models import NIBBLES, raw
from tests.hls_projects.qkeras_shapes import moves, moves_of_series, separable
from tests.hls_projects.small_integers import integer_dense

ROOT = Path(__file__).parents[1]


def block(path: str, containing: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / path).read_text(), re.DOTALL)
    (found,) = [text for text in blocks if containing in text]
    return found


def test_the_format_can_be_read_with_numpy_alone(tmp_path):
    rng = np.random.default_rng(0)
    network = IntegerNetwork(
        InputFormat(4, True, (0.5, 0.25, 1.0), (2, 3)),
        (
            Flatten(),
            Dense(rng.integers(-1, 2, (6, 5)).astype(np.int8)),
            Levels(
                np.sort(rng.integers(-9, 9, (5, 3)), axis=1).astype(np.int32),
                np.array([1, 1, -1, 1, -1], np.int8),
            ),
            Dense(rng.integers(-1, 2, (5, 4)).astype(np.int8)),
            Head(rng.integers(-9, 9, 4).astype(np.int32)),
        ),
    )
    network.save(tmp_path / "network.npz")
    reader = {}
    exec(block("docs/network-format.md", "def predict"), reader)
    x = rng.normal(size=(300, 2, 3)) * 4
    logits = reader["predict"](tmp_path / "network.npz", x)
    np.testing.assert_array_equal(logits, network.predict(x))
    steps = [Reshape((7, 6, 1)), (4, (3, 2), (2, 1), "same"), MaxPool((2, 2), (1, 2))]
    images = image_network((7, 6), steps)
    images.save(tmp_path / "network.npz")
    x = rng.normal(size=(50, 7, 6))
    logits = reader["predict"](tmp_path / "network.npz", x)
    np.testing.assert_array_equal(logits, images.predict(x))
    shifted = integer_dense((6, 5, 4), reach=31, input_bits=4, signed=True, bits=3)
    for other in (branched(), shifted):
        other.save(tmp_path / "network.npz")
        x = rng.normal(size=(50, 6))
        logits = reader["predict"](tmp_path / "network.npz", x)
        np.testing.assert_array_equal(logits, other.predict(x))
    for make in (moves, moves_of_series, separable):
        model = make()
        other = IntegerNetwork.from_keras(model, NIBBLES)
        other.save(tmp_path / "network.npz")
        logits = reader["predict"](tmp_path / "network.npz", raw(model, 50))
        np.testing.assert_array_equal(logits, other.predict(raw(model, 50)))
    several = IntegerNetwork.from_keras(two_inputs())
    form = replace(several.input, bits=9, parts=(
        InputPart(4, True, "image", 64), InputPart(8, False, "track", 5)))
    for own in (several, replace(several, input=form)):
        own.save(tmp_path / "network.npz")
        x = rng.normal(0, 6, (50, 8 * 8 + 5))
        logits = reader["predict"](tmp_path / "network.npz", x)
        np.testing.assert_array_equal(logits, own.predict(x))


def test_nothing_refers_to_a_folder_outside_the_project():
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize("index", ["README.md", "docs/README.md"])
def test_an_index_has_every_page_in_one_of_four_parts(index):
    """The part of a page is the same in both."""
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} | {"tutorial.ipynb", "jets.ipynb"}
    assert {page for part in parts(index) for page in part} == pages - {"README.md"}
    assert parts(index) == parts("README.md")


def parts(index: str) -> list[set[str]]:
    """Pages that an index links, by part."""
    text = (ROOT / index).read_text(encoding="utf-8")
    if index == "README.md":
        found = re.findall(r"^\| (?:learn|do|look up|understand) \| (.*) \|$", text, re.M)
    else:
        found = text.split("\n## ")[1:]
    assert len(found) == 4
    return [set(re.findall(r"\]\((?:docs/)?([\w-]+\.\w+)", part)) for part in found]
