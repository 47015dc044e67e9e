"""What docs/proof.md says of the committed networks is what was found of them."""

from __future__ import annotations

import json

from tests.docs.pages import ROOT

RECORD = json.loads((ROOT / "docs/proofs.json").read_text(encoding="utf-8"))
NETWORKS = ROOT / "reports/results/networks"
# Dense ones, which no module that moves pixels stands in.
DENSE = "mnist-small", "mnist-narrow", "mnist-fast", "mnist-frontier", "sfc", "lfc"


def proved(level):
    """Names of dense networks that were proved whole, at a level of the flow."""
    names = (key.split(", ")[0] for key, found in RECORD.items()
             if key.endswith(level) and found["complete"])
    return {name for name in names if name.startswith(DENSE)}


def test_every_network_that_was_tried_is_a_committed_one_and_proved_whole():
    for key, found in RECORD.items():
        assert (NETWORKS / f"{key.split(', ')[0]}.npz").is_file()
        assert found["complete"] and found["proven"] == found["outputs"] > 0, key


def test_the_page_counts_them():
    dense = [path for path in NETWORKS.glob("*.npz") if path.stem.startswith(DENSE)]
    text = " ".join((ROOT / "docs/proof.md").read_text(encoding="utf-8").split())
    assert (
        f"Of the {len(dense)} dense networks of MNIST there, {len(proved('xilinx, written'))} were "
        f"proved as written, and {len(proved('synthesized'))} as Yosys synthesized them"
    ) in text
    largest = max(found["memory_gib"] for found in RECORD.values())
    assert f"at most {largest:.1f} GiB" in text
